"""The command that asks what first-year service is worth."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import polars as pl
import rich_click as click

from policyserve.book.columns import Book
from policyserve.cli.metrics.fit_options import CONFIDENCE, book_with_services, check_libraries
from policyserve.cli.options import DATE, Session, shared
from policyserve.cli.screen.forecast_tables import explain, interval_of, print_rows, tell_title
from policyserve.cli.screen.output import Row, decimal
from policyserve.cli.words.forecast_words import coded

if TYPE_CHECKING:
    from policyserve.metrics.services.worth import Worth


@click.command()
@click.option("--landmark", type=click.IntRange(1, 60), default=11, show_default=True, help="Months after the issue.")
@click.option("--since", type=DATE, help="Policies issued from this day on; default when services were first recorded.")
@click.option("--curves", is_flag=True, help="The survival curves of the groups from the landmark on.")
@CONFIDENCE
@shared
def worth(session: Session, *, landmark: int, since: date | None, curves: bool, confidence: float) -> None:
    """What first-year service is worth: how policies fare with all, some, or none of it (服务价值)."""
    check_libraries()
    from policyserve.metrics.services import worth as worths

    book = book_with_services(session)
    found = worths.worth(book, as_of=session.as_of, landmark=landmark, since=since, confidence=confidence)
    rows = _asked(found.curves if curves else _with_ratios(found), found)
    if not curves:
        rows = _in_currency(rows, book)
    people = [_for_people(row, session.language) for row in rows]
    columns = ["services", "policies", "lost", "survival", "interval", "hazard_ratio", "persistency"]
    columns = ["services", "days", "at_risk", "lost", "survival", "interval"] if curves else [
        *columns, "referred_per_100", "add_on_share",
    ]  # fmt: skip
    tell_title(session, "worth.curves" if curves else "worth", since=found.since, landmark=landmark)
    print_rows(session, rows, people, columns, ratios=("survival", "persistency", "add_on_share"))
    explain(session, "worth", since=found.since, landmark=landmark, confidence=confidence, p=_p(found.log_rank_p))
    _explain_effect(session, found)
    explain(session, "worth.caveat")


def _with_ratios(found: Worth) -> pl.DataFrame:
    """Put the hazard ratios beside the groups."""
    ratios = found.ratios.rename({"ratio": "hazard_ratio", "lower": "ratio_lower", "upper": "ratio_upper"})
    groups = found.groups.with_columns(pl.col("services").cast(pl.String))
    return groups.join(ratios, on="services", how="left", maintain_order="left")


def _in_currency(rows: list[dict[str, Any]], book: Book) -> list[dict[str, Any]]:
    """Write the premiums as decimals, with their currency; null where the book has several."""
    currencies = book.policies["currency"].unique().to_list()
    currency = currencies[0] if len(currencies) == 1 else None
    return [
        {**row, **{name: _decimal(row[name], currency) for name in _PREMIUMS}, "currency": currency} for row in rows
    ]


_PREMIUMS = ("kept", "due")


def _decimal(minor: int | None, currency: str | None) -> str | None:
    return None if minor is None or currency is None else str(decimal(minor, currency))


def _asked(frame: pl.DataFrame, found: Worth) -> list[dict[str, Any]]:
    """Add to every row what was asked, and the chance of the log-rank test."""
    asked = {"log_rank_p": found.log_rank_p, "since": found.since, "landmark": found.landmark, "as_of": found.as_of}
    return [{**row, **asked} for row in frame.with_columns(pl.col("services").cast(pl.String)).to_dicts()]


def _explain_effect(session: Session, found: Worth) -> None:
    """Say what the interval says of all services, or of some where it says nothing of all."""
    from policyserve.metrics.services import worth as worths

    effects = {group: worths.effect(found, group) for group in ("all", "some")}
    group = next((group for group, effect in effects.items() if effect != "none"), "all")
    explain(session, f"worth.{effects[group]}", group=coded(group, session.language))
    if found.landmark < worths.LANDMARK:
        explain(session, "worth.early", landmark=found.landmark)


def _for_people(row: Row, language: str) -> dict[str, Any]:
    ratio, referred = row.get("hazard_ratio"), row.get("referred_per_100")
    limits = None if ratio is None else f"({row['ratio_lower']:.2f}-{row['ratio_upper']:.2f})"
    return {
        **row,
        "services": coded(row["services"], language),
        "interval": interval_of(row),
        "hazard_ratio": "-" if ratio is None else f"{ratio:.2f} {limits}",
        "referred_per_100": "-" if referred is None else f"{referred:.1f}",
    }


def _p(chance: float | None) -> str:
    return "-" if chance is None else f"= {chance:.4f}" if chance >= 0.0001 else "< 0.0001"
