"""The command that says which policies decide whether a target is met."""

from __future__ import annotations

from typing import Any

import rich_click as click

from policyserve.cli.metrics.profile_option import PROFILE
from policyserve.cli.options import Session, figure_options
from policyserve.metrics.persistency import gap as gaps
from policyserve.metrics.persistency.gap_figure import gap_figure
from policyserve.metrics.profiles.profile import CUTOFFS, MONTHS, Profile
from policyserve.metrics.targets import KEPT


@click.command()
@click.option("--by", multiple=True, type=click.Choice(gaps.ALLOWED), default=("company",), show_default=True)
@click.option("--month", type=click.Choice([str(month) for month in MONTHS]), default="13", show_default=True)
@PROFILE
@click.option("--cutoff", type=click.Choice(CUTOFFS), help="Until when money counts; default the profile's own.")
@click.option("--target", default=str(KEPT), show_default=True, help="The share to keep.")
@click.option("--target-of", "target_of_group", multiple=True, metavar="NAME=0.9",
              help="An agent's, team's or branch's own; repeatable.")  # fmt: skip
@click.option("--cohort-from", metavar="YYYY-MM", help="The first month of effective dates; default 12 months in all.")
@click.option("--cohort-to", metavar="YYYY-MM", help="The last one; default the one whose premium is due this month.")
@figure_options
def gap(session: Session, *, month: str, profile: Profile, **asked: Any) -> None:
    """Which policies would close the gap to the target: the fewest, by when, whose, and by which task."""
    session.print(
        lambda facts: gap_figure(
            facts.book, facts.open_tasks, profile, month=int(month), as_of=session.as_of, **asked
        )
    )  # fmt: skip
