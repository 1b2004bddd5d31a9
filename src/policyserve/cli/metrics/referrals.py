"""Commands about people referred: how many, by whose influence, how far they came, and who they are."""

from __future__ import annotations

import rich_click as click

from policyserve.cli.options import YEAR, Session, figure_options, grouped_by
from policyserve.metrics import groupings
from policyserve.metrics.referrals.figures import funnel_figure, influence_figure, referrals_figure, tree_figure
from policyserve.metrics.referrals.funnel import ALLOWED


@click.command(name="referrals")
@YEAR
@grouped_by(groupings.OF_AGENTS, "agent")
@click.option("--people", is_flag=True, help="List the people behind the figure: who was referred by whom.")
@figure_options
def referrals_(session: Session, *, year: int | None, by: tuple[str, ...], people: bool) -> None:
    """People referred by existing customers (转介绍), against three a year per agent."""
    asked = year or session.as_of.year
    session.print(
        lambda facts: referrals_figure(facts.book, asked, by=by, as_of=session.as_of), behind="people" if people else ""
    )


@click.command()
@click.argument("customer_no", required=False)
@click.option(
    "--top", type=click.IntRange(1, 1000), default=10, show_default=True, help="How many centres of influence."
)
@figure_options
def influence(session: Session, *, customer_no: str | None, top: int) -> None:
    """Centres of influence (影响力中心): whose referrals brought most; with CUSTOMER_NO the tree of one of them."""
    if customer_no is None:
        session.print(lambda facts: influence_figure(facts.book, top=top, as_of=session.as_of))
    else:
        session.print(lambda facts: tree_figure(facts.book, customer_no, as_of=session.as_of))


@click.command(name="funnel")
@grouped_by(ALLOWED, "year")
@click.option("--leads", is_flag=True, help="List the people who hold no policy yet, and those to be deleted.")
@figure_options
def funnel_(session: Session, *, by: tuple[str, ...], leads: bool) -> None:
    """Referrals from named to issued (转介绍漏斗), or the people on the way."""
    session.print(lambda facts: funnel_figure(facts.book, by=by, as_of=session.as_of), behind="leads" if leads else "")


FIGURES = [referrals_, influence, funnel_]
"""Commands of the group `metrics`."""
