"""Commands about people referred: how many, by whose influence, how far they came, and who they are."""

from __future__ import annotations

from itertools import pairwise

import polars as pl
import rich_click as click

from policyserve.cli.options import YEAR, Session, grouped_by, shared
from policyserve.cli.screen.figure_tables import show_figures
from policyserve.cli.screen.headings import heading
from policyserve.cli.screen.output import Row, money, note, percent
from policyserve.cli.words.figure_words import say as say_of_figure
from policyserve.cli.words.prospect_words import say
from policyserve.metrics import groupings
from policyserve.metrics.add_ons.add_ons import calendar_year
from policyserve.metrics.referrals import funnel, referrals
from policyserve.metrics.referrals.referrals import STAGES
from policyserve.operations.figures import read_book

PREMIUMS = ("premium", "premium_through", "premium_together")


@click.command(name="referrals")
@YEAR
@grouped_by(groupings.OF_AGENTS, "agent")
@click.option("--people", is_flag=True, help="List the people behind the figure: who was referred by whom.")
@shared
def referrals_(session: Session, *, year: int | None, by: tuple[str, ...], people: bool) -> None:
    """People referred by existing customers (转介绍), against three a year per agent."""
    book = read_book(session.engine)
    wanted = year or session.as_of.year
    if people:
        listed = funnel.people_behind(book, wanted, by=by, as_of=session.as_of)
        show_figures(session, listed, listed.columns, figure="referrals", days=calendar_year(wanted))
        return
    found = referrals.referrals(book, wanted, by=by, as_of=session.as_of)
    show_figures(session, found, found.columns, figure="referrals", days=calendar_year(wanted))


@click.command()
@click.argument("customer_no", required=False)
@click.option(
    "--top", type=click.IntRange(1, 1000), default=10, show_default=True, help="How many centres of influence."
)
@shared
def influence(session: Session, *, customer_no: str | None, top: int) -> None:
    """Centres of influence (影响力中心): whose referrals brought most; with CUSTOMER_NO the tree of one of them."""
    book = read_book(session.engine).as_of(session.as_of)
    if customer_no is None:
        found = referrals.centres_of_influence(book, top)
        show_figures(session, found, found.columns, figure="influence", amounts=PREMIUMS)
        return
    tree = referrals.referral_tree(book, customer_no)
    show_figures(
        session, tree, referrals.TREE, figure="tree", amounts=("premium",), below=_together(tree, session.language)
    )


def _together(tree: pl.DataFrame, language: str) -> list[str]:
    """Sum up a tree in words, currency by currency."""
    rows = referrals.brought(tree).to_dicts()
    amounts = [{name: money(row[name], row["currency"]) for name in PREMIUMS} for row in rows]
    return [
        say_of_figure("metrics.influence", language, **{**row, **told}) for row, told in zip(rows, amounts, strict=True)
    ]


@click.command(name="funnel")
@grouped_by(funnel.ALLOWED, "year")
@click.option("--leads", is_flag=True, help="List the people who hold no policy yet, and those to be deleted.")
@shared
def funnel_(session: Session, *, by: tuple[str, ...], leads: bool) -> None:
    """Referrals from named to issued (转介绍漏斗), or the people on the way."""
    book = read_book(session.engine)
    if leads:
        _leads(session, funnel.open_leads(book, as_of=session.as_of))
        return
    found = funnel.funnel(book, by=by, as_of=session.as_of)
    columns = [name for name in found.columns if not name.endswith("_rate")]
    show_figures(session, found, columns, figure="funnel", ratios=("conversion",), readable=_steps)


def _steps(row: Row) -> Row:
    """Write each stage with its share of the one before."""
    steps = {later: (row[later], row[f"{later}_rate"]) for _, later in pairwise(STAGES)}
    return {
        name: f"{count} ({percent(rate)})" if rate is not None else str(count) for name, (count, rate) in steps.items()
    }


def _leads(session: Session, found: pl.DataFrame) -> None:
    titles = {"referred_no": heading("customer_no", session.language)}
    show_figures(session, found, funnel.LEADS, figure="leads", headings=titles)
    if session.form == "table" and (old := int(found["delete"].sum())):
        note("\n" + say("funnel.delete", session.language, count=old, days=funnel.KEPT_DAYS))


FIGURES = [referrals_, influence, funnel_]
"""Commands of the group `metrics`."""
