"""Why a touch is not there: of a policy or a customer, a service and a day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import polars as pl
from sqlalchemy import Connection, select

from policyserve import db
from policyserve.access import scope
from policyserve.access.viewer import Viewer
from policyserve.book.columns import Book
from policyserve.book.snapshot import customer_of, load_book
from policyserve.calendars.calendar import Calendar
from policyserve.errors import PolicyserveError
from policyserve.locale import Sentence
from policyserve.messages.reasons import in_words
from policyserve.operations.database import Database
from policyserve.plan.candidates import EverySubject
from policyserve.standard.model import Standard
from policyserve.tables import Message, table
from policyserve.tasks.nightly_release import known_days, rule_days
from policyserve.tasks.reconciliation import tracked
from policyserve.tasks.release import RELEASES
from policyserve.tasks.stored_standard import current_standard
from policyserve.tasks.touch_absence import REACH, Reason, Subject, left_out, near
from policyserve.tasks.touch_history import CLOSED, tasks_of

_MESSAGES = table(Message)

Row = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What is asked: a service of a policy, or of a customer, on a day."""

    service: str
    day: date
    policy_no: str | None = None
    customer_no: str | None = None
    agent_no: str | None = None
    """Whose work it should be; None: nobody in particular."""


@dataclass(frozen=True, kw_only=True)
class _Situation:
    """What an answer is made from."""

    connection: Connection
    asked: Asked
    standard: Standard
    book: Book
    customer_id: int
    as_of: date
    language: str

    @property
    def performer(self) -> str:
        """Who does the service."""
        service = self.standard.service(self.asked.service)
        return "nobody" if service is None else service.performer


def why_not_there(
    engine: Database, viewer: Viewer, calendar: Calendar, asked: Asked, *, as_of: date, language: str
) -> list[Row]:
    """Return why a service has no open task on a day: a row for each occurrence that has to do with it, else one.

    Each: `service`, `name`, `subject`, `ordinal`, `nominal`, `due` (null: not planned), `agent_no`, `code` (of
    `standard.reasons`), `reason` (in words), `task_id`. Raises NotFoundError for what is not there or not seen.
    """
    with db.reading(engine) as connection:
        if asked.policy_no is not None:
            scope.check_policy(connection, viewer, asked.policy_no, as_of)
        else:
            scope.check_customer(connection, viewer, asked.customer_no or "", as_of)
        customer = customer_of(connection, policy_no=asked.policy_no, customer_no=asked.customer_no)
        standard = current_standard(connection, as_of)
        service = standard.service(asked.service)
        if service is None:
            raise PolicyserveError(
                "The standard has no service '{service}'; `policyserve standard show` lists them.",
                service=asked.service,
            ).on_pages(Sentence("The standard has no service '{service}'.", service=asked.service))
        situation = _Situation(
            connection=connection, asked=asked, standard=standard, book=load_book(connection, customers=[customer]),
            customer_id=customer, as_of=as_of, language=language,
        )  # fmt: skip
        facts = EverySubject.of(situation.book, as_of, *standard.lapse_rules)
        found = _rows(situation, facts, calendar)
    name = {"service": asked.service, "name": service.said("name", language)}
    return [{**name, **row} for row in found]


def _rows(now: _Situation, facts: EverySubject, calendar: Calendar) -> list[Row]:
    asked = now.asked
    subject = _subject(now)
    if outright := _outright(now, facts, subject):
        return [_told(now, outright)]
    rows = near(facts, now.standard, calendar, service=asked.service, subject=subject, day=asked.day)
    if not rows:
        return [_told(now, Reason.of("no-fact", days=REACH, day=asked.day))]
    tasks = {_identity(row): row for row in tasks_of(now.connection, now.customer_id)}
    return [_row(now, row, facts, tasks.get(_identity(row))) for row in rows]


def _subject(now: _Situation) -> Subject:
    if now.asked.policy_no is None:
        return Subject(kind="customer", key=now.customer_id)
    policies = now.book.policies
    return Subject(
        kind="policy",
        key=policies.row(by_predicate=pl.col("policy_no") == now.asked.policy_no, named=True)["policy_id"],
    )


