"""Churn risk once more, slowly and without a line of the pipeline: plain Python, exact fractions, the table retyped."""

from datetime import date
from fractions import Fraction

WORSE = 30
BANDS = ["green", "yellow", "orange", "red"]
GROUPS = {
    "dau": ["dau_under_10", "dau_10_to_30", "dau_30_to_50"],
    "nps": ["nps_detractor", "nps_passive"],
    "csat": ["support_csat_under_3", "csat_under_2_three_times"],
}
GROUP_OF = {name: members for members in GROUPS.values() for name in members}


def some(column):
    """Whether there is any, from one feed."""
    return lambda row: row[column] >= 1


# name: points, feeds, and per feed what it shows alone. All of them together: `together` below, else any of them.
TABLE = {
    "renewal_within_90_days": (10, {"contracts": some("contract_ending_90d_count")}),
    "renewal_past_due": (25, {"contracts": some("contract_past_due_count")}),
    "contract_disputed": (30, {"contracts": some("contract_disputed_count")}),
    "price_increase_over_25": (
        15,
        {"contracts": lambda row: row["price_increase_pct"] is not None and row["price_increase_pct"] > 25},
    ),
    "dau_under_10": (20, {"usage": lambda row: dau(row) is not None and dau(row) < 10}),
    "dau_10_to_30": (10, {"usage": lambda row: dau(row) is not None and 10 <= dau(row) < 30}),
    "dau_30_to_50": (5, {"usage": lambda row: dau(row) is not None and 30 <= dau(row) < 50}),
    "training_under_30": (
        15,
        {
            "trainings": lambda row: (
                row["training_assigned_count"] > 0
                and Fraction(row["training_completed_count"], row["training_assigned_count"]) < Fraction(3, 10)
            )
        },
    ),
    "no_usage_30_days": (20, {"usage": lambda row: row["event_count_30d"] == 0 and row["user_day_count_30d"] == 0}),
    "tickets_over_5": (
        10,
        {
            "tickets": lambda row: row["ticket_created_count_30d"] > 5,
            "activities": lambda row: row["escalation_count_30d"] > 5,
        },
    ),
    "nps_detractor": (20, {"survey_responses": lambda row: nps(row) is not None and nps(row) < 7}),
    "nps_passive": (10, {"survey_responses": lambda row: nps(row) is not None and 7 <= nps(row) < 9}),
    "nps_drop_over_20": (15, {"survey_responses": lambda row: nps_fell(row)}),
    "support_csat_under_3": (15, {"tickets": lambda row: csat_is_low(row)}),
    "csat_under_2_three_times": (
        15,
        {"tickets": lambda row: row["csat_under_2_count_90d"] >= 3 and not csat_is_low(row)},
    ),
    "no_business_review": (5, {"qbrs": lambda row: lacks_review(row)}),
    "negative_social": (10, {"signals": some("negative_social_count_90d")}),
    "billing_questions": (10, {"tickets": lambda row: row["billing_ticket_count_60d"] >= 2}),
    "key_stakeholder_departed": (
        25,
        {"contacts": some("stakeholder_departed_count_90d"), "signals": some("departure_signal_count_90d")},
    ),
    "budget_cut": (15, {"signals": some("budget_cut_count_180d")}),
    "market_downturn": (10, {"signals": some("market_downturn_count_180d")}),
    "competitor_acquisition": (20, {"signals": some("competitor_acquisition_count_180d")}),
    "merger": (10, {"signals": some("merger_count_180d")}),
    "competitor_evaluation": (5, {"signals": some("competitor_evaluation_count_180d")}),
    "implementation_delayed_2_weeks": (20, {"implementations": some("implementation_delayed_count")}),
    "downtime_over_5_hours": (25, {"incidents": lambda row: row["downtime_seconds_30d"] > 5 * 3600}),
    "data_quality_issue": (15, {"signals": some("data_quality_issue_count")}),
    "integration_failure": (20, {"signals": some("integration_failure_count")}),
    "no_expansion_identified": (5, {"opportunities": lambda row: lacks_expansion(row)}),
    "multi_year": (-15, {"contracts": some("contract_multi_year_count")}),
    "expansion_discussion": (
        -10,
        {"opportunities": some("expansion_open_count"), "signals": some("expansion_signal_count_90d")},
    ),
    "executive_engaged": (
        -5,
        {
            "activities": some("executive_meeting_count_30d"),
            "signals": some("executive_signal_count_30d"),
            "qbrs": some("executive_review_count_30d"),
        },
    ),
    "expansion_milestone": (
        -10,
        {"opportunities": some("expansion_won_count_90d"), "signals": some("milestone_signal_count_90d")},
    ),
    "proactive_feedback": (
        -5,
        {"signals": some("feedback_signal_count_90d"), "feedback_items": some("feedback_item_count_90d")},
    ),
}


def dau(row):
    """Percent of the seats used on a business day; None without seats."""
    if not row["seats"]:
        return None
    return 100 * Fraction(row["business_user_day_count_30d"], row["business_days"] * row["seats"])


def nps(row):
    """The respondents' mean latest score."""
    count = row["nps_respondent_count_180d"]
    return Fraction(row["nps_score_sum_180d"], count) if count else None


