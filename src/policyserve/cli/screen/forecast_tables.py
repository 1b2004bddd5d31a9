"""How forecasts, survival, worth and value are printed: exact for programs, with a title and readable for people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from policyserve.cli.options import Session
from policyserve.cli.screen.figure_tables import title
from policyserve.cli.screen.output import Row, decimal, note, numbers_in, percent, show, tell
from policyserve.cli.words.figure_words import with_names
from policyserve.cli.words.forecast_words import explained, headings, titled


def with_day(session: Session, rows: Sequence[Row]) -> list[dict[str, Any]]:
    """Add the day that was asked about to every row."""
    return [{**row, "as_of": session.as_of} for row in rows]


def tell_title(session: Session, key: str, rows: Sequence[Row] = (), **asked: object) -> None:
    """Say above a table for people what was asked; the status where all rows share one."""
    if session.form == "table":
        tell(title(session, titled(key, session.language, **asked), {row.get("status") for row in rows}))


def interval_of(row: Row, low: str = "lower", high: str = "upper") -> str:
    """Write the limits of a share; a dash where there are none."""
    return "-" if row.get(low) is None else f"{row[low]:.1%} - {row[high]:.1%}"


def print_rows(
    session: Session,
    rows: Sequence[Row],
    people: Sequence[Row],
    columns: list[str],
    *,
    amounts: Sequence[str] = (),
    ratios: Sequence[str] = (),
) -> None:
    """Print exact figures for programs, and `people` rows, rounded, in tables.

    A status, or a currency, that all rows share is no column of a table.
    """
    exact = [{**row, **_decimals(row, amounts)} for row in rows]
    shown = [{**with_names(row, session.language), **_readable(row, amounts, ratios)} for row in people]
    common = {name for name in ("status", "currency") if len({row.get(name) for row in rows}) == 1}
    kept = [name for name in columns if session.form != "table" or name not in common]
    show(
        shown if session.form == "table" else exact, session.form, columns=kept, language=session.language,
        headings=headings(kept, session.language), numeric=numbers_in(rows).union(amounts, ratios, ["interval"]),
    )  # fmt: skip


def _decimals(row: Row, amounts: Sequence[str]) -> Mapping[str, str]:
    return {name: str(decimal(row[name] or 0, row["currency"])) for name in amounts if name in row}


def _readable(row: Row, amounts: Sequence[str], ratios: Sequence[str]) -> Mapping[str, str]:
    money = {name: f"{decimal(row[name] or 0, row['currency']):,.0f}" for name in amounts if name in row}
    return {**money, **{name: percent(row[name]) for name in ratios if name in row}}


def explain(session: Session, key: str, **values: object) -> None:
    """Say below a table for people what it means."""
    if session.form == "table":
        note(f"\n{explained(key, session.language, **values)}")
