"""How figures are printed: exact for programs; for people with a title, readable numbers, and what they mean."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import Any

import polars as pl
import rich_click as click

from policyserve.cli.options import Session
from policyserve.cli.screen.codes import shown
from policyserve.cli.screen.output import Row, decimal, note, numbers_in, percent, show, tell
from policyserve.cli.words.figure_words import with_names
from policyserve.cli.words.service_words import say
from policyserve.dates import Days
from policyserve.metrics.definitions import DEFINITIONS, definition
from policyserve.metrics.services.definitions import service_definition
from policyserve.metrics.services.service_rate import SMALL

COUNTS = ("numerator", "denominator")

STAR = " *"
"""What stands behind a ratio over few; where there is no ratio, nothing does."""


def show_figures(
    session: Session,
    found: pl.DataFrame,
    columns: Sequence[str],
    *,
    figure: str,
    days: Days | None = None,
    amounts: Sequence[str] = (),
    ratios: Sequence[str] = (),
    starred: str = "",
    readable: Callable[[Row], Row] | None = None,
    headings: Row | None = None,
    below: Sequence[str] = (),
) -> None:
    """Print figures by `figure`'s title and definition; `columns` are those of the table.

    `days`: which they are of. `amounts` are in minor units. `starred`: the ratio that gets a star where `small` holds.
    `readable`: what people see of a row in place of its own values; `below`: lines under the table. A status, or a
    currency, that all rows share is no column; the status stands in the title.
    """
    rows = [{**row, "as_of": session.as_of} for row in found.to_dicts()]
    if session.form != "table":
        show([_exact(row, amounts) for row in rows], session.form, columns=[*found.columns, "as_of"])
        return
    kept = [name for name in columns if name not in {"status", "currency"} or len({row[name] for row in rows}) > 1]
    tell(title(session, asked(figure, days, session.language), {row.get("status") for row in rows}))
    made = [
        with_names(_for_people(row, amounts, ratios, starred), session.language)
        | dict(readable(row) if readable else {})
        for row in rows
    ]
    titles = {name: say(f"services.{name}", session.language) for name in COUNTS if name in kept}
    show(
        made, "table", columns=kept, language=session.language, headings={**titles, **(headings or {})},
        numeric=numbers_in(rows).union(amounts, ratios),
    )  # fmt: skip
    if starred and any(str(row[starred]).endswith(STAR) for row in made):
        click.echo(say("figure.small", session.language, count=SMALL))
    for line in below:
        tell(line)
    note("\n" + _meaning(figure, session.language))


def title(session: Session, question: str, statuses: Collection[str | None] = ()) -> str:
    """Say what was asked, the day on which it was known, and the status if all rows share one."""
    parts = [question, say("figure.as_of", session.language, day=session.as_of)]
    shared = set(statuses)
    if len(shared) == 1 and None not in shared:
        parts.append(str(shown("status", shared.pop(), session.language)))
    return " · ".join(parts)


def asked(figure: str, days: Days | None, language: str) -> str:
    """Say the figure and its days."""
    name = say(f"figure.{figure}", language)
    return name if days is None else f"{name} · {say('figure.days', language, first=days.start, last=days.last)}"


def _meaning(figure: str, language: str) -> str:
    told = definition if figure in DEFINITIONS else service_definition
    return told(figure, "zh" if language == "zh" else "en")


def _exact(row: Row, amounts: Sequence[str]) -> dict[str, Any]:
    return {**row, **{name: str(decimal(row[name], row["currency"])) for name in amounts}}


def _for_people(row: Row, amounts: Sequence[str], ratios: Sequence[str], starred: str) -> dict[str, Any]:
    readable: dict[str, Any] = {name: f"{decimal(row[name], row['currency']):,.0f}" for name in amounts}
    readable |= {name: percent(row[name]) for name in ratios}
    if starred and row["small"] and row[starred] is not None:
        readable[starred] += STAR
    return {**row, **readable}
