"""Work of later days for property tests: tasks as they are on a day, and what may still become of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import polars as pl
from hypothesis import strategies as st

from books.later_facts import NUMBERS, Row, days_after, days_until, frame
from policyserve.metrics.services.task_states import CHANGES, STATUSES, TASKS

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
    statuses: pl.DataFrame
    changes: pl.DataFrame


class History:
    """Transitions, as they are made."""

    def __init__(self) -> None:
        self.statuses: list[Row] = []
        self.changes: list[Row] = []

    def step(self, task: Row, place: int, day: date, **fields: Any) -> None:
        """Let the `place`-th transition of a task give it other fields."""
        at = {"number": 1_000 * place + task["task_id"], "task_id": task["task_id"], "as_of": day}
        for name, new in fields.items():
            old = task.get(name)
            if name != "status" and (old, new) != (None, None):
                self.changes.append({**at, "field": name, "old": _text(old), "new": _text(new)})
        task |= fields
        self.statuses.append({**at, "to_status": task["status"]})

    def desk(self, tasks: list[Row], before: Desk | None = None) -> Desk:
        """Return the desk with these tasks, and what happened `before`."""
        statuses, changes = frame(self.statuses, STATUSES), frame(self.changes, CHANGES)
        if before is not None:
            statuses, changes = pl.concat([before.statuses, statuses]), pl.concat([before.changes, changes])
        return Desk(tasks=frame(tasks, TASKS), statuses=statuses, changes=changes)


def _text(value: object) -> str | None:
    return None if value is None else str(value)


@st.composite
def desks(draw: st.DrawFn, as_of: date) -> Desk:
    """Draw tasks that were added by `as_of`, some of them done, skipped, missed or cancelled by then."""
    tasks, past = [], History()
    for key in range(1, draw(st.integers(1, 5)) + 1):
        due = draw(days_until(as_of) | days_after(as_of))
        task = {
            "task_id": key, "service": draw(st.sampled_from(SERVICES)), "customer_id": 3, "agent_id":
            draw(st.sampled_from([None, *NUMBERS])), "performer": draw(st.sampled_from(["agent", "office"])),
            "due": due, "latest": due + timedelta(days=draw(st.sampled_from([0, 3, 30]))), "status": "open",
        }  # fmt: skip
        past.step(task, 1, as_of - timedelta(days=500))
        if (end := draw(st.sampled_from([None, "done", "done", "skipped", "missed", "cancelled"]))) is not None:
            _end(
                past, task, 2, draw(days_until(as_of)), status=end, satisfaction=draw(st.sampled_from([None, 1, 4, 5]))
            )
        tasks.append(task)
    return past.desk(tasks)


def _end(past: History, task: Row, place: int, day: date, *, status: str, satisfaction: int | None) -> None:
    done = {"done_on": day, "channel": "visit", "satisfaction": satisfaction, "outcome": None}
    past.step(task, place, day, status=status, **(done if status == "done" else {}))


@st.composite
def worked(draw: st.DrawFn, desk: Desk, as_of: date) -> Desk:
    """Draw what may become of the tasks after `as_of`: done, skipped, moved, handed over, reopened; and new ones."""
    tasks, past = desk.tasks.to_dicts(), History()
    for task in tasks:
        days = sorted(draw(st.lists(days_after(as_of), max_size=5)))
        for place, day in enumerate(days, start=3):
            draw(_step(past, task, place, day))
    due = draw(days_until(as_of))
    new = {**tasks[0], "task_id": 99, "due": due, "latest": due, "status": "open", **_NO_CONTACT}
    past.step(new, 9, draw(days_after(as_of)))
    return past.desk([*tasks, new], desk)


_NO_CONTACT = dict.fromkeys(("done_on", "channel", "outcome", "satisfaction"))


@st.composite
def _step(draw: st.DrawFn, past: History, task: Row, place: int, day: date) -> None:
    if task["status"] in {"skipped", "missed", "cancelled"} and draw(st.booleans()):
        past.step(task, place, day, status="open", **draw(_move(task)))
        return
    if task["status"] != "open":
        past.step(task, place, day, status="open", **_NO_CONTACT)
        return
    action = draw(st.sampled_from(["done", "skipped", "missed", "cancelled", "moved", "assigned"]))
    if action == "moved":
        past.step(task, place, day, **draw(_move(task)))
    elif action == "assigned":
        past.step(task, place, day, **draw(_hand_over()))
    else:
        _end(past, task, place, day, status=action, satisfaction=draw(st.sampled_from([None, 2, 5])))


@st.composite
def _move(draw: st.DrawFn, task: Row) -> Row:
    """Draw other days for a task, and perhaps another agent, performer and holder."""
    by = timedelta(days=draw(st.sampled_from([-40, 1, 7, 400])))
    moved = {"due": task["due"] + by, "latest": task["latest"] + by}
    if draw(st.booleans()):
        moved["performer"] = {"agent": "office", "office": "agent"}[task["performer"]]
    if draw(st.booleans()):
        moved["customer_id"] = 4
    return moved | (draw(_hand_over()) if draw(st.booleans()) else {})


@st.composite
def _hand_over(draw: st.DrawFn) -> Row:
    return {"agent_id": draw(st.sampled_from(list(NUMBERS)))}