def nps_fell(row):
    """Over 20 points with three respondents in both waves, else the mean by two."""
    now, before = row["wave_answer_count"], row["wave_prior_answer_count"]
    if not now or not before:
        return False
    if now >= 3 and before >= 3:
        promoters = [
            100 * Fraction(row[f"wave{which}_promoter_surplus_count"], count)
            for which, count in (("", now), ("_prior", before))
        ]
        return promoters[1] - promoters[0] > 20
    return Fraction(row["wave_prior_score_sum"], before) - Fraction(row["wave_score_sum"], now) >= 2


def csat_is_low(row):
    """A mean under 3."""
    count = row["csat_answer_count_90d"]
    return bool(count) and Fraction(row["csat_score_sum_90d"], count) < 3


def lacks_review(row):
    """No review in the window, and a customer for longer than that."""
    window = 400 if row["tier"] == "starter" else 180
    week, held = row["week_ending_on"], row["review_last_held_on"]
    is_held = held is not None and (week - held).days < window
    since = row["customer_since_on"]
    return since is not None and (week - since).days > window and not is_held


def lacks_expansion(row):
    """Over six calendar months a customer without a deal open, or won in 180 days."""
    deals = row["expansion_open_count"] + row["expansion_won_count_180d"]
    since = row["customer_since_on"]
    return since is not None and six_months_after(since) < row["week_ending_on"] and deals == 0


def six_months_after(day):
    """The same day six months on, or the last of that month."""
    year, month = (day.year, day.month + 6) if day.month <= 6 else (day.year + 1, day.month - 6)
    for last in (day.day, 30, 29, 28):
        try:
            return date(year, month, last)
        except ValueError:
            continue
    raise AssertionError(day)


def shows(name, row):
    """Whether all feeds of a factor together show it; tickets and escalations are added, elsewhere any is enough."""
    if name == "tickets_over_5":
        return row["ticket_created_count_30d"] + row["escalation_count_30d"] > 5
    return any(test(row) for test in TABLE[name][1].values())


class PlainRisk:
    """The churn risk of rows by (account, day), under feed states by (feed, day)."""

    def __init__(self, rows, feeds, days):
        self.rows, self.feeds, self.days = rows, feeds, sorted(days)
        self.memory = {}

    def factor(self, name, account, day):
        """(state, points) of one factor: absent, present, frozen or unknown."""
        key = (name, account, day)
        if key not in self.memory:
            self.memory[key] = self._factor(name, account, day)
        return self.memory[key]

    def _factor(self, name, account, day):
        points, tests = TABLE[name]
        row, (first, *others) = self.rows[account, day], tests
        state = self.feeds[first, day]
        if state == "fresh":
            if name in GROUPS["dau"] and not row["seats"]:
                return self._unknown(name)
            return ("present", self._worth(name, row)) if shows(name, row) else ("absent", 0)
        if any(tests[feed](row) for feed in others):
            return "present", self._worth(name, row)
        if state == "late" and points > 0:
            return self._frozen(name, account, day, first)
        return self._unknown(name)

    def _frozen(self, name, account, day, feed):
        """As in the feed's last fresh week."""
        fresh = max((other for other in self.days if other < day and self.feeds[feed, other] == "fresh"), default=None)
        if (account, fresh) not in self.rows:
            return self._unknown(name)
        state, points = self.factor(name, account, fresh)
        return ("frozen", points) if state == "present" else (state, points)

    @staticmethod
    def _unknown(name):
        """An exclusive group is unknown once, under its first name."""
        return ("unknown" if GROUP_OF.get(name, [name])[0] == name else "absent"), 0

    @staticmethod
    def _worth(name, row):
        if name == "key_stakeholder_departed" and row["executive_sponsor_departed_count_90d"]:
            return WORSE
        return TABLE[name][0]

    def points_sum(self, account, day):
        """All points, under 0 as well."""
        return sum(self.factor(name, account, day)[1] for name in TABLE)

    def points(self, account, day):
        """Never under 0."""
        return max(0, self.points_sum(account, day))

    def own_rank(self, account, day):
        """Green 0-20, yellow 21-40, orange 41-60, red from 61."""
        points = self.points(account, day)
        return 0 if points <= 20 else 1 if points <= 40 else 2 if points <= 60 else 3

    def unknown(self, account, day):
        """The factors that are unknown."""
        return [name for name in TABLE if self.factor(name, account, day)[0] == "unknown"]

    def rank(self, account, day):
        """The band in force: never better than in the last scored week in which a factor was known that now is not."""
        key = ("rank", account, day)
        if key not in self.memory:
            ranks = [self.own_rank(account, day)]
            for name in self.unknown(account, day):
                known = self._last_known(name, account, day)
                ranks += [self.rank(account, known)] if known else []
            self.memory[key] = max(ranks)
        return self.memory[key]

    def _last_known(self, name, account, day):
        for other in reversed([other for other in self.days if other < day]):
            row = self.rows.get((account, other))
            if row and row["is_scored"] and self.factor(name, account, other)[0] != "unknown":
                return other
        return None

    def changes(self, account, day, then):
        """Factor by factor, and what the limit at 0 took back."""
        moved = {name: self.factor(name, account, day)[1] - self.factor(name, account, then)[1] for name in TABLE} | {
            "never_under_0": self.points(account, day)
            - self.points_sum(account, day)
            - self.points(account, then)
            + self.points_sum(account, then)
        }
        return {name: change for name, change in moved.items() if change}
