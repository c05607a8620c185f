"""Random small books for property tests."""

from datetime import timedelta

from hypothesis import strategies as st

from tests.rules.books import AS_OF, FEEDS, Panel

WEEKS = 6
SMALL = st.integers(0, 3)
OTHERS = tuple(feed for feed in FEEDS if feed not in ("accounts", "contracts"))


@st.composite
def panel_rows(draw):
    """The counts of one account and week, with parts never larger than their whole."""
    logins = draw(st.sampled_from([0, 0, 1, 14, 15, 24, 25, 30]))
    user_days = logins * draw(st.integers(1, 3))
    available = draw(st.sampled_from([None, 2, 5, 10]))
    webinars, meetings, trainings, due, csat, tones, answers = (draw(st.integers(0, 4)) for _ in range(7))
    departed = draw(SMALL)
    return {
        "is_scored": draw(st.sampled_from([True, True, True, False])),
        "strategic_alignment": draw(st.sampled_from(["aligned", "uncertain", "misaligned", None])),
        "login_day_count_30d": logins,
        "login_business_day_count_30d": min(21, logins),
        "user_day_count_30d": user_days,
        "event_count_30d": user_days * draw(st.sampled_from([0, 9, 10, 11, 20])),
        "event_count_prior_30d": draw(st.sampled_from([0, 19, 20, 100, 1000])),
        "feature_available_count": available,
        "feature_used_count_30d": draw(st.integers(0, available or 0)),
        "ticket_created_count_90d": draw(st.sampled_from([0, 0, 1, 2, 5, 6, 10, 11])),
        "csat_answer_count_90d": csat,
        "csat_score_sum_90d": draw(st.integers(csat, 5 * csat)),
        "open_p0_over_48h_count": draw(st.sampled_from([0, 0, 0, 0, 1])),
        "training_assigned_count": trainings,
        "training_completed_count": draw(st.integers(0, trainings)),
        "meeting_held_count_90d": meetings,
        "meeting_attended_count_90d": draw(st.integers(0, meetings)),
        "webinar_count": webinars,
        "webinar_attended_count_90d": draw(st.integers(0, webinars)),
        "sentiment_count_90d": tones,
        "sentiment_sum_90d": draw(st.integers(-tones, tones)),
        "invoice_due_count_12m": due,
        "invoice_late_count_12m": draw(st.integers(0, due)),
        "contract_in_force_count": draw(st.integers(0, 2)),
        "contract_ending_90d_count": draw(st.integers(0, 1)),
        "contract_notice_count": draw(st.sampled_from([0, 0, 0, 0, 1])),
        "contact_count": departed + draw(SMALL),
        "stakeholder_departed_count_180d": departed,
        "stakeholder_departed_count_90d": draw(st.integers(0, departed)),
        "nps_respondent_count_180d": answers,
        "nps_score_sum_180d": float(draw(st.integers(0, 10 * answers))),
    }


@st.composite
def panels(draw, feeds=True, weeks=WEEKS):
    """A panel of a few accounts over some weeks; feeds may start, stop, be late, be missing, be unexpected."""
    panel = Panel(weeks=weeks)
    for number in range(draw(st.integers(1, 7))):
        segment = draw(st.sampled_from(["smb", "smb", "smb", "enterprise"]))
        base = draw(panel_rows())
        for ago in range(weeks):
            changed = draw(panel_rows()) if draw(st.integers(0, 3)) == 0 else base
            panel.account(f"a{number}", ago=[ago], **base | changed | {"segment": segment})
    if feeds:
        for feed in draw(st.lists(st.sampled_from(FEEDS), max_size=4, unique=True)):
            _unsteady(draw, panel, feed)
        if draw(st.booleans()):
            panel.override(
                draw(st.sampled_from(["healthy", "watch", "at_risk", "critical"])), made=10, expires=-5, account_id="a0"
            )
    return panel


def _unsteady(draw, panel, feed):
    """A feed that is missing, unexpected, or starts late and stops early."""
    kind = draw(st.sampled_from(["missing", "unexpected", "dated", "dated"]))
    if kind != "dated":
        panel.feed(feed, "missing" if kind == "missing" else "fresh", expected=kind == "missing")
        return
    before, late, stale = draw(st.integers(0, 3)), draw(st.integers(0, 3)), draw(st.integers(0, 1))
    panel.feed(feed, "before", ago=range(panel.weeks - before, panel.weeks))
    panel.feed(feed, "late", ago=range(min(late, panel.weeks - before)))
    panel.feed(feed, "stale", ago=range(min(stale, panel.weeks - before)) if late == 3 else [])


def days(panel):
    """The ends of its weeks."""
    return [AS_OF - timedelta(weeks=week) for week in range(panel.weeks)]
