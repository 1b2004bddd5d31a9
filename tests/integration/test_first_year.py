"""First-year services out of the database, on both kinds."""

from __future__ import annotations

from datetime import UTC, date, datetime

from sqlalchemy import Engine

import task_book
from policyserve import db
from policyserve.book.columns import CONTACTS, Book
from policyserve.book.loading import load_book
from policyserve.metrics.first_year import with_policy_contacts
from policyserve.tasks import working
from policyserve.tasks.history import Stamp

MONDAY = task_book.MONDAY


def stamp() -> Stamp:
    return Stamp(at=datetime(2026, 5, 4, 3, 0, tzinfo=UTC), as_of=MONDAY, actor="1002")


def read(engine: Engine) -> Book:
    with db.reading(engine) as connection:
        return with_policy_contacts(load_book(connection), connection)


def worked(engine: Engine) -> Engine:
    """Three tasks: a visit (1) and a greeting (3) that were done, and a visit (2) that was not."""
    task_book.fill(engine)
    greeting = task_book.touch("birthday-greeting", policy=2, subject_kind="customer", subject_id=1, policy_id=None)
    task_book.run(engine, [task_book.touch("visit-m1"), task_book.touch("visit-m4", policy=3), greeting])
    with db.writing(engine) as connection:
        for task in task_book.tasks(engine):
            if task.service != "visit-m4":
                working.done(connection, task.id, stamp(), on=date(2026, 5, 2), channel="visit")
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
        working.reopen(connection, visit, stamp(), why="the wrong customer")
    assert read(engine).contacts["service"].to_list() == ["birthday-greeting"]


def test_without_any_task_there_are_no_contacts(engine: Engine) -> None:
    assert read(engine).contacts.is_empty()
