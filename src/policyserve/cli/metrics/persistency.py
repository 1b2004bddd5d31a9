"""The command that prints persistency, and the group `metrics` that all figures belong to."""

from __future__ import annotations

from typing import Any

import rich_click as click

from policyserve.cli.metrics import appraisal, collection, forecast, referrals, services
from policyserve.cli.metrics.gap import gap
from policyserve.cli.metrics.profile_option import PROFILE
from policyserve.cli.options import Session, figure_options
from policyserve.dates import add_months
from policyserve.metrics import groupings
from policyserve.metrics.persistency.figures import cohorts, persistency_figure
from policyserve.metrics.profiles.profile import CUTOFFS, MONTHS, Profile
from policyserve.metrics.targets import COHORTS, last_cohort


@click.group()
def metrics() -> None:
    """Figures with numerator, denominator, status and definition."""


@metrics.command(name="persistency")
@click.option("--month", type=click.Choice([str(month) for month in MONTHS]), default="13", show_default=True)
@PROFILE
@click.option(
    "--cutoff", type=click.Choice(CUTOFFS), help="Until when money counts; default the profile's own: strict in China."
)
@click.option(
    "--by",
    multiple=True,
    type=click.Choice(list(groupings.FIELDS)),
    help="What to group by; may be repeated. Default: cohort, or year where the profile counts years.",
)
@click.option("--rolling", type=click.IntRange(1, 120), help="Let each cohort stand for so many months up to it.")
@click.option("--cohort-from", metavar="YYYY-MM", help="The first month of effective dates.")
@click.option("--cohort-to", metavar="YYYY-MM", help="The last month of effective dates.")
@click.option("--policies", is_flag=True, help="List the policies behind the figures, also those left out and why.")
@figure_options
def persistency_(
    session: Session, *, month: str, profile: Profile, policies: bool, cohort_from: str | None, cohort_to: str | None,
    **asked: Any,
) -> None:  # fmt: skip
    """Persistency (继续率): the share of first-year premium, and of policies, kept to month 13.

    On the screen, without a range: the cohorts whose month falls due in the last year. Programs get all of them.
    """
    first, last = cohorts(cohort_from, cohort_to)
    by_cohort = not asked["by"] or "cohort" in asked["by"]
    if session.form == "table" and by_cohort and not (first or last or policies or asked["rolling"]):
        last = last_cohort(session.as_of, int(month))
        first = add_months(last, 1 - COHORTS)
    session.print(
        lambda facts: persistency_figure(
            facts.book, profile, month=int(month), cohort_from=first, cohort_to=last, as_of=session.as_of, **asked
        ),
        behind="policies" if policies else "",
    )


metrics.add_command(gap)
for command in (
    *services.FIGURES, *forecast.FIGURES, *collection.FIGURES, *referrals.FIGURES, *appraisal.FIGURES,
):  # fmt: skip
    metrics.add_command(command)

COMMANDS = [metrics]
