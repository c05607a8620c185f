"""The quarterly relationship survey: who was asked, who answered, what they said."""

from dataclasses import dataclass

from pipeline.demo.days import NEVER, add_months, next_business_day, to_date
from pipeline.demo.dice import sigmoid
from pipeline.demo.people import Contact, by_account
from pipeline.demo.story import Story

REASONS = ("Ease of use", "Reliability", "Support", "Price", "Reporting", "Integrations", "Onboarding")
COMMENTS = {
    "high": (
        "Counting takes us half the time it did.",
        "Support is quick and friendly, and the reports are clear.",
        "Easy to use, the team learned it in a week.",
        "Reliable. We simply trust the stock numbers now.",
        "Réceptions plus rapides, merci à l'équipe.",
        "Sehr übersichtlich, die Schulung war gut.",
    ),
    "middle": (
        "Good product, but reports could be more flexible.",
        "Does the job; the mobile screens feel slow.",
        "We like it, the API needs better documentation.",
        "Fine overall, pricing for extra seats is steep.",
    ),
    "low": (
        "The sync broke twice and nobody told us.",
        "Too expensive for what we use.",
        "Support takes days, and the answer is often \"known issue\".",
        "Our champion left and nobody here was trained.",
        "Stock levels do not match, we count by hand again.",
    ),
}  # fmt: skip
INTENTS = ("Very likely", "Likely", "Uncertain", "Unlikely", "Decided to leave")


@dataclass(frozen=True, slots=True)
class Invitation:
    """One person asked in one wave; `answered` is NEVER when no answer came; times are days and local minutes."""

    contact: Contact
    wave: str
    wave_number: int
    sent: int
    answered: int
    minute: int
    score: int
    comment: str
    reasons: tuple[str, ...]
    intent: str
    consents: bool


def waves(story: Story) -> list[tuple[str, int]]:
    """Name and sending day of every wave: the second month of each quarter."""
    named: list[tuple[str, int]] = []
    for quarter in range(16):
        middle = to_date(add_months(story.first_day, 3 * quarter))
        start = add_months(story.first_day, 3 * quarter - (middle.month - 1) % 3)
        sent = next_business_day(start + 54)
        if story.first_day <= sent <= story.last_day:
            named.append((f"{middle.year}-Q{(middle.month + 2) // 3}", sent))
    return named


def invitations(story: Story, contacts: list[Contact]) -> list[Invitation]:
    """Everyone asked, wave by wave: the people then at accounts that were served for a month or more."""
    people = by_account(contacts)
    asked: list[Invitation] = []
    for number, (wave, sent) in enumerate(waves(story)):
        ready = {stay.account for stay in story.stays if stay.starts + 30 <= sent <= stay.ends}
        for account in sorted(ready):
            present = [c for c in people[account] if c.joined <= sent < c.departed]
            asked.extend(_asked(story, contact, wave, number, sent) for contact in present)
    return asked


def _asked(story: Story, contact: Contact, wave: str, number: int, sent: int) -> Invitation:
    dice, life, i, who = story.dice, story.life, contact.account, contact.key
    vigor, trouble = life.mean(life.vigor, i, sent, 4), life.mean(life.trouble, i, sent, 4)
    price = life.mean(life.price, i, sent, 4)
    answers = dice.roll("answers", who, number) < 0.27 + 0.12 * float(sigmoid(vigor))
    feeling = 7.95 + 1.15 * vigor - 0.5 * trouble - 0.5 * price
    feeling += 0.35 * dice.gauss("respondent", who) + 1.0 * dice.gauss("score", who, number)
    score = max(0, min(10, round(feeling)))
    day = sent + int(21 * dice.roll("answer day", who, number) ** 2)
    reasons = tuple(r for n, r in enumerate(REASONS) if dice.roll("reason", who, number, n) < 0.24)
    return Invitation(
        contact=contact,
        wave=wave,
        wave_number=number,
        sent=sent,
        answered=day if answers and day < contact.departed else NEVER,
        minute=dice.between(420, 1260, "answer minute", who, number),
        score=score,
        comment=_comment(story, who, number, score),
        reasons=reasons,
        intent=_intent(story, who, number, feeling),
        consents=dice.roll("consent", who, number) < 0.6,
    )


def _comment(story: Story, who: int, wave: int, score: int) -> str:
    if story.dice.roll("comment", who, wave) > 0.45:
        return ""
    family = "high" if score >= 9 else "middle" if score >= 7 else "low"
    return story.dice.pick(COMMENTS[family], "comment text", who, wave)


def _intent(story: Story, who: int, wave: int, feeling: float) -> str:
    if story.dice.roll("intent given", who, wave) < 0.25:
        return ""
    place = int((9.6 - feeling + 0.5 * story.dice.gauss("intent", who, wave)) / 1.3)
    return INTENTS[max(0, min(4, place))]
