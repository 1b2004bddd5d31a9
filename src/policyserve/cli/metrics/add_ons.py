"""Commands about customers who may buy again: add-ons, and candidates for one."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import rich_click as click

from policyserve import db
from policyserve.cli.options import YEAR, Session, grouped_by, shared
from policyserve.cli.screen.figure_tables import STAR, show_figures
from policyserve.cli.screen.output import Row, percent
from policyserve.cli.words.figure_words import say as say_of_figure
from policyserve.cli.words.prospect_words import KINDS, say
from policyserve.config import fixture
from policyserve.dates import Days
from policyserve.errors import NotFoundError
from policyserve.metrics import groupings
from policyserve.metrics.add_ons import add_ons
from policyserve.metrics.add_ons.candidates import CoverRules, candidates, read_refusals, read_sums
from policyserve.metrics.rule_files import read_rules
from policyserve.operations.figures import read_book

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command(name="add-ons")
@YEAR
@grouped_by(groupings.OF_AGENTS, "agent")
@click.option("--customers", is_flag=True, help="List the customers behind the figure, and what they bought.")
@shared
def add_ons_(session: Session, *, year: int | None, by: tuple[str, ...], customers: bool) -> None:
    """The share of single-policy customers who bought again (加保率), against 10 %."""
    book, period = read_book(session.engine), add_ons.calendar_year(year or session.as_of.year)
    if customers:
        _customers(session, add_ons.customers_behind(book, period, by=by, as_of=session.as_of), period)
        return
    found = add_ons.add_ons(book, period, by=by, as_of=session.as_of)
    below = bool((found["ratio"] < found["target"]).any())
    show_figures(
        session, found, [name for name in found.columns if name != "small"], figure="add-ons", days=period,
        ratios=("ratio", "target"), starred="ratio", readable=lambda row: {"ratio": _marked(row)},
        below=[say_of_figure("metrics.below", session.language, target=f"{add_ons.TARGET:.0%}")] if below else [],
    )  # fmt: skip


def _marked(row: Row) -> str:
    """Write a ratio, and behind it whether it is below its target, and over few."""
    ratio = row["ratio"]
    if ratio is None:
        return percent(None)
    return percent(ratio) + (" ▼" if ratio < row["target"] else "") + (STAR if row["small"] else "")


def _customers(session: Session, listed: pl.DataFrame, period: Days) -> None:
    chinese = session.language == "zh"
    show_figures(
        session, listed, listed.columns, figure="add-ons", days=period,
        readable=lambda row: {"what": KINDS[row["what"]][chinese]} if row["what"] else {},
    )  # fmt: skip


@click.command(name="candidates")
@click.option("--rules", type=FILE, help="Which cover belongs to whom, as YAML; default the rules that ship.")
@click.option("--agent", "agent_no", metavar="NO", help="Only the customers of this agent.")
@click.option("--top", type=click.IntRange(1, 1_000_000), default=50, show_default=True, help="How many.")
@shared
def candidates_(session: Session, *, rules: Path | None, agent_no: str | None, top: int) -> None:
    """Single-policy customers who lack cover, the most urgent first (加保名单)."""
    cover = read_rules(rules or fixture("cover", "cover-cn.yaml"), CoverRules)
    with db.reading(session.engine) as connection:
        sums, refusals = read_sums(connection), read_refusals(connection)
    book = read_book(session.engine)
    if agent_no and book.agents.filter(pl.col("agent_no") == agent_no).is_empty():
        raise NotFoundError("agent", agent_no)
    found = candidates(book, cover, sums, refusals, language=session.language, as_of=session.as_of)
    mine = found.filter(pl.col("agent_no") == agent_no) if agent_no else found
    names = {need.code: need.called(session.language) for need in cover.needs}
    comma = say("candidates.comma", session.language)
    show_figures(
        session, mine.head(top), ["customer_no", "agent_no", "age", "missing", "score"], figure="candidates",
        readable=lambda row: {
            "missing": comma.join(names[code] for code in row["missing"].split("+")),
            "score": f"{row['score']:.2f}",
        },
        below=_reasons(session.language, cover, mine.head(top), mine.height),
    )  # fmt: skip


def _reasons(language: str, cover: CoverRules, listed: pl.DataFrame, count: int) -> list[str]:
    """Say how many customers are not shown, and once what each cover that is lacking is for."""
    lacking = set("+".join(listed["missing"]).split("+"))
    more = [say("candidates.more", language, shown=listed.height, count=count)] if listed.height < count else []
    whys = {need.code: need.why_zh if language == "zh" else need.why for need in cover.needs}
    return more + [
        say("candidates.why", language, name=need.called(language), why=whys[need.code])
        for need in cover.needs
        if need.code in lacking
    ]


FIGURES = [add_ons_, candidates_]
"""Commands of the group `metrics`."""
