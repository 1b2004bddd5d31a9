"""Contents: what the company tells its customers, the month's news and the quarter's event.

A text that says it is not made while nobody has entered it: an empty marketing text is worse than none. The office is
warned before the day comes.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import polars as pl
from sqlalchemy import Connection, delete, insert, select

from policyserve.dates import Days
from policyserve.locale import N_, Sentence
from policyserve.messages.texts.template_files import needed
from policyserve.plan.recurrences import calendar_days
from policyserve.settings_file import MessageSettings
from policyserve.standard.model import Service, Standard
from policyserve.standard.trigger import OnCalendar
from policyserve.tables import Content, table

CONTENTS = table(Content)

KINDS = ("news", "event")
"""The contents, as templates say them."""

AHEAD = 14
"""Days before which the office is warned."""


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


def untold(templates: pl.Series, settings: MessageSettings) -> pl.Expr:
    """Say `no-content` of a message whose template (of `templates`) says a content that nobody has entered, else null.

    Reads `template`, `news` and `event`.
    """
    needs = {name: needed(name, settings.language, settings.templates) for name in templates.drop_nulls().unique()}
    parts = (
        pl.when(pl.col(kind).is_null(), pl.col("template").is_in([name for name in needs if kind in needs[name]]))
        for kind in KINDS
    )
    return pl.coalesce(part.then(pl.lit("no-content")) for part in parts)


@dataclass(frozen=True, kw_only=True)
class Missing:
    """A content that a service will need, and that nobody has entered."""

    service: Service
    kind: str
    due: date

    def sentence(self, language: str) -> Sentence:
        """Say what is missing and by when."""
        words = {
            "news": N_(
                "'{service}' falls due on {due}, and the news of the month is not entered: no text will go out."
            ),
            "event": N_(
                "'{service}' falls due on {due}, and the event of the quarter is not entered: no text will go out."
            ),
        }
        return Sentence(words[self.kind], service=self.service.said("name", language), due=self.due)


def missing(connection: Connection, standard: Standard, settings: MessageSettings, day: date) -> list[Missing]:
    """Return what the texts of the next AHEAD days need and nobody has entered, by day; `day` itself counts."""
    days = Days.between(day, day).widened(after=AHEAD)
    return sorted(_missing(connection, standard, settings, days), key=lambda one: (one.due, one.service.code))


def _missing(connection: Connection, standard: Standard, settings: MessageSettings, days: Days) -> Iterator[Missing]:
    for service in standard.services:
        if not (service.enabled and service.template and "sms" in service.channels):
            continue
        needs = needed(service.template, settings.language, settings.templates) & {*KINDS}
        for due, _ in calendar_days(service.trigger, days) if isinstance(service.trigger, OnCalendar) and needs else ():
            told = read_contents(connection, due, settings.language)["kind"].to_list()
            yield from (Missing(service=service, kind=kind, due=due) for kind in KINDS if kind in needs - {*told})