def _outright(now: _Situation, facts: EverySubject, subject: Subject) -> Reason | None:
    """Return why the service cannot come to such a subject at all; None where it can."""
    services = [one for one in now.standard.services if one.code == now.asked.service]
    if not any(one.enabled for one in services):
        return Reason.of("switched-off")
    if all(one.trigger.kind == "by-hand" for one in services):
        return Reason.of("only-by-hand")
    if not any(one.subject in (subject.kind, "either") for one in services):
        return Reason.of("of-customers" if subject.kind == "policy" else "of-policies")
    if subject.kind == "policy" and facts.policies.filter(pl.col("policy_id") == subject.key).is_empty():
        return Reason.of("rider")
    return None


def _identity(row: Row) -> tuple[Any, ...]:
    return row["service"], row["subject_kind"], row["subject_id"], row["ordinal"]


def _row(now: _Situation, row: Row, facts: EverySubject, task: Row | None) -> Row:
    if row["due"] is None:
        return _told(now, left_out(row, facts), row)
    if task is not None:
        return _of_task(now, row, task)
    if now.performer == "nobody":
        return _of_message(now, row)
    return _told(now, _planned(now, row), row)


def _of_task(now: _Situation, row: Row, task: Row) -> Row:
    key = {"task_id": task["task_id"]}
    if task["status"] in CLOSED and (task["reason"] or task["said"]):
        reason = Reason(code=task["reason"] or "by-hand", arguments=task["arguments"])
        return _told(now, reason, row) | key | ({} if task["reason"] else {"reason": task["said"]})
    if other := _elsewhere(now, row):
        return _told(now, other, row) | key
    code = f"task-{task['status']}" if task["status"] in {"open", "done"} else "gone"
    return _told(now, Reason.of(code, task=task["task_id"], due=row["due"]), row) | key


def _of_message(now: _Situation, row: Row) -> Row:
    c = _MESSAGES.c
    own = [
        getattr(c, name) == row[name] for name in ("service", "subject_kind", "subject_id", "ordinal", "customer_id")
    ]
    found = now.connection.execute(select(c.reason, c.arguments, c.said).where(*own)).mappings().first()
    if found is None:
        return _told(now, _elsewhere(now, row) or Reason.of("message-only", due=row["due"]), row)
    made = _told(now, Reason.of("message-made", due=row["due"]), row)
    if found["reason"] is None:
        return made
    return made | {"code": found["reason"], "reason": in_words(dict(found), now.language)}


def _planned(now: _Situation, row: Row) -> Reason:
    """Say why what is planned has no task."""
    if other := _elsewhere(now, row):
        return other
    touch = pl.DataFrame([{name: row[name] for name in ("service", "subject_kind", "subject_id", "due")}])
    touch = touch.cast({"subject_id": pl.Int32})
    if tracked(touch, known_days(now.book), rule_days(now.standard)).is_empty():
        return Reason.of("not-tracked", due=row["due"])
    newest = select(RELEASES.c.as_of, RELEASES.c.days).order_by(RELEASES.c.id.desc()).limit(1)
    release = now.connection.execute(newest).first()
    last = None if release is None else release.as_of + timedelta(days=release.days)
    if last is not None and row["due"] > last:
        return Reason.of("not-released", due=row["due"], last=last)
    return Reason.of("next-release", due=row["due"])


def _elsewhere(now: _Situation, row: Row) -> Reason | None:
    """Return that it falls due on other days than the one asked for, or is another agent's; None where neither is."""
    if not row["earliest"] <= now.asked.day <= row["latest"] and now.asked.day != row["due"]:
        return Reason.of("other-day", **{name: row[name] for name in ("due", "earliest", "latest")})
    if now.asked.agent_no not in (None, row["agent_no"]):
        return Reason.of("other-agent", agent=row["agent_no"])
    return None


def _told(now: _Situation, reason: Reason, row: Row | None = None) -> Row:
    found = row or {}
    kept = {name: found.get(name) for name in ("subject", "ordinal", "nominal", "due", "agent_no")}
    return {**kept, "code": reason.code, "reason": reason.sentence().told(now.language), "task_id": None}
