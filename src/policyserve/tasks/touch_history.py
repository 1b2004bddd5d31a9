"""Whole lives: every touch of a policy or a customer, past and ahead, with what became of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl
from sqlalchemy import Boolean, Connection, Date, text
from sqlalchemy.types import TypeEngine

from policyserve.book.columns import Book
from policyserve.book.snapshot import load_book
from policyserve.calendars.calendar import Calendar
from policyserve.contracts.contracts import Contracts
from policyserve.dates import Days, add_months
from policyserve.plan.planner import plan_of
from policyserve.plan.subjects import Subjects
from policyserve.standard import reasons
from policyserve.standard.model import Service, Standard
from policyserve.tasks.held_policies import held_policies
from policyserve.tasks.reason_text import reason_words
from policyserve.tasks.standard_lines import line_of
from policyserve.tasks.sums_owed import Occurrence, Sum, paid_since, sums_owed

CLOSED = ("cancelled", "skipped", "missed")
"""Of these tasks the last transition says why."""

YEARS_AHEAD = 10
"""How far a life without an end is shown."""

TASKS = """
SELECT t.id AS task_id, t.service, t.subject_kind, t.subject_id, t.ordinal, t.due, t.anchor, t.nominal, t.provisional,
       t.status, t.channels, t.performer, t.latest, c.done_on, c.channel, c.outcome, c.satisfaction, c.note,
       p.policy_no AS subject, h.reason, h.arguments, h.said
FROM tasks t LEFT JOIN contacts c ON c.task_id = t.id LEFT JOIN policies p ON p.id = t.policy_id
LEFT JOIN transitions h ON h.id = (SELECT max(id) FROM transitions WHERE task_id = t.id AND to_status = t.status)
WHERE t.customer_id = :customer_id
"""


_DATES = ("due", "anchor", "nominal", "latest", "done_on", "birthday", "deceased_on", "referred_on")
_TYPES: dict[str, TypeEngine[Any]] = {name: Date() for name in _DATES} | {
    name: Boolean() for name in ("provisional", "marketing_consent", "sms_optout")
}


@dataclass(frozen=True, kw_only=True)
class Question:
    """A question about lives: on which day, by which standard and calendar, in which language."""

    as_of: date
    standard: Standard
    calendar: Calendar
    language: str = "en"

    def facts(self, book: Book) -> Subjects:
        """Look at a book as the question does."""
        return Subjects.of(book, self.as_of, *self.standard.lapse_rules)


def policy_life(
    connection: Connection, customer_id: int, policy_no: str, asked: Question
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Return a policy (see `held_policies`), and every touch from delivery to its end (ten years ahead where it has
    none), in order.

    Each row: `service`, `name`, `ordinal`, `due`, `latest`, `status`, `done_on`, `reason`, `task_id`.
    Status is that of the task; for touches without one `planned`, or `not tracked` where they fell due before anybody
    kept track.
    """
    book = load_book(connection, customers=[customer_id])
    policy = book.policies.row(by_predicate=pl.col("policy_no") == policy_no, named=True)
    start = min(policy["issue_date"], policy["effective_date"])
    end = policy["ends_on"] or add_months(asked.as_of, YEARS_AHEAD * 12)
    days = Days.between(start, end).widened(before=31, after=61)
    facts = asked.facts(book)
    touches = plan_of(facts, _of_policies(asked.standard), asked.calendar, days)
    own = touches.filter(pl.col("subject_kind") == "policy", pl.col("subject_id") == policy["policy_id"])
    tasks = [
        row for row in tasks_of(connection, customer_id)
        if row["subject_kind"] == "policy" and row["subject_id"] == policy["policy_id"]
    ]  # fmt: skip
    held = held_policies(book, facts, customer_id, asked.standard.freelook_days)
    return next(row for row in held if row["policy_no"] == policy_no), touch_rows(own, tasks, facts, asked)


def _of_policies(standard: Standard) -> Standard:
    """Leave the services of policies: sixty years of everybody's festivals would be planned for nothing."""
    services = tuple(service for service in standard.services if service.subject != "customer")
    return standard.model_copy(update={"services": services})


