"""The stamp of the facts: moved by every list, event and standard, it tells whether a reading still holds."""

from __future__ import annotations

from sqlalchemy import Connection, text

FactsStamp = tuple[int, ...]
"""Equal to one taken earlier where no list, event or standard has come in between."""

_STAMP = text("""
    SELECT (SELECT count(*) FROM imports), (SELECT count(*) FROM events),
           (SELECT count(*) FROM events WHERE retracted_on IS NOT NULL),
           (SELECT count(*) FROM standards), (SELECT coalesce(max(id), 0) FROM standards)
""")
"""Counts, for keys do not become visible in their order on PostgreSQL."""


def facts_stamp(connection: Connection) -> FactsStamp:
    """Take the stamp, as the transaction sees the facts."""
    return tuple(connection.execute(_STAMP).one())
