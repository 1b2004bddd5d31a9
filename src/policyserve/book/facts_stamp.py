"""The stamp of the facts: moved by every list, event and standard, it tells whether a reading still holds."""

from __future__ import annotations

from sqlalchemy import Connection, text

Stamp = tuple[int, ...]
"""Equal to one taken earlier where nothing has come in between."""

_LISTS = text("""
    SELECT (SELECT count(*) FROM imports), (SELECT count(*) FROM standards),
           (SELECT coalesce(max(id), 0) FROM standards)
""")
_EVENTS = text("SELECT count(*), count(retracted_on) FROM events")


def lists_stamp(connection: Connection) -> Stamp:
    """Take the stamp of lists and standards, which events by hand do not move: three small tables."""
    return tuple(connection.execute(_LISTS).one())


def facts_stamp(connection: Connection) -> Stamp:
    """Take the stamp of all facts: counts, for keys do not become visible in their order on PostgreSQL."""
    return *lists_stamp(connection), *connection.execute(_EVENTS).one()
