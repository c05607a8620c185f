"""Score: reads `marts.*` as a Book, lets the pure core judge it, writes `scores.*`."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

from pipeline.book import MARTS, Book
from pipeline.errors import RunFailed
from pipeline.policy import Policy, read_policy
from pipeline.proof import proof
from pipeline.revenue import money
from pipeline.scores import Scores
from pipeline.scoring.scored import scored
from pipeline.service import service
from pipeline.stages.fingerprint import Inputs, code_hash, inputs, is_current, remember, remembered
from pipeline.stages.press.commitments import forecasts_before
from pipeline.voice import voice
from pipeline.warehouse import Warehouse
from pipeline.workspace import REPOSITORY, Settings, Workspace

PIPELINE = Path(__file__).resolve().parent.parent
CODE = (
    PIPELINE / "scoring",
    PIPELINE / "revenue",
    PIPELINE / "service",
    PIPELINE / "voice",
    PIPELINE / "proof",
    PIPELINE / "metrics",
    PIPELINE / "book.py",
    PIPELINE / "scores.py",
    PIPELINE / "policy",
    PIPELINE / "overlays.py",
    Path(__file__),
)
READ = (
    "weeks",
    "feed_weeks",
    "accounts",
    "account_weeks",
    "risk_weeks",
    "overrides",
    "alert_events",
    "nps_answers",
    "nps_waves",
    "rating_months",
    "survey_comments",
    "feedback_items",
    "qbrs",
    "implementations",
    "milestones",
    "status_notes",
    "onboarding_weeks",
    "onboarding_hours",
    "user_groups",
    "offboarding_triggers",
    "contacts",
    "signals",
    "contracts",
    "month_closings",
    "controls",
    "rates",
    "contract_months",
    "targets",
    "opportunities",
    "tasks",
    "renewal_events",
    "limits",
    "risks",
    "activities_recent",
    "recent_tickets",
    "goals",
    "ticket_clocks",
    "ticket_statuses",
    "holidays",
)


@dataclass(frozen=True, slots=True)
class ScoreReport:
    """What scoring did: how many accounts have a score at the as-of day, and how many are in each band."""

    accounts: int = 0
    account_weeks: int = 0
    bands: dict[str, int] = field(default_factory=dict)
    seconds: float = 0.0
    is_unchanged: bool = False
    exit_codes: set[int] = field(default_factory=set)


def score(workspace: Workspace, warehouse: Warehouse, as_of: date, say: Callable[[str], None]) -> ScoreReport:
    """Write `scores.*` for the marts as they stand; nothing when marts, policy, settings and code are unchanged.

    Raises RunFailed when the marts are not built.
    """
    started = time.perf_counter()
    policy = read_policy(REPOSITORY / "policy", workspace.policy)
    wanted = score_inputs(workspace, warehouse, as_of)
    is_unchanged = is_current(warehouse, "score", wanted)
    if not is_unchanged:
        _write(warehouse, _judged(_book(warehouse, workspace, as_of), policy, workspace.settings), wanted)
    report = _report(warehouse, as_of, time.perf_counter() - started, is_unchanged)
    done = "unchanged, " if is_unchanged else ""
    say(f"score: {done}{report.accounts} accounts, {report.account_weeks} account-weeks in {report.seconds:.1f} s")
    return report


def score_inputs(workspace: Workspace, warehouse: Warehouse, as_of: date) -> Inputs:
    """What scoring works on, part by part; RunFailed when the marts are not built."""
    built = remembered(warehouse, "build")
    if built is None:
        raise RunFailed("the marts are not built", "Run `bellwether build` first.")
    return inputs(
        marts=built,
        as_of=as_of,
        settings=workspace.settings.model_dump_json(exclude={"run"}),
        policy=read_policy(REPOSITORY / "policy", workspace.policy).hash,
        forecasts=forecasts_before(workspace, as_of).rows(),
        code=code_hash(*CODE),
    )


def _book(warehouse: Warehouse, workspace: Workspace, as_of: date) -> Book:
    there = [mart for mart in MARTS if mart in READ and warehouse.has(f"marts.{mart}")]
    frames = {mart: warehouse.frame(f"select * from marts.{mart}") for mart in there}
    frames["forecasts"] = forecasts_before(workspace, as_of)
    return Book.from_frames(as_of, workspace.settings, frames)


def _judged(book: Book, policy: Policy, settings: Settings) -> Scores:
    """What every room says of a book; each may read what those before it said."""
    served = service(book, policy, settings)
    scores = replace(scored(book.hearing(served.sla_warnings), policy, settings), service=served)
    scores = replace(scores, voice=voice(book, scores, policy, settings))
    # Before money, which may go by the model's chances where the policy says so.
    scores = replace(scores, proof=proof(book, scores, policy, settings))
    return replace(scores, money=money(book, scores, policy, settings))


def _write(warehouse: Warehouse, scores: Scores, wanted: Inputs) -> None:
    with warehouse.transaction():
        for name, frame in scores.frames().items():
            warehouse.replace(f"scores.{name}", frame)
        remember(warehouse, "score", wanted)


def _report(warehouse: Warehouse, as_of: date, seconds: float, is_unchanged: bool) -> ScoreReport:
    weeks = warehouse.frame(
        "select health_band, count(*) as weeks, count(*) filter (where week_ending_on = ?) as accounts"
        " from scores.health_weeks group by health_band order by health_band",
        [as_of],
    )
    bands = {band: accounts for band, _, accounts in weeks.iter_rows() if accounts}
    return ScoreReport(sum(bands.values()), int(weeks["weeks"].sum()), bands, round(seconds, 2), is_unchanged)
