"""The service standards in use: each a row with the day from which it holds, and since when each of its rules does."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache

from sqlalchemy import Connection, bindparam, delete, insert, select

from policyserve.locale import Sentence
from policyserve.standard.model import Standard
from policyserve.standard.parser import StandardError, default_standard, parse_standard
from policyserve.standard.versions import carry_since, with_since
from policyserve.tables import StandardVersion, table

STANDARDS = table(StandardVersion)

_NEWEST = (
    select(STANDARDS).where(STANDARDS.c.holds_from <= bindparam("day")).order_by(STANDARDS.c.holds_from.desc()).limit(1)
)


def current_standard(connection: Connection, as_of: date) -> Standard:
    """Return the standard that holds on `as_of`: the newest one put to use by then, else the one that ships."""
    row = connection.execute(_NEWEST, {"day": as_of}).mappings().first()
    if row is None:
        return default_standard()
    return _parsed(row["document"], row["since"], row["holds_from"])


@dataclass(frozen=True, kw_only=True)
class StandardInUse:
    """A standard that was put to use."""

    standard: Standard
    holds_from: date
    at: datetime
    """When it was put to use."""


def standards_in_use(connection: Connection) -> list[StandardInUse]:
    """Return the standards that were put to use, the one that holds from the latest day first."""
    rows = connection.execute(select(STANDARDS).order_by(STANDARDS.c.holds_from.desc())).mappings()
    return [
        StandardInUse(
            standard=_parsed(row["document"], row["since"], row["holds_from"]), holds_from=row["holds_from"],
            at=row["at"],
        )
        for row in rows
    ]  # fmt: skip


@lru_cache(maxsize=4)
def _parsed(document: str, since: str, holds_from: date) -> Standard:
    standard, problems = parse_standard(document, source=str(holds_from))
    if standard is None:
        raise StandardError(Sentence("in use since {day}", day=holds_from), problems)
    days = {code: day and date.fromisoformat(day) for code, day in json.loads(since).items()}
    return with_since(standard, days)


def store_standard(
    connection: Connection, standard: Standard, document: str, *, holds_from: date, at: datetime
) -> None:
    """Let a standard hold from a day on; what it changes does not fire for what lies before."""
    since = carry_since(current_standard(connection, holds_from), standard, holds_from)
    days = {code: day and day.isoformat() for code, day in since.items()}
    connection.execute(delete(STANDARDS).where(STANDARDS.c.holds_from == holds_from))
    connection.execute(
        insert(STANDARDS).values(holds_from=holds_from, document=document, since=json.dumps(days), at=at)
    )
