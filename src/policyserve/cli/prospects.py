"""Commands about people who may buy: the funnel of referrals, the leads in it, and candidates for an add-on."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import polars as pl
import rich_click as click

from policyserve import db, operations
from policyserve.cli.figure_tables import show_figures
from policyserve.cli.headings import heading
from policyserve.cli.options import Session, shared
from policyserve.cli.output import Row, note, percent, show
from policyserve.cli.prospect_words import say
from policyserve.config import fixture
from policyserve.metrics import funnel
from policyserve.metrics.candidates import CoverRules, candidates, read_refusals, read_sums
from policyserve.metrics.referrals import STAGES
from policyserve.metrics.rules import read_rules

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)

BY = click.option(
    "--by", multiple=True, type=click.Choice(funnel.ALLOWED), default=("year",), show_default=True,
    help="What to group by; may be repeated.",
)  # fmt: skip


@click.command(name="funnel")
@BY
@click.option("--leads", is_flag=True, help="List the people who hold no policy yet, and those to be deleted.")
@shared
def funnel_(session: Session, *, by: tuple[str, ...], leads: bool) -> None:
    """Referrals from named to issued (转介绍漏斗), or the people on the way."""
    book = operations.read_book(session.engine)
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
    show(found.to_dicts(), session.form, columns=funnel.LEADS, language=session.language, headings=titles)
    if session.form == "table" and (old := int(found["delete"].sum())):
        note("\n" + say("funnel.delete", session.language, count=old, days=funnel.KEPT_DAYS))


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
    book = operations.read_book(session.engine)
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


FIGURES = [funnel_, candidates_]
"""Commands of the group `metrics`."""
