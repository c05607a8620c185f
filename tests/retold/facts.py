"""What the canonical rows of a company say about an account at a day: plain Python from the definitions alone.

Nothing here comes from the pipeline. Rows are dicts by canonical column; D is the day a fact is stated for, known at
local midnight at its end. The names of the counts are those of the panel, so that plain scores can be told from them.
"""

from collections import defaultdict
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

GRACE = 30
KEY_ROLES = ("champion", "executive_sponsor", "technical_lead")
AGES = {
    "usage": 3,
    "tickets": 10,
    "activities": 10,
    "invoices": 45,
    "survey_responses": 120,
    "trainings": 120,
    "qbrs": 120,
}
SEGMENT_OF_TIER = {"enterprise": "enterprise", "mid_market": "mid_market", "starter": "smb"}
RESOLVABLE = ("budget_cut", "market_downturn", "competitor_acquisition", "merger")


def days_before(day, count):
    """The day so many days before."""
    return day - timedelta(days=count)


def within(day, end, count):
    """Whether a day lies in the last `count` days that end at `end`."""
    return day is not None and days_before(end, count) < day <= end


def a_year_before(day):
    """The same day twelve calendar months earlier."""
    try:
        return day.replace(year=day.year - 1)
    except ValueError:
        return day.replace(year=day.year - 1, day=28)


def months_after(day, months):
    """The same day so many months on, or the last of that month."""
    years, month = divmod(day.month - 1 + months, 12)
    for last in range(day.day, 27, -1):
        try:
            return date(day.year + years, month + 1, last)
        except ValueError:
            continue
    return date(day.year + years, month + 1, day.day)


def tidy(name):
    """A plan's name for comparison."""
    return " ".join(name.split()).lower() if name else None


