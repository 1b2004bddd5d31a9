"""Commands about customers who may buy again: add-ons, and candidates for one."""

from __future__ import annotations

from pathlib import Path

import rich_click as click

from policyserve.cli.options import YEAR, Session, figure_options, grouped_by
from policyserve.config import fixture
from policyserve.metrics import groupings
from policyserve.metrics.add_ons.candidates import CoverRules
from policyserve.metrics.add_ons.figures import add_ons_figure, candidates_figure
from policyserve.metrics.rule_files import read_rules

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command(name="add-ons")
@YEAR
@grouped_by(groupings.OF_AGENTS, "agent")
@click.option("--customers", is_flag=True, help="List the customers behind the figure, and what they bought.")
@figure_options
def add_ons_(session: Session, *, year: int | None, by: tuple[str, ...], customers: bool) -> None:
    """The share of single-policy customers who bought again (加保率), against 10 %."""
    asked = year or session.as_of.year
    session.print(
        lambda facts: add_ons_figure(facts.book, asked, by=by, as_of=session.as_of),
        behind="customers" if customers else "",
    )


@click.command(name="candidates")
@click.option("--rules", type=FILE, help="Which cover belongs to whom, as YAML; default the rules that ship.")
@click.option("--agent", "agent_no", metavar="NO", help="Only the customers of this agent.")
@click.option("--top", type=click.IntRange(1, 1_000_000), default=50, show_default=True, help="How many.")
@figure_options
def candidates_(session: Session, *, rules: Path | None, agent_no: str | None, top: int) -> None:
    """Single-policy customers who lack cover, the most urgent first (加保名单)."""
    cover = read_rules(rules or fixture("cover", "cover-cn.yaml"), CoverRules)
    session.print(
        lambda facts: candidates_figure(
            facts.book, cover, facts.sums_assured, facts.refusals, agent_no=agent_no, top=top,
            language=session.language, as_of=session.as_of,
        )
    )  # fmt: skip


FIGURES = [add_ons_, candidates_]
"""Commands of the group `metrics`."""
