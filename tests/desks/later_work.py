"""Work of later days for property tests: tasks as they are on a day, and what may still become of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl
from hypothesis import strategies as st

from books.later_facts import NUMBERS, Row, days_after, days_until, frame
from policyserve.metrics.services.task_states import CHANGES, TASKS, WITHDRAWN
from policyserve.tasks.release import ACTOR as RELEASE

SERVICES = (
    "visit-m4",
    "birthday-greeting",
    "new-policy-callback",
    "handover-visit",
    "handover-notice",
    "policy-review",
)


@dataclass(frozen=True, kw_only=True)
class Desk:
    """Tasks as they are stored, and what happened to them."""

    tasks: pl.DataFrame
    changes: pl.DataFrame
    withdrawn: pl.DataFrame


@st.composite
def desks(draw: st.DrawFn, as_of: date) -> Desk:
    """Draw tasks that were added by `as_of`, some of them done, skipped, missed or cancelled by then."""
    tasks, changes = [], []
    for key in range(1, draw(st.integers(1, 5)) + 1):
        due = draw(days_until(as_of) | days_after(as_of))
        task = {
            "task_id": key, "service": draw(st.sampled_from(SERVICES)), "customer_id": 3, "agent_id":
            draw(st.sampled_from([None, *NUMBERS])), "performer": draw(st.sampled_from(["agent", "office"])),
            "due": due, "latest": due + timedelta(days=draw(st.sampled_from([0, 3, 30]))), "status": "open",
        }  # fmt: skip
        changes.append(_change(key, 1, as_of - timedelta(days=500), "added", "open"))
        if (end := draw(st.sampled_from([None, "done", "done", "skipped", "missed", "cancelled"]))) is not None:
            changes.append(_end(task, 2, draw(days_until(as_of)), end, draw(st.sampled_from([None, 1, 4, 5]))))
        tasks.append(task)
    return Desk(
        tasks=frame(tasks, TASKS),
        changes=frame(changes, CHANGES),
        withdrawn=frame([], WITHDRAWN),
    )


def _change(task: int, place: int, day: date, action: str, status: str) -> Row:
    """Return the `place`-th transition of a task; the caller adds `why`."""
    return {"number": 1_000 * place + task, "task_id": task, "as_of": day, "action": action, "to_status": status}


def _end(task: Row, place: int, day: date, status: str, satisfaction: int | None) -> Row:
    task["status"] = status
    if status == "done":
        task |= {"done_on": day, "channel": "visit", "satisfaction": satisfaction, "outcome": None}
    why = f"by visit on {day}" if status == "done" else "a reason"
    return _change(task["task_id"], place, day, status, status) | {"why": why}


@st.composite
def worked(draw: st.DrawFn, desk: Desk, as_of: date) -> Desk:
    """Draw what may become of the tasks after `as_of`: done, skipped, moved, handed over, reopened; and new ones."""
    tasks, changes, withdrawn = desk.tasks.to_dicts(), [], []
    for task in tasks:
        days = sorted(draw(st.lists(days_after(as_of), max_size=5)))
        for place, day in enumerate(days, start=3):
            if task["status"] == "done":
                withdrawn.append(_taken_back(task, place, day))
            changes.append(draw(_step(task, place, day)))
    due = draw(days_until(as_of))
    new = {**tasks[0], "task_id": 99, "due": due, "latest": due, "status": "open", **_NO_CONTACT}
    changes.append(_change(99, 9, draw(days_after(as_of)), "added", "open"))
    return Desk(
        tasks=frame([*tasks, new], TASKS),
        changes=pl.concat([desk.changes, frame(changes, CHANGES)]).sort("number"),
        withdrawn=frame(withdrawn, WITHDRAWN),
    )


_NO_CONTACT = dict.fromkeys(("done_on", "channel", "outcome", "satisfaction"))


def _taken_back(task: Row, place: int, day: date) -> Row:
    return {**task, "number": 1_000 * place + task["task_id"], "withdrawn_on": day}


@st.composite
def _step(draw: st.DrawFn, task: Row, place: int, day: date) -> Row:
    if task["status"] in {"skipped", "missed", "cancelled"} and draw(st.booleans()):
        task["status"] = "open"
        again = {"actor": RELEASE, "why": f"called for again, due {day}; {draw(_move(task))}"}
        return _change(task["task_id"], place, day, "reopened", "open") | again
    if task["status"] != "open":
        task |= {"status": "open", **_NO_CONTACT}
        mistake = {"actor": "A1", "why": "due 2020-01-01 -> 2020-01-02 is what somebody wrote"}
        return _change(task["task_id"], place, day, "reopened", "open") | mistake
    action = draw(st.sampled_from(["done", "skipped", "missed", "cancelled", "moved", "assigned"]))
    if action == "moved":
        return _change(task["task_id"], place, day, "moved", "open") | {"why": draw(_move(task))}
    if action == "assigned":
        return _change(task["task_id"], place, day, "assigned", "open") | {"why": draw(_hand_over(task))}
    return _end(task, place, day, action, draw(st.sampled_from([None, 2, 5])))


@st.composite
def _move(draw: st.DrawFn, task: Row) -> str:
    """Give a task other days, and perhaps another agent and performer; return the words of a release for it."""
    by = timedelta(days=draw(st.sampled_from([-40, 1, 7, 400])))
    due, latest = task["due"] + by, task["latest"] + by
    words = [f"due {task['due']} -> {due}", f"earliest {due} -> {due}", f"latest {task['latest']} -> {latest}"]
    task |= {"due": due, "latest": latest}
    if draw(st.booleans()):
        other = {"agent": "office", "office": "agent"}[task["performer"]]
        words.append(f"done by {task['performer']} -> {other}")
        task["performer"] = other
    if draw(st.booleans()):
        words.append(draw(_hand_over(task)))
    return "; ".join(words)


@st.composite
def _hand_over(draw: st.DrawFn, task: Row) -> str:
    before, after = task["agent_id"], draw(st.sampled_from(list(NUMBERS)))
    task["agent_id"] = after
    return f"agent {NUMBERS[before] if before else 'nobody'} -> {NUMBERS[after]}"