class Facts:
    """The facts of a company: `rows` by canonical table, and what bellwether.toml says about feeds and the clock."""

    def __init__(self, rows, days, *, zone, expected, ages, max_stale, holidays):
        self.days, self.zone, self.holidays = sorted(days), ZoneInfo(zone), set(holidays)
        self.expected, self.ages, self.max_stale = set(expected), {**AGES, **ages}, max_stale
        self.rows = defaultdict(list, rows)
        self.of = {name: self._by_account(found) for name, found in self.rows.items()}

    def _by_account(self, rows):
        found = defaultdict(list)
        for row in rows:
            found[row.get("account_id")].append(row)
        return found

    def mine(self, table, account):
        """The rows of a table that name the account."""
        return self.of.get(table, {}).get(account, [])

    def local(self, instant):
        """The day of an instant on the company's clock; None stays None."""
        return instant and instant.astimezone(self.zone).date()

    def midnight(self, day):
        """The instant at which a local day is over."""
        return datetime.combine(day + timedelta(days=1), time(), self.zone).astimezone(UTC)

    @cached_property
    def accounts(self):
        """The ids of all accounts."""
        return sorted(self.of["accounts"])

    # ------------------------------------------------------------------ feeds

    def told_on(self, feed):
        """The days that date the rows of a feed that ages."""
        match feed:
            case "usage":
                return [row["used_on"] for row in self.rows["usage_daily"]]
            case "tickets":
                rows = self.rows["tickets"]
                return [self.local(row[name]) for row in rows for name in ("created_at", "solved_at") if row[name]]
            case "invoices":
                issued = {row["invoice_id"]: row["issued_on"] or row["due_on"] for row in self.rows["invoices"]}
                paid = [row for row in self.rows["invoices"] if row["paid_on"]]
                return [*issued.values(), *(max(issued[row["invoice_id"]], row["paid_on"]) for row in paid)]
            case "trainings":
                names = ("assigned_on", "completed_on")
                return [row[name] for row in self.rows["trainings"] for name in names if row[name]]
            case "activities":
                return [self.local(row["occurred_at"]) for row in self.rows["activities"]]
            case "survey_responses":
                return [self.local(row["responded_at"]) for row in self.rows["survey_responses"]]
            case "qbrs":
                return [row[name] for row in self.rows["qbrs"] for name in ("scheduled_on", "held_on") if row[name]]
        raise AssertionError(feed)

    @cached_property
    def newest(self):
        """By feed that ages and day: the newest day told by then, or None."""
        told = {feed: sorted(set(self.told_on(feed))) for feed in AGES}
        return {
            (feed, day): max((on for on in found if on <= day), default=None)
            for feed, found in told.items()
            for day in self.days
        }

    def state(self, feed, day):
        """missing without a row; else fresh, late, stale by its age, or before its first row; snapshots never age."""
        if not self.rows["usage_daily" if feed == "usage" else feed]:
            return "missing"
        if feed not in AGES:
            return "fresh"
        newest = self.newest[feed, day]
        if newest is None:
            return "before"
        age = (day - newest).days
        return "fresh" if age <= self.ages[feed] else "late" if age <= self.max_stale else "stale"

    def usage_end(self, day):
        """E: the newest day of usage while the feed is fresh, else None."""
        return self.newest["usage", day] if self.state("usage", day) == "fresh" else None

    def business_days(self, day):
        """How many business days the 30 days that end at E have, or at D without usage."""
        end = self.usage_end(day) or day
        return sum(self.is_business(days_before(end, back)) for back in range(30))

    def is_business(self, day):
        """Monday to Friday and no holiday."""
        return day.weekday() < 5 and day not in self.holidays

    # ------------------------------------------------------------------ attributes, contracts, standing

    def attributes(self, account, day):
        """(the account's row as told by then, else the earliest; whether it was told later)."""
        versions = sorted(self.mine("accounts", account), key=lambda row: row["extracted_at"])
        known = [row for row in versions if self.local(row["extracted_at"]) <= day]
        return (known[-1], False) if known else (versions[0], True)

    @cached_property
    def contracts(self):
        """By account its contracts: the newest version of each, since when it is known, its statuses over time."""
        versions = defaultdict(list)
        for row in sorted(self.rows["contracts"], key=lambda row: row["extracted_at"]):
            versions[row["contract_id"]].append(row)
        found = defaultdict(list)
        for told in versions.values():
            first_loaded = self.local(told[0]["extracted_at"])
            known_on = told[-1]["signed_on"] or min(told[-1]["starts_on"], first_loaded)
            found[told[-1]["account_id"]].append(told[-1] | {"known_on": known_on, "versions": told})
        return found

    def known_contracts(self, account, day):
        """The contracts of the account that are known at D, with what is known of each."""
        return [self._as_known(contract, day) for contract in self.contracts[account] if contract["known_on"] <= day]

    def _as_known(self, contract, day):
        is_cancelled = contract["cancelled_on"] is not None and contract["cancelled_on"] <= day
        ends = contract["ends_on"] or (contract["cancelled_on"] if is_cancelled else None)
        told = [row for row in contract["versions"] if self.local(row["extracted_at"]) <= day]
        return contract | {
            "is_cancelled": is_cancelled,
            "ends": ends or date.max,
            "status": (told or contract["versions"][:1])[-1]["status"],
            "successors": [other for other in self.contracts[contract["account_id"]] if self._follows(other, contract)],
        }

    @staticmethod
    def _follows(other, contract):
        """Same product (empty matches any), later start, within 30 days of the renewal."""
        if other["contract_id"] == contract["contract_id"] or contract["ends_on"] is None:
            return False
        same = None in (other["product"], contract["product"]) or other["product"] == contract["product"]
        gap = (other["starts_on"] - contract["ends_on"]).days - 1
        return same and other["starts_on"] > contract["starts_on"] and abs(gap) <= 30

    def standing(self, account, day):
        """Whether the account is scored at D, its tier, and its contracts in force."""
        contracts = self.known_contracts(account, day)
        in_force = [each for each in contracts if each["starts_on"] <= day <= each["ends"]]
        served = [each for each in contracts if each["starts_on"] <= each["ends"] < day]
        ahead = [each["starts_on"] for each in contracts if each["starts_on"] > day]
        is_churned = self.attributes(account, day)[0]["status"] == "churned"
        last = max((each["ends"] for each in served), default=None)
        carried_on = None
        if not in_force and last:
            if ahead:
                is_carried = (min(ahead) - last).days - 1 <= GRACE
            else:
                stays = any(each["ends"] == last and not each["is_cancelled"] for each in served)
                is_carried = (day - last).days <= GRACE and stays and not is_churned
            carried_on = last if is_carried else None
        on = day if in_force else carried_on
        arr = sum(each["arr"] for each in contracts if on and each["starts_on"] <= on <= each["ends"])
        just_ended = last is not None and (day - last).days <= GRACE and not is_churned
        return {
            "is_scored": bool(in_force) or carried_on is not None or just_ended,
            "tier": "enterprise" if arr > 100_000 else "mid_market" if arr >= 25_000 else "starter",
            "in_force": in_force,
        }

    def row(self, account, day):
        """All facts of an account at D."""
        attributes, is_backfilled = self.attributes(account, day)
        standing = self.standing(account, day)
        seats = attributes["seats_licensed"]
        if seats is None:
            known = [each["seats"] for each in standing["in_force"] if each["seats"] is not None]
            seats = sum(known) if known else None
        started = [each["starts_on"] for each in self.known_contracts(account, day)]
        return {
            "account_id": account,
            "week_ending_on": day,
            "is_scored": standing["is_scored"],
            "is_backfilled": is_backfilled,
            "tier": standing["tier"],
            "segment": attributes["segment"] or SEGMENT_OF_TIER[standing["tier"]],
            "strategic_alignment": attributes["strategic_alignment"],
            "seats": seats,
            "business_days": self.business_days(day),
            "customer_since_on": attributes["customer_since_on"] or min(started, default=None),
            **self._of_contracts(account, day, standing["in_force"]),
            **self._of_usage(account, day, attributes["plan"]),
            **self._of_tickets(account, day),
            **self._of_people(account, day),
            **self._of_activities(account, day),
            **self._of_invoices(account, day),
            **self._of_answers(account, day),
            **self._of_signals(account, day),
            **self._of_reviews(account, day),
            **self._of_deals(account, day),
            **self._of_delivery(account, day),
        }

    def _of_contracts(self, account, day, in_force):
        is_churned = self.attributes(account, day)[0]["status"] == "churned"
        known = self.known_contracts(account, day)
        for each in known:
            signed = [other for other in each["successors"] if other["known_on"] <= day]
            each["signed"] = min(
                signed, key=lambda other: (other["known_on"], other["starts_on"], other["contract_id"]), default=None
            )
        served = [each for each in known if each["starts_on"] <= day]
        forced = [each for each in served if day <= each["ends"]]
        assert len(forced) == len(in_force)
        late = [each for each in served if each["ends"] < day and (day - each["ends"]).days <= GRACE]
        past_due = [
            each
            for each in late
            if each["ends_on"] and not each["is_cancelled"] and not each["signed"] and not is_churned
        ]
        prices = [each["price_increase_pct"] for each in forced + past_due]
        prices += [each["signed"]["price_increase_pct"] for each in forced + past_due if each["signed"]]
        ending = [each for each in forced if each["ends_on"] and each["ends_on"] <= day + timedelta(days=90)]
        return {
            "contract_in_force_count": len(forced),
            "contract_ending_90d_count": sum(not each["signed"] for each in ending),
            "contract_notice_count": sum(each["is_cancelled"] and not each["signed"] for each in forced + late),
            "contract_past_due_count": len(past_due),
            "contract_disputed_count": sum(
                each["status"] in ("disputed", "in_negotiation") for each in forced + past_due
            ),
            "contract_multi_year_count": sum(self._is_multi_year(each) for each in forced + past_due),
            "price_increase_pct": max((price for price in prices if price is not None), default=None),
        }

    @staticmethod
    def _is_multi_year(contract):
        ends = contract["ends_on"]
        return ends is not None and ends >= months_after(contract["starts_on"], 24) - timedelta(days=1)

    # ------------------------------------------------------------------ usage

    @cached_property
    def use(self):
        """By account and day (users, events, features used). A row without a feature is the day's total."""
        told = defaultdict(list)
        for row in self.rows["usage_daily"]:
            told[row["account_id"], row["used_on"]].append(row)
        days = defaultdict(dict)
        for (account, on), rows in told.items():
            totals = [row for row in rows if row["feature"] is None]
            users = totals[0]["active_users"] if totals else max(row["active_users"] for row in rows)
            events = totals[0]["event_count"] if totals else sum(row["event_count"] for row in rows)
            days[account][on] = users, events, {row["feature"] for row in rows if row["event_count"] > 0}
        return days

    def _of_usage(self, account, day, plan):
        end = self.usage_end(day)
        used = self.use[account] if end else {}
        last = {on: used[on] for back in range(30) if (on := days_before(end or day, back)) in used}
        prior = [used[on] for back in range(30, 60) if (on := days_before(end or day, back)) in used]
        offered = {
            row["feature"]
            for row in self.rows["features"]
            if (row["plan"] is None or tidy(row["plan"]) == tidy(plan))
            and (row["released_on"] is None or row["released_on"] <= day)
        }
        seen = set().union(*(features for _, _, features in last.values()))
        return {
            "login_day_count_30d": sum(users > 0 for users, _, _ in last.values()),
            "login_business_day_count_30d": sum(
                users > 0 and self.is_business(on) for on, (users, _, _) in last.items()
            ),
            "user_day_count_30d": sum(users for users, _, _ in last.values()),
            "business_user_day_count_30d": sum(users for on, (users, _, _) in last.items() if self.is_business(on)),
            "event_count_30d": sum(events for _, events, _ in last.values()),
            "event_count_prior_30d": sum(events for _, events, _ in prior),
            "feature_used_count_30d": len(seen & offered),
            "feature_available_count": len(offered) if plan is not None else None,
        }

    # ------------------------------------------------------------------ tickets

    def _of_tickets(self, account, day):
        known = [row for row in self.mine("tickets", account) if self.local(row["created_at"]) <= day]
        created = [self.local(row["created_at"]) for row in known]
        ratings = []
        for row in known:
            solved = self.local(row["solved_at"])
            if row["csat"] is not None and not (solved and solved > day):
                ratings += [row["csat"]] if within(solved or self.local(row["created_at"]), day, 90) else []
        waiting = [row for row in known if not (row["solved_at"] and self.local(row["solved_at"]) <= day)]
        billing = [self.local(row["created_at"]) for row in known if row["category"] == "billing"]
        return {
            "ticket_created_count_90d": sum(within(on, day, 90) for on in created),
            "ticket_created_count_30d": sum(within(on, day, 30) for on in created),
            "billing_ticket_count_60d": sum(within(on, day, 60) for on in billing),
            "csat_answer_count_90d": len(ratings),
            "csat_score_sum_90d": sum(ratings),
            "csat_under_2_count_90d": sum(rating < 2 for rating in ratings),
            "open_p0_over_48h_count": sum(self._is_old_p0(row, day) for row in waiting),
        }

    def _is_old_p0(self, ticket, day):
        now = self.midnight(day)
        return now - ticket["created_at"] > timedelta(hours=48) and self.priority(ticket, now) == "p0"

    def priority(self, ticket, now):
        """The ticket's priority at an instant, from its changes; a change at that very instant has not counted yet."""
        changes = sorted(
            (row for row in self.changes[ticket["ticket_id"]] if row["field"] == "priority"),
            key=lambda row: row["changed_at"],
        )
        if not changes:
            return ticket["priority"]
        before = [row for row in changes if row["changed_at"] < now]
        return before[-1]["new_value"] if before else changes[0]["old_value"] or ticket["priority"]

    @cached_property
    def changes(self):
        """The changes of each ticket that had happened by the last day; they also say what was before them."""
        found = defaultdict(list)
        for row in self.rows["ticket_changes"]:
            if self.local(row["changed_at"]) <= self.days[-1]:
                found[row["ticket_id"]].append(row)
        return found

    # ------------------------------------------------------------------ people, activities, invoices

    def _of_people(self, account, day):
        trainings = [row for row in self.mine("trainings", account) if row["assigned_on"] <= day]
        done = [row for row in trainings if row["completed_on"] and row["completed_on"] <= day]
        people = [row for row in self.mine("contacts", account) if row["joined_on"] is None or row["joined_on"] <= day]
        left = [row for row in people if row["role"] in KEY_ROLES]
        sponsors = [row for row in left if row["role"] == "executive_sponsor"]
        return {
            "training_assigned_count": len(trainings),
            "training_completed_count": len(done),
            "contact_count": len(people),
            "stakeholder_departed_count_180d": sum(within(row["departed_on"], day, 180) for row in left),
            "stakeholder_departed_count_90d": sum(within(row["departed_on"], day, 90) for row in left),
            "executive_sponsor_departed_count_90d": sum(within(row["departed_on"], day, 90) for row in sponsors),
        }

    @cached_property
    def sponsors(self):
        """Since when each contact is an executive sponsor."""
        rows = (row for row in self.rows["contacts"] if row["role"] == "executive_sponsor")
        return {row["contact_id"]: row["joined_on"] or date.min for row in rows}

    def _of_activities(self, account, day):
        dated = [(self.local(row["occurred_at"]), row) for row in self.mine("activities", account)]
        recent = [row for on, row in dated if within(on, day, 90)]
        month = [row for on, row in dated if within(on, day, 30)]
        talks = [row for row in recent if row["type"] in ("meeting", "call") and row["was_attended"] is not None]
        tones = [{"positive": 1, "neutral": 0, "negative": -1}[row["sentiment"]] for row in recent if row["sentiment"]]
        return {
            "meeting_held_count_90d": len(talks),
            "meeting_attended_count_90d": sum(row["was_attended"] for row in talks),
            "webinar_count": sum(on <= day and row["type"] == "webinar" for on, row in dated),
            "webinar_attended_count_90d": sum(
                row["type"] == "webinar" and row["was_attended"] is True for row in recent
            ),
            "sentiment_sum_90d": sum(tones),
            "sentiment_count_90d": len(tones),
            "escalation_count_30d": sum(row["type"] == "escalation" for row in month),
            "executive_meeting_count_30d": sum(
                row["type"] in ("meeting", "call")
                and row["was_attended"] is True
                and self.sponsors.get(row["contact_id"], date.max) <= day
                for row in month
            ),
        }

    def _of_invoices(self, account, day):
        due = [
            row
            for row in self.mine("invoices", account)
            if row["status"] not in ("draft", "void")
            and (row["issued_on"] or row["due_on"]) <= day
            and a_year_before(day) < row["due_on"] <= day
        ]
        return {
            "invoice_due_count_12m": len(due),
            "invoice_late_count_12m": sum(self._is_late(row, day) for row in due),
        }

    @staticmethod
    def _is_late(row, day):
        paid = row["paid_on"] if row["paid_on"] and row["paid_on"] <= day else None
        return paid > row["due_on"] if paid else row["due_on"] < day

    # ------------------------------------------------------------------ answers

    @staticmethod
    def latest(answers):
        """Each respondent's latest score."""
        found = {}
        for row in sorted(answers, key=lambda row: (row["responded_at"], row["response_id"])):
            found[row["respondent_id"]] = row["score"]
        return list(found.values())

    @cached_property
    def nps_rows(self):
        """The NPS answers, with their day and their wave: its name, else the quarter."""
        rows = [row for row in self.rows["survey_responses"] if (row["survey"] or "nps") == "nps"]
        dated = [row | {"on": self.local(row["responded_at"])} for row in rows]
        return [row | {"wave": row["wave"] or f"{row['on'].year}-Q{(row['on'].month + 2) // 3}"} for row in dated]

    @cached_property
    def waves(self):
        """Wave names with the day of their first answer, the newest first."""
        first = {}
        for row in self.nps_rows:
            first[row["wave"]] = min(row["on"], first.get(row["wave"], row["on"]))
        return sorted(((on, wave) for wave, on in first.items()), reverse=True)

    def _of_answers(self, account, day):
        mine = [row for row in self.nps_rows if row["account_id"] == account and row["on"] <= day]
        scores = self.latest([row for row in mine if within(row["on"], day, 180)])
        begun = [wave for on, wave in self.waves if on <= day][:2]
        both = [self.latest([row for row in mine if row["wave"] == wave]) for wave in begun]
        both = both if len(both) == 2 and all(both) else [[], []]
        found = {"nps_respondent_count_180d": len(scores), "nps_score_sum_180d": sum(scores)}
        for name, answers in zip(("wave", "wave_prior"), both, strict=True):
            found[f"{name}_answer_count"] = len(answers)
            found[f"{name}_score_sum"] = sum(answers)
            surplus = sum(score >= 9 for score in answers) - sum(score <= 6 for score in answers)
            found[f"{name}_promoter_surplus_count"] = surplus
        return found

    # ------------------------------------------------------------------ signals, reviews, deals, delivery

    def _of_signals(self, account, day):
        known = [row for row in self.mine("signals", account) if row["occurred_on"] <= day]
        is_open = [row for row in known if not (row["resolved_on"] and row["resolved_on"] <= day)]

        def count(kinds, span, rows=known):
            return sum(row["kind"] in kinds and within(row["occurred_on"], day, span) for row in rows)

        feedback = [row["received_on"] for row in self.mine("feedback_items", account)]
        return {
            **{f"{kind}_count_180d": count((kind,), 180, is_open) for kind in RESOLVABLE},
            "competitor_evaluation_count_180d": count(("competitor_evaluation",), 180),
            "negative_social_count_90d": count(("negative_social",), 90),
            "departure_signal_count_90d": count(("stakeholder_departed", "champion_departed"), 90),
            "executive_signal_count_30d": count(("executive_engaged",), 30),
            "expansion_signal_count_90d": count(("expansion_discussion",), 90),
            "milestone_signal_count_90d": count(("expansion_milestone",), 90),
            "feedback_signal_count_90d": count(("proactive_feedback",), 90),
            "data_quality_issue_count": sum(row["kind"] == "data_quality_issue" for row in is_open),
            "integration_failure_count": sum(row["kind"] == "integration_failure" for row in is_open),
            "feedback_item_count_90d": sum(within(on, day, 90) for on in feedback),
        }

    def _of_reviews(self, account, day):
        held = [row for row in self.mine("qbrs", account) if row["held_on"] and row["held_on"] <= day]
        return {
            "review_last_held_on": max((row["held_on"] for row in held), default=None),
            "executive_review_count_30d": sum(
                row["has_executive"] is True and within(row["held_on"], day, 30) for row in held
            ),
        }

    def _of_deals(self, account, day):
        deals = [
            row
            for row in self.mine("opportunities", account)
            if row["type"] == "expansion" and (row["created_on"] or date.min) <= day
        ]
        closed = [row for row in deals if row["is_closed"] and row["close_on"] <= day]
        won = [row["close_on"] for row in closed if row["is_won"]]
        return {
            "expansion_open_count": len(deals) - len(closed),
            "expansion_won_count_90d": sum(within(on, day, 90) for on in won),
            "expansion_won_count_180d": sum(within(on, day, 180) for on in won),
        }

    def _of_delivery(self, account, day):
        plans = [row for row in self.mine("implementations", account) if row["started_on"] <= day]
        return {
            "implementation_delayed_count": sum(self._is_delayed(row, day) for row in plans),
            "downtime_seconds_30d": self._downtime(account, day),
        }

    @staticmethod
    def _is_delayed(row, day):
        limit = row["original_go_live_on"] + timedelta(days=14)
        if row["went_live_on"] and row["went_live_on"] <= day:
            return row["went_live_on"] > limit and (day - row["went_live_on"]).days < 90
        return day > limit or (row["target_go_live_on"] is not None and row["target_go_live_on"] > limit)

    def _downtime(self, account, day):
        """Seconds of the last 30 days in which an incident of the account or of everyone ran."""
        opens, closes = self.midnight(days_before(day, 30)), self.midnight(day)
        spans = []
        for row in self.mine("incidents", account) + self.mine("incidents", None):
            ended = row["ended_at"] if row["ended_at"] and row["ended_at"] <= closes else closes
            began = max(row["started_at"], opens)
            spans += [(began, ended)] if row["started_at"] < closes and began < ended else []
        total, reached = timedelta(), opens
        for began, ended in sorted(spans):
            total += max(timedelta(), ended - max(began, reached))
            reached = max(reached, ended)
        return int(total.total_seconds())
