"""Contacts: what was done for a task, and what was said to be done and taken back."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import Connection, delete, insert, literal, select

from policyserve.tables import Contact, WithdrawnContact, table

CONTACTS = table(Contact)
WITHDRAWN = table(WithdrawnContact)


def keep(
    connection: Connection,
    task_id: int,
    *,
    on: date,
    channel: str,
    outcome: str | None,
    satisfaction: int | None,
    note: str | None,
) -> None:
    """Store what was done for a task; `satisfaction` goes from 1 to 5."""
    connection.execute(
        insert(CONTACTS).values(
            task_id=task_id, done_on=on, channel=channel, outcome=outcome, satisfaction=satisfaction, note=note
        )
    )


def withdraw(connection: Connection, task_id: int, as_of: date) -> None:
    """Take back the contact of a task, if it has one: it counts no more from `as_of` on, and still does before.

    The caller has changed the task's status in the same transaction, so nobody else takes the same contact back.
    """
    taken_back = literal(as_of, WITHDRAWN.c.withdrawn_on.type)
    said = select(*CONTACTS.c, taken_back).where(CONTACTS.c.task_id == task_id)
    connection.execute(insert(WITHDRAWN).from_select([*CONTACTS.c.keys(), "withdrawn_on"], said))
    connection.execute(delete(CONTACTS).where(CONTACTS.c.task_id == task_id))


def withdrawn(connection: Connection, task_id: int) -> list[Any]:
    """Return the contacts of a task that were taken back, the first one first."""
    query = select(WITHDRAWN).where(WITHDRAWN.c.task_id == task_id).order_by(WITHDRAWN.c.id)
    return list(connection.execute(query))