def customer_life(
    facts: Subjects, tasks: list[dict[str, Any]], days: Days, customer_id: int, asked: Question
) -> list[dict[str, Any]]:
    """Return the touches of a customer and of the policies held that fall due in `days`, in order."""
    touches = plan_of(facts, asked.standard, asked.calendar, days)
    near = [row for row in tasks if days.start <= row["due"] < days.end]
    return touch_rows(touches.filter(pl.col("customer_id") == customer_id), near, facts, asked)


def tasks_of(connection: Connection, customer_id: int) -> list[dict[str, Any]]:
    """Return the tasks of a customer, each with what came of it and why it was closed."""
    return rows_of(connection, TASKS, customer_id)


def rows_of(connection: Connection, query: str, customer_id: int) -> list[dict[str, Any]]:
    """Return what a query with `:customer_id` answers, its days and flags as Python's."""
    typed = text(query).columns(**{name: kind for name, kind in _TYPES.items() if name in query})
    return [dict(row) for row in connection.execute(typed, {"customer_id": customer_id}).mappings()]


def touch_rows(
    touches: pl.DataFrame, tasks: list[dict[str, Any]], contracts: Contracts, asked: Question
) -> list[dict[str, Any]]:
    """Join touches with tasks by their identity; tasks whose touch is gone stay, with the reason.

    An open task about an instalment that was paid since the last release is as the next one leaves it.
    """
    stored = {_identity(task): task for task in tasks}
    pairs = [(touch, stored.pop(_identity(touch), None)) for touch in touches.to_dicts()]
    pairs += [(task, task) for task in stored.values()]
    about = [_occurrence(*pair, asked) for pair in pairs]
    sums = sums_owed(contracts, (one for one in about if one))
    rows = [_row(*pair, asked, sums.get(one) if one else None) for pair, one in zip(pairs, about, strict=True)]
    paid = paid_since(contracts, [one for (_, task), one in zip(pairs, about, strict=True) if one and task])
    for row, one in zip(rows, about, strict=True):
        if one and one in paid:
            row |= {"status": "cancelled", "reason": paid[one].told(asked.language)}
    return sorted(rows, key=lambda row: (row["due"], row["service"], row["ordinal"]))


_PARTS = ("ordinal", "anchor", "nominal", "due", "provisional")


@dataclass(frozen=True, kw_only=True)
class _ReasonParts:
    """What the reason of a row is made of."""

    policy_no: str | None
    ordinal: int
    anchor: date
    nominal: date
    due: date
    provisional: bool


def _identity(row: dict[str, Any]) -> tuple[Any, ...]:
    return tuple(row[name] for name in ("service", "subject_kind", "subject_id", "ordinal"))


def _occurrence(touch: dict[str, Any], task: dict[str, Any] | None, asked: Question) -> Occurrence | None:
    """Say what a touch is about where it is still to be done."""
    known = task or touch
    service = line_of(asked.standard, known["service"], known["channels"]).service
    if service is None or touch["subject_kind"] != "policy" or (task and task["status"] != "open"):
        return None
    return touch["subject"], service.trigger.kind, known["ordinal"]


def _row(touch: dict[str, Any], task: dict[str, Any] | None, asked: Question, owed: Sum | None) -> dict[str, Any]:
    known = task or touch
    service = line_of(asked.standard, known["service"], known["channels"]).service
    policy_no = touch["subject"] if touch["subject_kind"] == "policy" else None
    parts = _ReasonParts(policy_no=policy_no, **{name: known[name] for name in _PARTS})
    why = _why_closed(task, asked.language) if task and task["status"] in CLOSED else None
    return {
        "service": known["service"],
        "name": service_name(service, asked.language, known["service"]),
        "subject": touch["subject"],
        "ordinal": known["ordinal"],
        "due": known["due"],
        "latest": known["latest"],
        "channels": known["channels"],
        "status": task["status"] if task else _untasked(touch, asked.as_of),
        "done_on": task["done_on"] if task else None,
        "reason": why or reason_words(service, asked.language).reason(parts, owed),
        "task_id": task["task_id"] if task else None,
    }


def _why_closed(task: dict[str, Any], language: str) -> str | None:
    reason = task["reason"]
    return reasons.sentence(reason, task["arguments"]).told(language) if reason else task["said"]


def service_name(service: Service | None, language: str, code: str) -> str:
    """Name a service; one that the standard lost by its code."""
    if service is None:
        return code
    return str(service.said("name", language))


def _untasked(touch: dict[str, Any], as_of: date) -> str:
    return "planned" if touch["due"] >= as_of else "not tracked"
