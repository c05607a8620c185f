"""Rows of the team's Notion databases as of a day."""

from urllib.parse import quote

from pipeline.demo.days import to_date
from pipeline.demo.notion_cells import customer, database_file, long_date, plan_id, plan_name, relation
from pipeline.demo.projects import RISK_TEXTS, Milestone, Risk, Talk, Task, completion, note_days, phase, planned
from pipeline.demo.story import Rollout
from pipeline.demo.view import View

LEVELS = ("low", "medium", "high")
PRIORITIES = ("p0-critical", "p1-high", "p2-medium", "p3-low")
BUDGETS = {"enterprise": 60_000, "mid_market": 18_000, "smb": 4_000}
Row = dict[str, str]


def plan_row(view: View, rollout: Rollout, steps: list[Milestone], blocked: set[int]) -> Row:
    """One implementation plan as of the day."""
    story, i, cut = view.story, rollout.account, view.cut
    account = story.accounts[i]
    done = completion(story, rollout, cut)
    budget = BUDGETS[account.segment] * (80 + i % 5 * 10) // 100
    is_live = rollout.live <= cut
    tested = max(0, min(40, (done - 55) * 40 // 45))
    knows_delay = cut >= rollout.started + (rollout.original - rollout.started) // 2
    return {
        "Plan": plan_name(view, i),
        "ID": plan_id(i),
        "Customer": customer(view, i),
        "Start Date": long_date(rollout.started),
        "Original Go-Live": long_date(rollout.original),
        "Target Go-Live Date": long_date(rollout.live if knows_delay else rollout.original),
        "Went Live": long_date(rollout.live, cut),
        "Timeline": f"{long_date(rollout.started)} → {long_date(rollout.original)}",
        "Phase": phase(done, cut - rollout.live),
        "Completion %": str(done),
        "Planned %": str(planned(rollout, cut)),
        "Key Milestones": ", ".join(relation("Milestones", s.title, s.account, s.number) for s in steps),
        "Milestones Done": f"{sum(s.actual <= cut for s in steps) / max(1, len(steps)):.2f}",
        "Technical Blockers": "Yes" if not is_live and i in blocked else "No",
        "Budget": str(budget),
        "Spent": str(budget * done // 100 * (85 + i % 6 * 6) // 100),
        "Currency": account.currency,
        "Resource Allocation": "CSM, Solution Engineer" if i % 2 else "CSM, Solution Engineer, Data Specialist",
        "Dependencies": "",
        "Owner": story.csm(i, cut).name,
        "UAT Executed": str(40 if is_live else tested),
        "UAT Passed": str(39 if is_live else tested * (88 + i % 10) // 100),
        "Data Loaded %": str(min(100, done * 5 // 4)),
        "Data Accuracy %": f"{97.2 + i % 28 / 10:.1f}",
        "First Value": long_date(rollout.live + 3 + i % 12, cut),
        "Stakeholder Score": str(
            max(3, min(10, round(7.4 + story.life.mean(story.life.vigor, i, min(cut, rollout.live)))))
        ),
        "Tags": "🚀 Fast lane, ERP" if i % 5 == 0 else "ERP",
        "Attachments": f"{quote(database_file('Implementation Plans'))}/kickoff-{i + 1}.pdf" if i % 8 == 0 else "",
    }


def milestone_row(view: View, step: Milestone) -> Row:
    """One milestone as of the day."""
    cut, owner = view.cut, view.story.csm(step.account, view.cut).name
    is_near = step.planned - 7 <= cut
    late = step.planned < cut and step.actual > step.planned
    status = "completed" if step.actual <= cut else "at-risk" if late else "in-progress" if is_near else "scheduled"
    return {
        "Title": step.title,
        "ID": f"MS-{step.account * 8 + step.number + 1}",
        "Type": step.kind,
        "Customer": customer(view, step.account),
        "Plan": relation("Implementation Plans", plan_name(view, step.account), step.account),
        "Plan ID": plan_id(step.account),
        "Planned Date": long_date(step.planned),
        "Actual Date": long_date(step.actual, cut),
        "Owner": owner,
        "Deliverables": {"kickoff": "Signed plan, contact list", "training": "Recorded sessions"}.get(
            step.kind, "Checklist"
        ),
        "Success Criteria": "Accepted by the customer's project lead",
        "Our Actions": "Prepare and run the session",
        "Customer Actions": "Name the people, provide the data",
        "Critical Path": "Yes" if step.is_critical else "No",
        "Status": status,
    }


def risk_row(view: View, risk: Risk) -> Row:
    """One entry of the risk registry as of the day."""
    cut = view.cut
    is_open = risk.resolved > cut
    age = cut - risk.created
    state = (
        "resolved" if not is_open else "identified" if age < 7 else "escalated" if risk.impact == 2 else "monitoring"
    )
    return {
        "Risk": f"{risk.kind.capitalize()} risk {risk.number + 1}",
        "ID": f"RISK-{risk.account * 64 + risk.number + 1}",
        "Customer": customer(view, risk.account),
        "Risk Type": risk.kind,
        "Description": RISK_TEXTS[risk.kind],
        "Probability": LEVELS[risk.probability],
        "Impact": LEVELS[risk.impact],
        "Risk Score": str((risk.probability + 1) * (risk.impact + 1)),
        "Mitigation Plan": "Weekly check with the customer's lead"
        if risk.number % 2
        else "Workaround, then fix in next release",
        "Owner": view.story.csm(risk.account, risk.created).name,
        "Status": state,
        "Blocker": "Yes" if risk.is_blocker else "No",
        "Root Cause": "" if is_open else "Missing data from the ERP",
        "Target Date": long_date(risk.created + 30),
        "Created Date": long_date(risk.created),
        "Resolved Date": long_date(risk.resolved, cut),
    }


def task_row(view: View, task: Task) -> Row:
    """One action item as of the day."""
    cut = view.cut
    blank = (task.account * 13 + task.number) % 211 == 9
    is_started, blocked = task.created + 2 <= cut, (task.account + task.number) % 23 == 0
    state = (
        "completed"
        if task.completed <= cut
        else "blocked"
        if blocked
        else "in-progress"
        if is_started
        else "not-started"
    )
    return {
        "Title": "" if blank else task.title,
        "ID": f"ACT-{task.account * 128 + task.number + 1}",
        "Customer": customer(view, task.account),
        "Owner": view.story.csm(task.account, task.created).name if task.is_ours else "Customer lead",
        "Side": "ours" if task.is_ours else "customer",
        "Due Date": long_date(task.due),
        "Priority": PRIORITIES[task.priority],
        "Status": state,
        "Description": "See notes of the last call" if task.number % 3 == 0 else "",
        "Enables": "Go-live" if task.number < 4 else "",
        "Dependencies": "",
        "Created Date": long_date(task.created),
        "Completed Date": long_date(task.completed, cut),
    }


def note_rows(view: View) -> list[Row]:
    """The weekly status reports up to the day."""
    rows = []
    for rollout in view.story.rollouts.values():
        for day in note_days(rollout, view.cut):
            rows.append(_note(view, rollout, day))
    return rows


def _note(view: View, rollout: Rollout, day: int) -> Row:
    i = rollout.account
    done, due = completion(view.story, rollout, day), planned(rollout, day)
    health = "green" if done >= due - 5 else "yellow" if done >= due - 18 else "red"
    name = view.story.accounts[i].name
    return {
        "Report": f"{name} {to_date(day).isoformat()}",
        "Customer": customer(view, i),
        "Week Ending": long_date(day),
        "Phase Progress": f"Phase {phase(done, day - rollout.live)}: {done}% done, {due}% planned",
        "Metrics": f"{min(100, done * 5 // 4)}% of items loaded, {2 + i % 9} key users active",
        "Blockers": ""
        if health == "green"
        else "Waiting for the item master, again"
        if health == "red"
        else "Slow answers from IT",
        "Next Week Plan": "Continue with the next step of the plan",
        "Decision Needed": "New go-live date" if health == "red" else "",
        "Health Status": health,
        "Owner": view.story.csm(i, day).name,
        "Created Date": long_date(day),
    }


def talk_row(view: View, talk: Talk) -> Row:
    """One entry of the communication log."""
    hour, minute = divmod(talk.minute, 60)
    clock = f"{(hour - 1) % 12 + 1}:{minute:02d} {'AM' if hour < 12 else 'PM'}"
    met = talk.kind in ("meeting", "call", "training")
    missed = (talk.account * 5 + talk.number) % 19 == 3
    return {
        "Topic": talk.topic,
        "ID": f"COM-{talk.account * 64 + talk.number + 1}",
        "Customer": customer(view, talk.account),
        "Date": f"{long_date(talk.day)} {clock}",
        "Type": talk.kind,
        "Attendees": f"{view.story.csm(talk.account, talk.day).name}, Customer lead",
        "Summary": "Went through the plan, next steps agreed" if not missed else "Customer did not show up",
        "Action Items": "",
        "Follow-up Date": long_date(talk.day + 7) if talk.number % 4 == 0 else "",
        "Sentiment": talk.sentiment,
        "Attended": ("No" if missed else "Yes") if met else "",
        "Direction": "reactive" if talk.number % 6 == 5 else "proactive",
    }
