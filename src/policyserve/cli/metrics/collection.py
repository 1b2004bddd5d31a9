"""Commands about premiums due: what became of them, when they came in, and the list of them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import rich_click as click

from policyserve.book.columns import Book
from policyserve.cli.option_types import DATE
from policyserve.cli.options import Session, figure_options, grouped_by
from policyserve.dates import Days
from policyserve.metrics.collection.collection import ALLOWED
from policyserve.metrics.collection.figures import collected_figure, collection_figure
from policyserve.metrics.figure import Figure


def of_dues(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add what both figures ask: which days, which policy year, which groups; and the list."""
    for option in (
        click.option("--policies", is_flag=True, help="List the premiums behind the figure, policy by policy."),
        grouped_by(ALLOWED),
        click.option("--all-years", is_flag=True, help="All renewal premiums, whatever the policy year."),
        click.option("--policy-year", type=click.IntRange(2, 100), default=2, show_default=True, help="2 = second "
                     "premiums."),
        click.option("--to", "last", type=DATE, help="The last due day; default today."),
        click.option("--from", "first", type=DATE, help="The first due day; default the year's first."),
    ):  # fmt: skip
        command = option(command)
    return command


@click.command(name="collection")
@of_dues
@figure_options
def collection_(session: Session, **asked: Any) -> None:
    """Premiums due in a period, and what became of them (收费率)."""
    _print(session, collection_figure, **asked)


@click.command(name="collected")
@of_dues
@figure_options
def collected_(session: Session, **asked: Any) -> None:
    """Premiums collected in the month due, by the end of the next, by the end of grace (当月、次月、宽末)."""
    _print(session, collected_figure, **asked)


def _print(
    session: Session, figure: Callable[..., Figure], *, first: date | None, last: date | None, by: tuple[str, ...],
    policies: bool, policy_year: int, all_years: bool,
) -> None:  # fmt: skip
    days: Days = session.days(first, last)
    year = None if all_years else policy_year

    def made(book: Book) -> Figure:
        return figure(book, days, policy_year=year, by=by, as_of=session.as_of)

    session.print(lambda facts: made(facts.book), behind="policies" if policies else "")


FIGURES = [collection_, collected_]
"""Commands of the group `metrics`."""
