"""The stamp of the facts: moved by every list, event and standard, it tells whether a reading still holds."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Connection, text

LISTS_STAMP: Final = """
    (SELECT count(*) FROM imports) || '.' || (SELECT count(*) FROM standards)
    || '.' || (SELECT coalesce(max(id), 0) FROM standards)
"""
"""SQL for the stamp of lists and standards, which events by hand do not move: text, from three small tables."""

_FACTS = text(f"SELECT {LISTS_STAMP}, count(*), count(retracted_on) FROM events")


def facts_stamp(connection: Connection) -> tuple[object, ...]:
    """Take the stamp of all facts: counts, for keys do not become visible in their order on PostgreSQL."""
    return tuple(connection.execute(_FACTS).one())
