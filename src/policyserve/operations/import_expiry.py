"""The end of what imports hold: files, rows and examples are personal data, forgotten after some days or on request."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection, or_, select, update

from policyserve import db
from policyserve.operations.database import Database
from policyserve.tables import ImportJob, table

JOBS = table(ImportJob)

KEPT: Final = timedelta(days=3)
"""How long a file, and the rows that stayed out, are kept."""

FORGOTTEN: Final[Mapping[str, None]] = {"content": None, "mendable": None, "columns": None, "earlier": None}
"""What a job is without them."""


def forget_old(engine: Database, *, at: datetime) -> None:
    """Forget what `forget` does, once a day, also where nobody sends lists any more."""
    with db.writing(engine) as connection:
        forget(connection, at)


def forget(connection: Connection, at: datetime) -> None:
    """Forget files, rows and examples whose days are over; a list that was not taken in expires."""
    old = JOBS.c.expires_at < at
    held = or_(*(JOBS.c[name].is_not(None) for name in FORGOTTEN))
    connection.execute(update(JOBS).where(old, JOBS.c.status.not_in(("done", "expired"))).values(status="expired"))
    connection.execute(update(JOBS).where(old, held).values(**FORGOTTEN))


def forget_person(connection: Connection, marks: Collection[str], at: datetime) -> None:
    """Forget at once the lists that may tell of a person, by the names and numbers that they have (`marks`)."""
    held = (JOBS.c.content, JOBS.c.mendable, JOBS.c.columns)
    keys = connection.scalars(select(JOBS.c.id).where(or_(*(column.is_not(None) for column in held)))).all()
    for key in keys:
        row = connection.execute(select(*held).where(JOBS.c.id == key)).one()
        told = f"{row.mendable} {row.columns}"
        if _tells(row.content or b"", marks) or any(json.dumps(m, ensure_ascii=False)[1:-1] in told for m in marks):
            connection.execute(update(JOBS).where(JOBS.c.id == key).values(expires_at=at - timedelta(seconds=1)))
    forget(connection, at)


def _tells(content: bytes, marks: Collection[str]) -> bool:
    """Whether a file may hold one of `marks`; of a spreadsheet nobody knows before it is unpacked."""
    spelt = (mark.encode(code, errors="ignore") for mark in marks for code in ("utf-8", "gb18030", "utf-16-le"))
    return content.startswith((b"PK", b"\xd0\xcf")) or any(one in content for one in spelt)
