"""The command that prints the appraisal of a month."""

from __future__ import annotations

import rich_click as click

from policyserve.cli.options import Session, figure_options
from policyserve.operations.appraisal import appraisal, month_of


@click.command(name="appraisal")
@click.option("--month", metavar="YYYY-MM", help="The month; default that of the as-of date.")
@click.option("--teams", is_flag=True, help="A row per team in place of one per agent.")
@figure_options
def appraisal_(session: Session, *, month: str | None, teams: bool) -> None:
    """The appraisal of a month (月度考核): services, call-backs, satisfaction, targets, and who has reached them."""
    asked = month_of(month, session.as_of)
    by = ("team",) if teams else ("team", "agent")
    session.print(lambda facts: appraisal(facts, asked, by))


FIGURES = [appraisal_]
"""Commands of the group `metrics`."""
