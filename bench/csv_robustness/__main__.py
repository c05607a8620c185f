"""`python -m bench.csv_robustness [FOLDER] [--auto]`: the measures of every reader on a folder or on our own set."""

import argparse
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.csv_robustness.cases import Case, cases_in, weights_of
from bench.csv_robustness.measures import MEASURES, Loaded, loses_silently, measured
from bench.csv_robustness.pollute import write_set
from bench.csv_robustness.readers import READERS, Reader


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(prog="python -m bench.csv_robustness", description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, help="holds csv/, clean/ and parameters/")
    parser.add_argument("--auto", action="store_true", help="tell the readers nothing about the files")
    parser.add_argument("--worst", type=int, default=0, metavar="N", help="also list our N worst files")
    chosen = parser.parse_args()
    if chosen.folder:
        report(chosen.folder, chosen.auto, chosen.worst)
        return
    with TemporaryDirectory() as name:
        write_set(Path(name))
        report(Path(name), chosen.auto, chosen.worst)


def report(folder: Path, is_automatic: bool, worst: int = 0) -> None:
    """Run every reader on every case and print one column per reader."""
    cases = list(cases_in(folder))
    weights = weights_of(folder, [case.name for case in cases])
    say(f"{len(cases)} files, {'nothing declared' if is_automatic else 'dialect declared'}")
    columns = {name: column(cases, weights, reader, is_automatic, worst) for name, reader in READERS.items()}
    names = list(next(iter(columns.values())))
    say(f"{'':<34}" + "".join(f"{name:>14}" for name in columns))
    for name in names:
        say(f"{name:<34}" + "".join(f"{values[name]:>14}" for values in columns.values()))


def column(
    cases: list[Case], weights: dict[str, float], reader: Reader, is_automatic: bool, worst: int
) -> dict[str, str]:
    """The numbers of one reader, as text."""
    loaded = [reader(case, is_automatic) for case in cases]
    strict = [measured(case.clean, one, lenient=False) for case, one in zip(cases, loaded, strict=True)]
    lenient = [measured(case.clean, one, lenient=True) for case, one in zip(cases, loaded, strict=True)]
    shares = [weights[case.name] for case in cases]
    if worst and reader is READERS["Bellwether"]:
        list_worst(cases, loaded, strict, worst)
    return {
        **{name: f"{sum(row[at] for row in strict) / len(cases):.4f}" for at, name in enumerate(MEASURES)},
        "simple, strict": f"{sum(map(sum, strict)) / len(cases):.3f}",
        "simple, lenient": f"{sum(map(sum, lenient)) / len(cases):.3f}",
        "weighted, strict": f"{sum(sum(row) * share for row, share in zip(strict, shares, strict=True)):.3f}",
        "weighted, lenient": f"{sum(sum(row) * share for row, share in zip(lenient, shares, strict=True)):.3f}",
        "files accepted": str(sum(is_accepted(case, one) for case, one in zip(cases, loaded, strict=True))),
        "files with silent row loss": str(
            sum(loses_silently(case.clean, one) for case, one in zip(cases, loaded, strict=True))
        ),
    }


def is_accepted(case: Case, loaded: Loaded) -> bool:
    """Whether anything of the file was loaded; an empty file has nothing to load."""
    return loaded.rows is not None and (len(loaded.rows) > 1 or len(case.clean) < 2)


def list_worst(cases: list[Case], loaded: list[Loaded], scores: list[tuple[float, ...]], count: int) -> None:
    """The files on which our reader does worst, with what it set aside."""
    ranked = sorted(zip(cases, loaded, scores, strict=True), key=lambda one: sum(one[2]))
    for case, one, score in ranked[:count]:
        rows = len(one.rows or ())
        say(f"{sum(score):6.3f}  {case.name:<44} {rows} of {len(case.clean)} rows, {len(one.set_aside)} set aside")


def say(line: str) -> None:
    """Print one line."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
