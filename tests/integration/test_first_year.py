"""First-year services out of the database, on both kinds."""

from __future__ import annotations

from datetime import UTC, date, datetime

import polars as pl
from polars.testing import assert_frame_equal
from sqlalchemy import Engine

from desks import task_book
from policyserve import db
from policyserve.book.columns import CONTACTS, Book
from policyserve.book.snapshot import load_book
from policyserve.metrics.services.first_year import with_policy_contacts
from policyserve.tasks import deeds
from policyserve.tasks.transitions import Stamp

MONDAY = task_book.MONDAY


TUESDAY = date(2026, 5, 5)


def stamp(as_of: date = MONDAY) -> Stamp:
    return Stamp(at=datetime(2026, 5, 4, 3, 0, tzinfo=UTC), as_of=as_of, actor="1002")


def read(engine: Engine, as_of: date | None = None) -> Book:
    with db.reading(engine) as connection:
        return with_policy_contacts(load_book(connection), connection, as_of=as_of)


def worked(engine: Engine) -> Engine:
    """Three tasks: a visit (1) and a greeting (3) that were done, and a visit (2) that was not."""
    task_book.fill(engine)
    greeting = task_book.touch("birthday-greeting", policy=2, subject_kind="customer", subject_id=1, policy_id=None)
    task_book.run(engine, [task_book.touch("visit-m1"), task_book.touch("visit-m4", policy=3), greeting])
    with db.writing(engine) as connection:
        for task in task_book.tasks(engine):
            if task.service != "visit-m4":
                deeds.done(connection, task.id, stamp(), on=date(2026, 5, 2), channel="visit")
    return engine


def test_what_was_done_for_policies_joins_what_was_done_for_customers(engine: Engine) -> None:
    contacts = read(worked(engine)).contacts
    assert contacts.schema == CONTACTS
    assert sorted(contacts.select("service", "subject_kind", "subject_id", "done_on").rows()) == [
        ("birthday-greeting", "customer", 1, date(2026, 5, 2)),
        ("visit-m1", "policy", 1, date(2026, 5, 2)),
    ]


def test_reading_twice_counts_nothing_twice(engine: Engine) -> None:
    book = read(worked(engine))
    with db.reading(engine) as connection:
        assert with_policy_contacts(book, connection).contacts.height == book.contacts.height == 2


def test_a_visit_that_was_taken_back_was_none(engine: Engine) -> None:
    worked(engine)
    (visit,) = (task.id for task in task_book.tasks(engine) if task.service == "visit-m1")
    with db.writing(engine) as connection:
        deeds.reopen(connection, visit, stamp(TUESDAY), why="the wrong customer")
    assert read(engine).contacts["service"].to_list() == ["birthday-greeting"]
    assert read(engine, TUESDAY).contacts["service"].to_list() == ["birthday-greeting"]


def test_what_a_day_knew_of_visits_does_not_change_by_what_is_written_down_later(engine: Engine) -> None:
    worked(engine)
    before = read(engine, MONDAY).contacts.sort(pl.all())
    made, not_made = (task.id for task in task_book.tasks(engine) if task.service.startswith("visit"))
    with db.writing(engine) as connection:
        deeds.reopen(connection, made, stamp(TUESDAY), why="the wrong customer")
        deeds.done(connection, not_made, stamp(TUESDAY), on=date(2026, 5, 3), channel="visit")
    after = read(engine, MONDAY).contacts.sort(pl.all())
    assert_frame_equal(before, after)
    assert read(engine, TUESDAY).contacts.filter(subject_kind="policy")["service"].to_list() == ["visit-m4"]


def test_without_any_task_there_are_no_contacts(engine: Engine) -> None:
    assert read(engine).contacts.is_empty()
