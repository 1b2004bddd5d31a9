"""The sums that are kept of the instalments that open tasks are about, brought up to the facts."""

from __future__ import annotations

from datetime import date

from policyserve import db
from policyserve.book.facts_stamp import facts_stamp
from policyserve.book.snapshot import load_book
from policyserve.operations.database import Database
from policyserve.tasks import stored_sums
from policyserve.tasks.release import read_stored
from policyserve.tasks.stored_standard import current_standard


def keep_sums(engine: Database, *, as_of: date) -> None:
    """Work the sums out for a day and keep them, unless facts come in meanwhile; raises DatabaseBusyError."""
    with db.reading(engine) as connection:
        stamp = facts_stamp(connection)
        tasks = read_stored(connection, as_of).filter(status="open")
        if tasks.is_empty():
            return
        book = load_book(connection, customers=tasks["customer_id"].unique().to_list())
        sums = stored_sums.worked_out(connection, book, tasks, current_standard(connection, as_of), as_of)
    with db.writing(engine, bulk=True) as connection:
        if facts_stamp(connection) == stamp:
            stored_sums.keep(connection, sums)
