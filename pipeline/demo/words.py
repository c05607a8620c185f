"""Lists of words kept as text."""


def words(text: str, mark: str | None = None) -> list[str]:
    """The words between blanks, or between the marks."""
    return text.split(mark)
