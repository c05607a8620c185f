"""The health score once more, slowly and without a line of the pipeline: plain Python, exact fractions, the table retyped."""

from datetime import timedelta
from fractions import Fraction
from statistics import median

CATEGORIES = {"usage": 35, "engagement": 25, "business": 25, "sentiment": 15}
TABLE = {
    "login_days": ("usage", ("usage",)),
    "feature_adoption_pct": ("usage", ("usage", "features")),
    "usage_depth": ("usage", ("usage",)),
    "usage_trend": ("usage", ("usage",)),
    "tickets": ("engagement", ("tickets",)),
    "training_pct": ("engagement", ("trainings",)),
    "meeting_attendance_pct": ("engagement", ("activities",)),
    "event_attendance": ("engagement", ("activities",)),
    "late_payments": ("business", ("invoices",)),
    "contract_status": ("business", ("contracts",)),
    "stakeholder_changes": ("business", ("contacts",)),
    "strategic_alignment": ("business", ("accounts",)),
    "csat": ("sentiment", ("tickets",)),
    "nps_group": ("sentiment", ("survey_responses",)),
    "tone": ("sentiment", ("activities",)),
}
BANDS = ["critical", "at_risk", "watch", "healthy"]


class Plain:
    """Scores of rows under feed states; `feeds[feed, day]` is (state, is_expected)."""

    def __init__(self, rows, feeds, overrides, days, business=False, business_days=21):
        self.everyone = {(row["account_id"], row["week_ending_on"]): row for row in rows}
        self.rows = {key: row for key, row in self.everyone.items() if row["is_scored"]}
        self.feeds, self.overrides, self.days = feeds, overrides, sorted(days)
        self.business, self.business_days = business, business_days
        self.memory = {}

    def standing(self, feeds, day):
        """fresh, late, off or missing: the worst of them."""
        pairs = [self.feeds[feed, day] for feed in feeds]
        if not all(expected for _, expected in pairs):
            return "off"
        found = {state for state, _ in pairs}
        if found & {"missing", "stale"}:
            return "missing"
        return "off" if "before" in found else "late" if "late" in found else "fresh"

    def last_fresh(self, feeds, day):
        """The last day up to this one at which none of them was late."""
        return max(
            (other for other in self.days if other <= day and self.standing(feeds, other) == "fresh"), default=None
        )

    def component(self, name, account, day):
        """(state, score) of one component."""
        key = (name, account, day)
        if key not in self.memory:
            self.memory[key] = self._component(name, account, day)
        return self.memory[key]

    def _component(self, name, account, day):
        feeds = TABLE[name][1]
        standing = self.standing(feeds, day)
        if standing == "off":
            return "off", None
        if standing == "missing":
            return "missing", 0
        if standing == "late":
            fresh = self.last_fresh(feeds, day)
            if fresh is None or (account, fresh) not in self.everyone:
                return "missing", 0
            state, score = self.component(name, account, fresh)
            return ("frozen" if state == "present" else state), score
        score = getattr(self, "_" + name)(self.everyone[account, day], account, day)
        return ("na", None) if score is None else ("present", score)

    def _login_days(self, row, account, day):
        if self.business:
            possible = self.business_days[day] if isinstance(self.business_days, dict) else self.business_days
            share = Fraction(row["login_business_day_count_30d"], possible)
            return 100 if share >= Fraction(9, 10) else 70 if share >= Fraction(6, 10) else 30
        days = row["login_day_count_30d"]
        return 100 if days >= 25 else 70 if days >= 15 else 30

    def _feature_adoption_pct(self, row, account, day):
        if not row["feature_available_count"]:
            return None
        share = Fraction(row["feature_used_count_30d"], row["feature_available_count"])
        return 100 if share >= Fraction(4, 5) else 60 if share >= Fraction(1, 2) else 20

    def _usage_depth(self, row, account, day):
        peers = [
            Fraction(other["event_count_30d"], other["user_day_count_30d"])
            for (_, week), other in self.rows.items()
            if week == day and other["segment"] == row["segment"] and other["user_day_count_30d"] > 0
        ]
        if len(peers) < 5 or median(peers) == 0:
            return None
        own = Fraction(row["event_count_30d"], row["user_day_count_30d"]) if row["user_day_count_30d"] else Fraction(0)
        share = own / median(peers)
        return 100 if share > Fraction(11, 10) else 70 if share >= Fraction(9, 10) else 30

    def _usage_trend(self, row, account, day):
        before = row["event_count_prior_30d"]
        if before < 20:
            return None
        moved = Fraction(row["event_count_30d"] - before, before)
        return 110 if moved > Fraction(1, 20) else 80 if moved >= Fraction(-1, 20) else 40

    def _tickets(self, row, account, day):
        count = row["ticket_created_count_90d"]
        if count == 0 and not self._is_heard(account, day):
            return None
        return 100 if count < 2 else 70 if count <= 5 else 40 if count <= 10 else 10

    def _is_heard(self, account, day):
        standing = self.standing(("usage",), day)
        if standing in ("off", "missing"):
            return standing == "off"
        fresh = self.last_fresh(("usage",), day)
        known = self.everyone.get((account, fresh))
        return bool(known and known["login_day_count_30d"])

    def _training_pct(self, row, account, day):
        if not row["training_assigned_count"]:
            return None
        share = Fraction(row["training_completed_count"], row["training_assigned_count"])
        return 100 if share == 1 else 70 if share >= Fraction(3, 4) else 40 if share >= Fraction(1, 2) else 10

    def _meeting_attendance_pct(self, row, account, day):
        if not row["meeting_held_count_90d"]:
            return None
        share = Fraction(row["meeting_attended_count_90d"], row["meeting_held_count_90d"])
        return 100 if share == 1 else 70 if share >= Fraction(3, 4) else 30

    def _event_attendance(self, row, account, day):
        return None if not row["webinar_count"] else 80 if row["webinar_attended_count_90d"] else 40

    def _late_payments(self, row, account, day):
        return {0: 100, 1: 60}.get(row["invoice_late_count_12m"], 20) if row["invoice_due_count_12m"] else None

    def _contract_status(self, row, account, day):
        return 0 if not row["contract_in_force_count"] else 70 if row["contract_ending_90d_count"] else 100

    def _stakeholder_changes(self, row, account, day):
        return {0: 100, 1: 60}.get(row["stakeholder_departed_count_180d"], 20) if row["contact_count"] else None

    def _strategic_alignment(self, row, account, day):
        return {"aligned": 100, "uncertain": 50, "misaligned": 0}.get(row["strategic_alignment"])

    def _csat(self, row, account, day):
        count = row["csat_answer_count_90d"]
        if not count:
            return None
        rounded = (Fraction(row["csat_score_sum_90d"], count) + Fraction(1, 2)).__floor__()
        return 100 if rounded >= 5 else 70 if rounded == 4 else 40 if rounded == 3 else 10

    def _nps_group(self, row, account, day):
        count = row["nps_respondent_count_180d"]
        if not count:
            return None
        mean = Fraction(int(row["nps_score_sum_180d"]), count)
        return 100 if mean >= 9 else 50 if mean >= 7 else 10

    def _tone(self, row, account, day):
        count = row["sentiment_count_90d"]
        if not count:
            return None
        mean = Fraction(row["sentiment_sum_90d"], count)
        return 100 if mean > Fraction(1, 3) else 20 if mean < Fraction(-1, 3) else 60

    @staticmethod
    def weights(names):
        """Shares of 1: equal inside the category, then across the categories that are left."""
        inside = {category: [name for name in names if TABLE[name][0] == category] for category in CATEGORIES}
        across = sum(CATEGORIES[category] for category, members in inside.items() if members)
        return {
            name: Fraction(CATEGORIES[category], across) / len(members)
            for category, members in inside.items()
            for name in members
        }

    def score(self, account, day):
        """(score or None, coverage in percent, weights)."""
        found = {name: self.component(name, account, day) for name in TABLE}
        weights = self.weights(
            [name for name, (state, _) in found.items() if state in ("present", "frozen", "missing")]
        )
        on = self.weights([name for name, (state, _) in found.items() if state != "off"])
        coverage = 100 * sum(share for name, share in on.items() if found[name][0] in ("present", "frozen"))
        if not weights:
            return None, coverage, weights
        return min(Fraction(100), sum(weights[name] * found[name][1] for name in weights)), coverage, weights

    @staticmethod
    def band(score):
        """The rank of a score's band."""
        return None if score is None else 3 if score >= 80 else 2 if score >= 60 else 1 if score >= 40 else 0

    def bands(self, account, day):
        """(band in force, computed band)."""
        score, coverage, _ = self.score(account, day)
        ranks = [self.band(score)] if score is not None else []
        for name, (_, feeds) in TABLE.items():
            if self.component(name, account, day)[0] == "frozen":
                fresh = self.last_fresh(feeds, day)
                if (account, fresh) not in self.rows:
                    continue
                score_then, coverage_then, _ = self.score(account, fresh)
                ranks += [self.band(score_then)] if coverage_then >= 70 and score_then is not None else []
        floors = [0 if name == "notice" else 1 for name in self.floors(account, day)]
        known = coverage >= 70 and score is not None
        computed = BANDS[min(ranks + floors)] if known or floors else "insufficient_data"
        return self.override(account, day) or computed, computed

    def floors(self, account, day):
        """The names of the floors that hold; a floor whose feed is lost holds under the feed's name."""
        row = self.rows[account, day]
        holds = {
            "notice": row["contract_notice_count"] > 0,
            "stakeholders": row["stakeholder_departed_count_90d"] >= 2,
            "p0": row["open_p0_over_48h_count"] > 0,
        }
        for feed in ("tickets", "contacts"):
            state, expected = self.feeds[feed, day]
            holds[feed] = expected and state in ("missing", "stale")
        return [name for name, held in holds.items() if held]

    def override(self, account, day):
        """The band set by hand that is in force, or None."""
        made = [
            each
            for each in self.overrides
            if each["account_id"] == account and each["made_on"] <= day <= each["expires_on"]
        ]
        return max(made, key=lambda each: each["made_on"])["band"] if made else None

    def trend(self, account, day):
        """improving, declining, stable or None."""
        then = day - timedelta(weeks=4)
        if (account, then) not in self.rows or not (self.is_complete(day) and self.is_complete(then)):
            return None
        now, before = self.score(account, day)[0], self.score(account, then)[0]
        if now is None or before is None:
            return None
        return "improving" if now - before > 5 else "declining" if now - before < -5 else "stable"

    def is_complete(self, day):
        """No expected feed of a component still had its first row to come."""
        needed = {feed for _, feeds in TABLE.values() for feed in feeds}
        return not any(self.feeds[feed, day] == ("before", True) for feed in needed)
