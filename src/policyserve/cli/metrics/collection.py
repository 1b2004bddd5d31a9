"""Commands about premiums due: what became of them, when they came in, and the list of them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import rich_click as click

from policyserve.cli.options import DATE, Session, grouped_by, shared
from policyserve.cli.screen.figure_tables import show_figures
from policyserve.cli.screen.headings import heading
from policyserve.cli.screen.output import Row, percent
from policyserve.cli.words.figure_words import FATES, say
from policyserve.cli.words.service_words import say as say_of_service
from policyserve.dates import add_months
from policyserve.metrics import groupings
from policyserve.metrics.collection import collection, dues
from policyserve.metrics.collection.timing import STEPS, collected_behind, collected_by
from policyserve.operations.figures import read_book


def of_dues(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add what both figures ask: which days, which policy year, which groups; and the list."""
    for option in (
        click.option("--policies", is_flag=True, help="List the premiums behind the figure, policy by policy."),
        grouped_by(collection.ALLOWED),
        click.option("--all-years", is_flag=True, help="All renewal premiums, whatever the policy year."),
        click.option("--policy-year", type=click.IntRange(2, 100), default=2, show_default=True, help="2 = second "
                     "premiums."),
        click.option("--to", "last", type=DATE, help="The last due day; default today."),
        click.option("--from", "first", type=DATE, help="The first due day; default the year's first."),
    ):  # fmt: skip
        command = option(command)
    return command


def _question(session: Session, *, by: tuple[str, ...], policy_year: int, all_years: bool) -> dict[str, Any]:
    """Return what the figures are asked besides their days."""
    return {"policy_year": None if all_years else policy_year, "by": by, "as_of": session.as_of}


@click.command(name="collection")
@of_dues
@shared
def collection_(session: Session, *, first: date | None, last: date | None, policies: bool, **asked: Any) -> None:
    """Premiums due in a period, and what became of them (收费率)."""
    days, question = session.days(first, last), _question(session, **asked)
    book = read_book(session.engine)
    if policies:
        listed = collection.instalments_behind(book, days, **question)
        show_figures(
            session, listed, listed.columns, figure="collection", days=days, amounts=("amount",),
            readable=lambda row: _words(row, session.language),
        )  # fmt: skip
        return
    found = collection.collection(book, days, **question)
    parts = ("due", *dues.FATES)
    show_figures(
        session, found,
        [*groupings.fields_of(asked["by"], collection.ALLOWED), "currency", *parts, "rate", "due_count", "status"],
        figure="collection", days=days, amounts=parts, ratios=("rate",),
        headings={
            "due": heading("due_premium", session.language), "open": say("collection.open", session.language),
        },
    )  # fmt: skip


@click.command(name="collected")
@of_dues
@shared
def collected_(session: Session, *, first: date | None, last: date | None, policies: bool, **asked: Any) -> None:
    """Premiums collected in the month due, by the end of the next, by the end of grace (当月、次月、宽末)."""
    days, question = session.days(first, last), _question(session, **asked)
    book = read_book(session.engine)
    if policies:
        listed = collected_behind(book, days, **question)
        show_figures(
            session, listed, [name for name in listed.columns if name != "month"], figure="collected", days=days,
            amounts=("amount",), readable=lambda row: _words(row, session.language),
        )  # fmt: skip
        return
    found = collected_by(book, days, **question)
    rates = [f"{step}_rate" for step in STEPS]
    running = (found["status"] == "provisional").any()
    show_figures(
        session, found,
        [*groupings.fields_of(asked["by"], collection.ALLOWED), "month", "currency", "due", "by_grace", *rates,
         "due_count"],
        figure="collected", days=days, amounts=("due", *STEPS), ratios=rates,
        readable=lambda row: _running(row, session.as_of),
        headings={
            "due": heading("due_premium", session.language), "by_grace": heading("collected", session.language),
        },
        below=[say_of_service("collected.running", session.language)] if running else [],
    )  # fmt: skip


def _words(row: Row, language: str) -> Row:
    """Put words in place of what became of a premium, and of when it came in."""
    return {name: FATES[row[name]][language == "zh"] for name in ("fate", "step") if row.get(name)}


def _running(row: Row, as_of: date) -> Row:
    """Mark the rates whose time is not over on `as_of`."""
    month = date.fromisoformat(f"{row['month']}-01")
    ends = {"in_month": add_months(month, 1), "by_next_month": add_months(month, 2)}
    over = {f"{step}_rate": end - timedelta(days=1) < as_of for step, end in ends.items()}
    over["by_grace_rate"] = row["status"] == "final"
    return {name: percent(row[name]) + ("" if ended else " …") for name, ended in over.items()}


FIGURES = [collection_, collected_]
"""Commands of the group `metrics`."""
