"""The stamp of the facts: moved by every list, event and standard, it tells whether a reading still holds."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Connection, text

_LISTS: Final = """
    (SELECT count(*) FROM imports) || ' ' || (SELECT count(*) FROM standards)
    || ' ' || (SELECT coalesce(CAST(max(at) AS text), '') FROM standards)
"""
"""Counts, for keys do not become visible in their order on PostgreSQL; a standard may take another's place and key."""

LISTS_STAMP: Final = f"({_LISTS})"
"""SQL for the stamp of lists and standards, which events by hand do not move: text, from two small tables."""

_FACTS = text(f"SELECT {LISTS_STAMP}, count(*), count(retracted_on), (SELECT count(*) FROM referrals) FROM events")

_RIGHTS = text("SELECT count(restricted_on), count(erased_on), (SELECT count(*) FROM complaint_steps) FROM customers")


def lists_stamp(connection: Connection) -> str:
    """Take the stamp of lists and standards."""
    return str(connection.execute(text(f"SELECT {LISTS_STAMP}")).scalar_one())


def facts_stamp(connection: Connection) -> tuple[object, ...]:
    """Take the stamp of all facts: lists, standards, events and referrals."""
    return tuple(connection.execute(_FACTS).one())


def rights_stamp(connection: Connection) -> tuple[object, ...]:
    """Take the stamp of what customers have had restricted or erased, and of their complaints, which planning heeds."""
    return tuple(connection.execute(_RIGHTS).one())
