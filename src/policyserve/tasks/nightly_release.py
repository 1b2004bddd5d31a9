"""The release as it runs every night: read the book, plan the days, release."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

import polars as pl
from sqlalchemy import Connection, select

from policyserve.book.columns import Book
from policyserve.book.snapshot import load_book
from policyserve.calendars.calendar import Calendar
from policyserve.dates import Days
from policyserve.plan.planner import LONGEST_MOVE, plan, plan_of
from policyserve.plan.subjects import Subjects
from policyserve.standard.model import Service, Standard
from policyserve.tasks import customer_grades
from policyserve.tasks.book_part import narrowed
from policyserve.tasks.cancellation import why_not
from policyserve.tasks.columns import CONTENT, KEY
from policyserve.tasks.release import (
    RELEASES,
    Draft,
    Evidence,
    ReleaseCounts,
    draft,
    read_stored,
    write,
)
from policyserve.tasks.stored_sums import worked_out

WIDE = 400
"""How many days on either side a touch is looked for that has left the days of the release."""

PLANNED = (*KEY, *CONTENT, "policy_id")
"""The columns of a touch that become a task."""


def draft_release(
    connection: Connection, standard: Standard, calendar: Calendar, *, as_of: date, days: int, ahead: int = 0
) -> Draft:
    """Work out the release of the touches of the `days` from `as_of` on, from one reading of book and tasks.

    1. Read the book, and the tasks that a release can meet.
    2. Plan the days in which a touch may be on time.
    3. Compare: open tasks whose touch is elsewhere now move, those without one are cancelled with the fact that removed
       it or missed, those whose touch has come back are reopened; a touch whose task is there already adds none.
    4. Work out what is owed of the instalments that open tasks are about, and whose grade is another one now.

    `ahead`: so many days after the last one are planned too, for the levelling of visits (`Draft.ahead`).

    `release.write` writes it, in one transaction that is `bulk`. One commit ends that: a crash before it leaves no task
    and no transition, and the next release does all of it. A crash after it has lost nothing: the next release finds
    each task by its identity.
    """
    book = load_book(connection, since=as_of - timedelta(days=WIDE))
    stored = read_stored(connection, as_of)
    window = days_to_plan(standard, book, as_of, _last_day(connection, as_of, days))
    facts = Subjects.of(book, as_of, *standard.lapse_rules)
    touches = plan_of(facts, work_of(standard), calendar, window, standing=True, columns=PLANNED).sort(
        "service", maintain_order=True
    )
    evidence = evidence_of(book, standard, calendar, as_of)
    drafted = draft(stored, touches, evidence, as_of=as_of, days=days)
    sums = worked_out(connection, book, drafted.work, standard, as_of)
    after = Days.between(window.end, window.last + timedelta(days=ahead))
    later = plan_of(facts, work_of(standard), calendar, after, standing=True, columns=PLANNED) if ahead else None
    grades = customer_grades.changed(connection, facts.grades[standard.grades])
    return replace(drafted, sums=sums, grades=grades, ahead=later)


def run_release(
    connection: Connection, standard: Standard, calendar: Calendar, *, as_of: date, at: datetime, days: int = 30
) -> ReleaseCounts:
    """Draft and write a release in one transaction; `at` is the instant of the transitions."""
    return write(connection, draft_release(connection, standard, calendar, as_of=as_of, days=days), at=at)


def work_of(standard: Standard) -> Standard:
    """Leave out the services that are messages only; festivals stay, for of two on one day only the first counts."""
    work = [one for one in standard.services if one.performer != "nobody" or one.trigger.kind == "festival"]
    return standard.model_copy(update={"services": tuple(work)})


def days_to_plan(standard: Standard, book: Book, as_of: date, last: date) -> Days:
    """Return the days in which a touch may fall due that is on time on `as_of` and not due after `last`."""
    freelook = max([standard.freelook_days, *book.policies["freelook_days"].drop_nulls().unique()])
    longest = max((_longest(service, freelook) for service in standard.services), default=0)
    return Days.between(as_of - timedelta(days=longest), last)


def _longest(service: Service, freelook_days: int) -> int:
    """Count the days, at most, from the due day of a touch to its latest day."""
    window = service.window
    after = max(
        window.after,
        (window.after_workdays or 0) * 2 + LONGEST_MOVE,
        (window.after_months or 0) * 31,
        freelook_days + LONGEST_MOVE if window.until else 0,
    )
    return after + min(window.before, LONGEST_MOVE)


def _last_day(connection: Connection, as_of: date, days: int) -> date:
    """Return the last day of this release, or of the one before where that reached further."""
    newest = select(RELEASES.c.as_of, RELEASES.c.days).order_by(RELEASES.c.id.desc()).limit(1)
    row = connection.execute(newest).first()
    last = as_of + timedelta(days=days)
    return last if row is None else max(last, row.as_of + timedelta(days=row.days))


def evidence_of(book: Book, standard: Standard, calendar: Calendar, as_of: date) -> Evidence:
    """Return what a release asks of a book and a standard."""

    def plan_wide(tasks: pl.DataFrame) -> pl.DataFrame:
        part = narrowed(book, _customers_of(book, tasks))
        days = Days.between(as_of, as_of).widened(before=WIDE, after=WIDE)
        return plan(part, work_of(standard), calendar, days, as_of, standing=True, columns=PLANNED)

    def reasons(tasks: pl.DataFrame) -> pl.DataFrame:
        return why_not(narrowed(book, _customers_of(book, tasks)), standard, tasks, as_of)

    return Evidence(known=known_days(book), rules=rule_days(standard), plan_wide=plan_wide, why_not=reasons)


def _customers_of(book: Book, tasks: pl.DataFrame) -> pl.Series:
    """Return the customers of tasks, as they were when the tasks were stored and as they are now."""
    held = tasks.filter(subject_kind="policy").select(policy_id="subject_id")
    holders = book.policies.join(held, on="policy_id", how="semi")["customer_id"]
    return pl.concat([tasks["customer_id"], holders]).unique()


def known_days(book: Book) -> pl.DataFrame:
    """Return the day on which each subject was first known: `subject_kind`, `subject_id`, `known_on`."""
    policies = book.policies.select(subject_kind=pl.lit("policy"), subject_id="policy_id", known_on="known_on")
    customers = book.customers.select(subject_kind=pl.lit("customer"), subject_id="customer_id", known_on="known_on")
    return pl.concat([policies, customers])


def rule_days(standard: Standard) -> pl.DataFrame:
    """Return the day from which each rule holds: `service`, `since`; of rules that share a code the earliest."""
    since: dict[str, list[date | None]] = {}
    for service in standard.services:
        since.setdefault(service.code, []).append(service.since)
    rows = [(code, min(filter(None, days))) for code, days in since.items() if None not in days]
    return pl.DataFrame(rows, schema={"service": pl.String, "since": pl.Date}, orient="row")
