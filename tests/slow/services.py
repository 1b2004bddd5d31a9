"""Figures of service one by one: the plain reading of `docs/metrics/services.md` that judges the fast one.

What the default standard says of the services in these tests is written out here, so that it is not read twice alike.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from policyserve.book.columns import Book
from slow.facts import know

Row = dict[str, Any]
Group = tuple[str | None, ...]

KINDS = {
    "visit-m1": ("assessed", "service"),
    "new-policy-callback": ("assessed", "duty"),
    "policy-review": ("spot-checked", "service"),
    "handover-visit": ("spot-checked", "duty"),
    "handover-notice": ("spot-checked", "duty"),
    "event-invitation": ("encouraged", "marketing"),
}
"""Level and class of each service."""

NOBODY_SPOKEN_TO = {"busy", "no answer", "空号"}
"""Outcomes of these tests that are no conversation, in small letters."""


@dataclass(frozen=True, kw_only=True)
class Evening:
    """All tasks and agents as they are at the end of a day."""

    day: date
    tasks: list[Row]
    """With `service`, `agent_id`, `performer`, `due`, `latest`, `status`, `done_on`, `outcome`, `satisfaction`."""
    agents: dict[int, Row]
    """With `agent_no`, `team`, `branch`, by key."""


def fate(task: Row, day: date) -> str | None:
    """Say what has become of a task by the end of `day`; None where it was cancelled."""
    if task["status"] == "cancelled":
        return None
    if task["status"] == "skipped":
        return "skipped"
    if task["due"] > day:
        return "pending"
    if task["status"] == "done":
        return "on_time" if task["done_on"] <= task["latest"] else "late"
    return "missed" if task["latest"] < day else "open"


def group_of(task: Row, agents: dict[int, Row], by: Sequence[str], *, of_office: bool) -> Group:
    """Return the group of a task; `of_office`: work of the office has a branch, but no team and no agent."""
    level, kind = KINDS[task["service"]]
    agent = agents.get(task["agent_id"], {})
    own = {} if of_office and task["performer"] == "office" else agent
    names: dict[str, list[str | None]] = {
        "company": ["all"],
        "branch": [agent.get("branch")],
        "team": [agent.get("branch"), own.get("team")],
        "agent": [own.get("agent_no")],
        "level": [level],
        "service": [task["service"]],
        "class": [kind],
    }
    return _once(by, names)


def _once(by: Sequence[str], names: dict[str, list[str | None]]) -> Group:
    """Return the names of a group; the branch that a team brings with it stands once."""
    fields = {"team": ["branch", "team"]}
    found: dict[str, str | None] = {}
    for part in by:
        found |= dict(zip(fields.get(part, [part]), names[part], strict=True))
    return tuple(found.values())


def _sorted_out(
    tasks: Iterable[Row], evening: Evening, by: Sequence[str], *, of_office: bool = True
) -> dict[Group, list[Row]]:
    groups: dict[Group, list[Row]] = {} if by else {(): []}
    for task in tasks:
        groups.setdefault(group_of(task, evening.agents, by, of_office=of_office), []).append(task)
    return groups


def _due(evening: Evening, first: date, last: date, *services: str) -> list[Row]:
    return [
        task for task in evening.tasks if first <= task["due"] <= last and (not services or task["service"] in services)
    ]


def _ratio(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def _status(open_: int, last: date, day: date) -> str:
    return "provisional" if open_ or last >= day else "final"


def service_rate(evening: Evening, first: date, last: date, by: Sequence[str]) -> dict[Group, Row]:
    """Judge the service rate of the days from `first` to `last`, both included."""
    judged = {}
    alive = [task for task in _due(evening, first, last) if fate(task, evening.day)]
    alive = [task for task in alive if task["performer"] == "agent" or not {"team", "agent"} & {*by}]
    for group, tasks in _sorted_out(alive, evening, by).items():
        fates = [fate(task, evening.day) for task in tasks]
        done, late, missed, open_ = (fates.count(name) for name in ("on_time", "late", "missed", "open"))
        due = done + late + missed
        judged[group] = {
            "numerator": done, "denominator": due, "ratio": _ratio(done, due), "late": late, "missed": missed,
            "open": open_, "ratio_with_late": _ratio(done + late, due), "pending": fates.count("pending"),
            "skipped": fates.count("skipped"), "small": due < 30, "status": _status(open_, last, evening.day),
        }  # fmt: skip
    return judged


def callbacks(evening: Evening, first: date, last: date, by: Sequence[str]) -> dict[Group, Row]:
    """Judge the call-backs inside the free-look."""
    judged = {}
    counted = {"on_time", "late", "missed", "open"}
    calls = [t for t in _due(evening, first, last, "new-policy-callback") if fate(t, evening.day) in counted]
    for group, tasks in _sorted_out(calls, evening, by).items():
        fates = [fate(task, evening.day) for task in tasks]
        in_vain = sum(
            1
            for task in tasks
            if fate(task, evening.day) == "on_time" and (task["outcome"] or "").strip().lower() in NOBODY_SPOKEN_TO
        )
        reached, open_ = fates.count("on_time") - in_vain, fates.count("open")
        judged[group] = {
            "numerator": reached, "denominator": len(tasks) - open_, "ratio": _ratio(reached, len(tasks) - open_),
            "not_reached": in_vain, "late": fates.count("late"), "missed": fates.count("missed"), "open": open_,
            "small": len(tasks) - open_ < 30, "status": _status(open_, last, evening.day),
        }  # fmt: skip
    return judged


def satisfaction(evening: Evening, first: date, last: date, by: Sequence[str]) -> dict[Group, Row]:
    """Judge what customers said of the services done from `first` to `last`."""
    judged = {}
    done = [task for task in evening.tasks if task["status"] == "done" and first <= task["done_on"] <= last]
    for group, tasks in _sorted_out(done, evening, by).items():
        answers = [task["satisfaction"] for task in tasks if task["satisfaction"] is not None]
        judged[group] = {
            "services": len(tasks), "answers": len(answers), "mean": _ratio(sum(answers), len(answers)),
            "satisfied": _ratio(sum(1 for answer in answers if answer >= 4), len(answers)),
            "small": len(answers) < 30,
        }  # fmt: skip
    return judged


def hand_overs(evening: Evening, first: date, last: date, by: Sequence[str]) -> dict[Group, Row]:
    """Judge the hand-over visits and notices; both belong to the agent who serves."""
    judged = {}
    counted = {"on_time", "late", "missed", "open"}
    work = _due(evening, first, last, "handover-visit", "handover-notice")
    due = [task for task in work if fate(task, evening.day) in counted]
    for group, tasks in _sorted_out(due, evening, by, of_office=False).items():
        visits, notices = (
            [fate(task, evening.day) for task in tasks if task["service"] == service]
            for service in ("handover-visit", "handover-notice")
        )
        judged[group] = {
            "visits_due": len(visits), "visits_on_time": visits.count("on_time"), "visits_open": visits.count("open"),
            "ratio": _ratio(visits.count("on_time"), len(visits) - visits.count("open")),
            "notices_due": len(notices), "notices_on_time": notices.count("on_time"), "small": len(visits) < 30,
            "status": _status((visits + notices).count("open"), last, evening.day),
        }  # fmt: skip
    return judged


def orphans(book: Book, day: date, by: Sequence[str]) -> dict[Group, tuple[int, int]]:
    """Judge the orphan policies of `day` and those unassigned, one policy at a time; riders are none."""
    agents = {row["agent_id"]: row for row in book.agents.to_dicts()}
    gone = {key for key, row in agents.items() if row["left_on"] is not None and row["left_on"] <= day}
    lives = know(book, 60, day).policies
    judged: dict[Group, tuple[int, int]] = {} if by else {(): (0, 0)}
    for policy in book.policies.to_dicts():
        life = lives.get(policy["policy_id"])
        if life is None or life.is_rider or not life.in_force(day):
            continue
        server = served_by(policy, book, day)
        orphan, unassigned = policy["writing_agent_id"] in gone, server in gone
        if orphan or unassigned:
            group = _once(by, _names(agents.get(server), book, day))
            before = judged.get(group, (0, 0))
            judged[group] = (before[0] + orphan, before[1] + unassigned)
    return judged


def served_by(policy: Row, book: Book, day: date) -> int | None:
    """Return the key of who served a policy on `day`: the last change by then, else who served before the first one."""
    keys: dict[str, int] = {row["agent_no"]: row["agent_id"] for row in book.agents.to_dicts()}
    changes = sorted(
        (
            event
            for event in book.events.to_dicts()
            if event["kind"] == "agent_changed"
            and event["policy_id"] == policy["policy_id"]
            and event["detail"] in keys
        ),
        key=lambda event: (event["occurred_on"], event["number"]),
    )
    known = [event for event in changes if event["occurred_on"] <= day]
    own: int | None = policy["agent_id"]
    if known:
        return keys[known[-1]["detail"]]
    if not changes:
        return own
    before = keys.get(changes[0]["previous"])
    return next((key for key in (before, policy["writing_agent_id"]) if key is not None), own)


def _names(agent: Row | None, book: Book, day: date) -> dict[str, list[str | None]]:
    """Return what an agent's groups are called: he was where the next place that he left later says, else is still."""
    if agent is None:
        return {"company": ["all"], "branch": [None], "team": [None, None], "agent": [None]}
    left = sorted(
        (row for row in book.places.to_dicts() if row["agent_id"] == agent["agent_id"] and row["until"] > day),
        key=lambda row: row["until"],
    )
    place = left[0] if left else agent
    return {
        "company": ["all"],
        "branch": [place["branch"]],
        "team": [place["branch"], place["team"]],
        "agent": [agent["agent_no"]],
    }
