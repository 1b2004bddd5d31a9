"""Contents: what the company tells its customers, the month's news and the quarter's event."""

from __future__ import annotations

from datetime import date

import polars as pl
from sqlalchemy import Connection, delete, insert, select

from policyserve.tables import Content, table

CONTENTS = table(Content)


def periods(day: date) -> dict[str, str]:
    """Return the period of each kind of content that holds a day: news by the month, events by the quarter."""
    return {"news": f"{day:%Y-%m}", "event": f"{day.year}Q{(day.month + 2) // 3}"}


def read_contents(connection: Connection, day: date, language: str) -> pl.DataFrame:
    """Return what is told on a day: `kind` (news, event), `text`."""
    query = select(CONTENTS.c.kind, CONTENTS.c.period, CONTENTS.c.text).where(CONTENTS.c.language == language)
    now = periods(day)
    rows = [(row.kind, row.text) for row in connection.execute(query) if now.get(row.kind) == row.period]
    return pl.DataFrame(rows, schema={"kind": pl.String, "text": pl.String}, orient="row")


def store_content(connection: Connection, kind: str, day: date, language: str, text: str) -> str:
    """Say what is told in the period that holds `day`, and return the period; an empty text takes it back."""
    period = periods(day)[kind]
    own = (CONTENTS.c.kind == kind) & (CONTENTS.c.period == period) & (CONTENTS.c.language == language)
    connection.execute(delete(CONTENTS).where(own))
    if text:
        connection.execute(insert(CONTENTS).values(kind=kind, period=period, language=language, text=text))
    return period
