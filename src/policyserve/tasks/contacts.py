"""Contacts: what was done for a task, and what was said to be done and taken back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, delete, insert, select

from policyserve.tables import Contact, table
from policyserve.tasks.transitions import Step

CONTACTS = table(Contact)


@dataclass(frozen=True, kw_only=True)
class Deed:
    """What was done for a task."""

    done_on: date
    channel: str
    outcome: str | None = None
    satisfaction: int | None = None
    """From 1 to 5."""
    note: str | None = None
    """In a person's own words."""


FIELDS = tuple(Deed.__dataclass_fields__)


def keep(connection: Connection, task_id: int, deed: Deed) -> Mapping[str, tuple[object, object]]:
    """Store what was done for a task; return what that changes (the note stands in the contact alone)."""
    connection.execute(insert(CONTACTS).values(task_id=task_id, **vars(deed)))
    return {name: (None, getattr(deed, name)) for name in FIELDS if name != "note"}


def withdraw(connection: Connection, task_id: int) -> Mapping[str, tuple[object, object]]:
    """Take back the contact of a task, if it has one; return what that changes, so that history keeps it.

    The caller has changed the task's status in the same transaction, so nobody else takes the same contact back.
    """
    own = CONTACTS.c.task_id == task_id
    row = connection.execute(select(*(CONTACTS.c[name] for name in FIELDS)).where(own)).first()
    if row is None:
        return {}
    connection.execute(delete(CONTACTS).where(own))
    return {name: (value, None) for name, value in zip(FIELDS, row, strict=True)}


def withdrawn(steps: list[Step]) -> list[tuple[date, Deed]]:
    """Return the contacts that were taken back, and on which day, the first one first."""
    return [(step.as_of, _before(step)) for step in steps if step.changes.get("done_on", (None, None))[0] is not None]


def _before(step: Step) -> Deed:
    old = {name: step.changes[name][0] for name in FIELDS if name in step.changes}
    mark = old.get("satisfaction")
    return Deed(
        done_on=date.fromisoformat(str(old["done_on"])),
        channel=str(old["channel"]),
        outcome=old.get("outcome"),
        satisfaction=None if mark is None else int(mark),
        note=old.get("note"),
    )
