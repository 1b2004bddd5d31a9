"""Rows of tasks for the figures of service."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import polars as pl
from hypothesis import strategies as st

from policyserve.dates import Days
from policyserve.metrics.services.task_states import TASKS

Row = dict[str, Any]

MAY = Days.between(date(2026, 5, 1), date(2026, 5, 31))

DUE = date(2026, 5, 10)


def task(service: str = "visit-m4", *, due: date = DUE, done: date | None = None, **more: Any) -> Row:
    """A task of agent A with a window of a week after its due day, open unless it was done."""
    return {
        "service": service,
        "customer_id": 1,
        "agent_id": 1,
        "performer": "agent",
        "due": due,
        "latest": due + timedelta(days=7),
        "status": "done" if done else "open",
        "done_on": done,
        "channel": "visit" if done else None,
        **more,
    }


def tasks(*rows: Row) -> pl.DataFrame:
    numbered = [{name: row.get(name) for name in TASKS} | {"task_id": key} for key, row in enumerate(rows, start=1)]
    return pl.DataFrame(numbered, schema=TASKS)


def call(done: date | None = None, outcome: str | None = None) -> Row:
    return task("new-policy-callback", done=done, performer="office", outcome=outcome)


Step = tuple[int, date, str, dict[str, tuple[str | None, str | None]]]


def change(number: int, as_of: date, to: str, **fields: tuple[str | None, str | None]) -> Step:
    """Return the transition `number` of a task: its new status, and what each field was and became."""
    return number, as_of, to, fields


def done(number: int, as_of: date, on: date = DUE, by: str = "visit", mark: int | None = None) -> Step:
    marked = {"satisfaction": (None, str(mark))} if mark else {}
    return change(number, as_of, "done", done_on=(None, str(on)), channel=(None, by), **marked)


day = st.integers(-5, 40).map(lambda number: date(2026, 4, 30) + timedelta(days=number))
