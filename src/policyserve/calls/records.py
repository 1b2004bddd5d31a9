"""Calls in the database: recorded with their answers and with what followed, read; in the caller's transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

import polars as pl
from sqlalchemy import ColumnElement, Connection, insert, select
from sqlalchemy.engine import RowMapping

from policyserve.book.event_numbers import record
from policyserve.calls.tries import Try, counted, in_hours, is_quiet
from policyserve.complaints import records as complaints
from policyserve.complaints.records import EVENT_SCHEMA, Told
from policyserve.errors import PolicyserveError
from policyserve.standard.call_rules import CallPoint, CallRules
from policyserve.standard.model import Standard
from policyserve.tables import CallAnswer, PhoneCall, table
from policyserve.tasks import deeds
from policyserve.tasks.transitions import Stamp

CALLS, ANSWERS = table(PhoneCall), table(CallAnswer)

CONTENT: Final = 3
"""The least mark of satisfaction that opens no complaint: 1 and 2 are 'not satisfied'."""


@dataclass(frozen=True, kw_only=True)
class Call:
    """A call as somebody notes it."""

    outcome: str
    """One of OUTCOMES."""
    on: date
    minute: int
    """Of the day, on the clock of the installation."""
    answers: Mapping[str, bool] = field(default_factory=dict)
    """By the code of the point."""
    satisfaction: int | None = None
    words: str = ""

    @property
    def discontent(self) -> bool:
        """Whether the customer is not satisfied."""
        return self.satisfaction is not None and self.satisfaction < CONTENT


def take(
    connection: Connection, standard: Standard, stamp: Stamp, call: Call, task: RowMapping, *, quiet_days: str | None
) -> int:
    """Record a call for an open task (a row of `tasks`) and open what follows; return the key of the call.

    A call that reached the customer marks the task done. Raises PolicyserveError for what cannot be, TaskClosedError.
    """
    rules = standard.calls
    points = rules.points(task["service"])
    if task["status"] not in {"open", "missed"}:
        raise deeds.TaskClosedError(connection, task, "done")
    if call.outcome == "agreed":
        _check_agreed(rules, stamp, call, task, quiet_days)
    else:
        _check_made(stamp, call, points)
    key = _write(connection, stamp, call, task)
    if call.outcome == "reached":
        deeds.done(
            connection, task["id"], stamp, on=call.on, channel="call", outcome="reached",
            satisfaction=call.satisfaction, note=call.words.strip() or None,
        )  # fmt: skip
    if opened := _follow(connection, standard, stamp, call, task):
        connection.execute(CALLS.update().where(CALLS.c.id == key).values(opened))
    return key


def _check_agreed(rules: CallRules, stamp: Stamp, call: Call, task: RowMapping, quiet_days: str | None) -> None:
    if not stamp.as_of <= call.on <= task["latest"]:
        raise PolicyserveError(
            "The call can be agreed for a day from {first} to {last}.", first=stamp.as_of, last=task["latest"]
        )
    if is_quiet(quiet_days, call.on):
        raise PolicyserveError("The customer is not to be disturbed on {day}; agree on another day.", day=call.on)
    if not in_hours(rules, call.minute):
        raise PolicyserveError("Customers rest at {time}; agree on another hour.", time=clock(call.minute))


def _check_made(stamp: Stamp, call: Call, points: Sequence[CallPoint]) -> None:
    if call.on > stamp.as_of:
        raise PolicyserveError("A call on {day} lies in the future; agree on its time instead.", day=call.on)
    if call.satisfaction is not None and not 1 <= call.satisfaction <= 5:
        raise PolicyserveError("Say from 1 to 5 how satisfied the customer is.")
    if call.outcome != "reached":
        if call.answers or call.satisfaction is not None:
            raise PolicyserveError("Nobody was asked in this call, so it has no answers.")
        return
    if set(call.answers) != {one.code for one in points}:
        raise PolicyserveError("Answer every point of the questionnaire with yes or no, {n} in all.", n=len(points))
    if call.satisfaction is None:
        raise PolicyserveError("Ask how satisfied the customer is.")
    if (call.discontent or not all(call.answers.values())) and not call.words.strip():
        raise PolicyserveError("Write down what the customer says: not everything is as it should be.")


def _write(connection: Connection, stamp: Stamp, call: Call, task: RowMapping) -> int:
    row = {
        "customer_id": task["customer_id"], "task_id": task["id"], "outcome": call.outcome, "called_on": call.on,
        "minute": call.minute, "satisfaction": call.satisfaction, "words": call.words.strip() or None,
        "at": stamp.at, "as_of": stamp.as_of, "actor": stamp.actor,
    }  # fmt: skip
    key = int(connection.execute(insert(CALLS).values(row).returning(CALLS.c.id)).scalar_one())
    if call.answers:
        rows = [{"call_id": key, "point": point, "answer": answer} for point, answer in call.answers.items()]
        connection.execute(insert(ANSWERS), rows)
    return key


def _follow(connection: Connection, standard: Standard, stamp: Stamp, call: Call, task: RowMapping) -> dict[str, int]:
    """Open what follows, a complaint or a request for a visit; return what the call says of it."""
    opened: dict[str, int] = {}
    if kind := complaint_class(standard.calls, task["service"], call):
        told = Told(words=call.words, kind=kind, channel="follow-up", on=call.on)
        opened["complaint_id"] = complaints.open_one(
            connection, standard.complaints, stamp, told, customer=task["customer_id"], policy=task["policy_id"]
        )
    if wants_visit(standard.calls, task["service"], call, tries_of(connection, task["id"])):
        opened["event_id"] = _ask_visit(connection, stamp, call, task)
    return opened


def complaint_class(rules: CallRules, service: str, call: Call) -> str | None:
    """Return the class of the complaint that a call opens: `sales` for an answer that does, else `service`."""
    if _failed(rules, service, call, "complaint"):
        return "sales"
    return "service" if call.discontent else None


def wants_visit(rules: CallRules, service: str, call: Call, calls: Sequence[Try]) -> bool:
    """Tell whether somebody is to go there: a point is to be explained, or the last try is used up just now."""
    if call.outcome == "reached":
        return _failed(rules, service, call, "visit")
    this = Try(day=call.on, minute=call.minute, outcome=call.outcome)
    tries = counted(rules, calls)
    return rules.then == "visit" and len(tries) == rules.tries and this == tries[-1]


def _failed(rules: CallRules, service: str, call: Call, opens: str) -> bool:
    return any(one.opens == opens and call.answers.get(one.code) is False for one in rules.points(service))


def _ask_visit(connection: Connection, stamp: Stamp, call: Call, task: RowMapping) -> int:
    event = {
        "event_no": None, "policy_id": task["policy_id"], "customer_id": task["customer_id"],
        "kind": "service_request", "occurred_on": call.on, "amount": None, "detail": call.words.strip() or None,
    }  # fmt: skip
    return int(record(connection, pl.DataFrame([event], schema=EVENT_SCHEMA), stamp.as_of)["id"][0])


def tries_of(connection: Connection, task_id: int) -> list[Try]:
    """Return the calls of a task, in the order in which they were noted."""
    return [
        Try(day=row["called_on"], minute=row["minute"], outcome=row["outcome"])
        for row in calls_where(connection, CALLS.c.task_id == task_id)
    ]


def calls_where(connection: Connection, condition: ColumnElement[bool]) -> list[dict[str, Any]]:
    """Return calls (columns of `calls`), in the order in which they were noted."""
    return [dict(row) for row in connection.execute(select(CALLS).where(condition).order_by(CALLS.c.id)).mappings()]


def answers_of(connection: Connection, keys: Sequence[int]) -> dict[int, dict[str, bool]]:
    """Return the answers of calls, by call and point."""
    found: dict[int, dict[str, bool]] = {}
    for row in connection.execute(select(ANSWERS).where(ANSWERS.c.call_id.in_(keys))):
        found.setdefault(row.call_id, {})[row.point] = row.answer
    return found


def clock(minute: int) -> str:
    """Write a minute of the day as a clock shows it."""
    return f"{minute // 60:02}:{minute % 60:02}"
