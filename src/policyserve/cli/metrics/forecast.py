"""Commands that look ahead: forecast, survival, worth of service, value."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import Any

import rich_click as click

from policyserve.cli.metrics.profile_option import PROFILE
from policyserve.cli.option_types import DATE
from policyserve.cli.options import Session, figure_options, grouped_by
from policyserve.errors import PolicyserveError, QuestionError
from policyserve.metrics import groupings
from policyserve.metrics.commission import rates
from policyserve.metrics.commission.figures import value_of_agents, value_of_customers
from policyserve.metrics.forecast.survival import ALLOWED
from policyserve.metrics.persistency.figures import cohorts
from policyserve.metrics.profiles.profile import Profile

LIBRARIES = {"numpy": "numpy", "sklearn": "scikit-learn", "lifelines": "lifelines"}
"""What forecasts and the worth of service are worked out with: modules, and what they are installed as."""

CONFIDENCE = click.option(
    "--confidence", type=click.FloatRange(0.5, 0.999), default=0.95, show_default=True, help="What an interval holds."
)


def check_libraries() -> None:
    """Raise PolicyserveError where a library is missing: it names it, and how it is installed."""
    missing = [name for module, name in LIBRARIES.items() if find_spec(module) is None]
    if missing:
        raise PolicyserveError(
            "This figure is worked out with libraries that are not installed ({missing}); install them "
            "with: pip install 'policyserve[forecast]'.",
            missing=", ".join(missing),
        )


@click.command()
@grouped_by(list(groupings.FIELDS), "cohort")
@click.option("--cohort-from", metavar="YYYY-MM", help="The first month; default all cohorts with something open.")
@click.option("--cohort-to", metavar="YYYY-MM", help="The last month of effective dates.")
@click.option(
    "--method", type=click.Choice(["hazard", "kaplan-meier", "base-rate"]), default="hazard", show_default=True,
    help="How chances are estimated; a hazard that the past does not carry gives way to Kaplan-Meier.",
)  # fmt: skip
@click.option("--policies", is_flag=True, help="List the open policies with their chances, the least likely first.")
@click.option("--backtest", is_flag=True, help="Compare past forecasts with what came.")
@CONFIDENCE
@figure_options
def forecast(
    session: Session, *, policies: bool, backtest: bool, cohort_from: str | None, cohort_to: str | None,
    confidence: float, **asked: Any,
) -> None:  # fmt: skip
    """What 13-month persistency will come to, with an interval (继续率预测)."""
    check_libraries()
    from policyserve.metrics.forecast.figures import backtest_figure, forecast_figure

    if backtest:
        session.print(
            lambda facts: backtest_figure(facts.book_with_services, confidence=confidence, as_of=session.as_of)
        )
        return
    first, last = cohorts(cohort_from, cohort_to)
    session.print(
        lambda facts: forecast_figure(
            facts.book_with_services, cohort_from=first, cohort_to=last, confidence=confidence, as_of=session.as_of,
            **asked,
        ),
        behind="policies" if policies else "",
    )  # fmt: skip


@click.command()
@grouped_by(ALLOWED)
@PROFILE
@click.option("--curve", is_flag=True, help="Every day on which a policy was lost or left, not only some months.")
@CONFIDENCE
@figure_options
def survival(session: Session, *, profile: Profile, **asked: Any) -> None:
    """How long policies are kept (留存曲线, Kaplan-Meier)."""
    from policyserve.metrics.forecast.survival_figure import survival_figure

    session.print(lambda facts: survival_figure(facts.book, profile, as_of=session.as_of, **asked))


@click.command()
@click.option("--landmark", type=click.IntRange(1, 60), default=11, show_default=True, help="Months after the issue.")
@click.option("--since", type=DATE, help="Policies issued from this day on; default when services were first recorded.")
@click.option("--curves", is_flag=True, help="The survival curves of the groups from the landmark on.")
@CONFIDENCE
@figure_options
def worth(session: Session, **asked: Any) -> None:
    """What first-year service is worth: how policies fare with all, some, or none of it (服务价值)."""
    check_libraries()
    from policyserve.metrics.services.worth_figure import worth_figure

    session.print(lambda facts: worth_figure(facts.book_with_services, as_of=session.as_of, **asked))


@click.command(name="value")
@click.argument("customer_no", required=False)
@click.option("--agents", is_flag=True, help="The books of agents instead of customers.")
@click.option("--top", type=click.IntRange(1, 100_000), default=20, show_default=True, help="How many to show.")
@click.option("--rates", "file", type=click.Path(path_type=Path), help="Your commission rates; default a sample.")
@figure_options
def value_(session: Session, *, customer_no: str | None, agents: bool, top: int, file: Path | None) -> None:
    """What customers and books are worth in commission, referrals included (客户价值)."""
    table = rates.load_rates(file)
    if agents and customer_no is not None:
        raise QuestionError("Ask about one customer or about the books of agents (--agents), not both at once.")
    if agents:
        session.print(lambda facts: value_of_agents(facts.book, table, top=top, as_of=session.as_of))
    else:
        session.print(
            lambda facts: value_of_customers(facts.book, table, customer_no=customer_no, top=top, as_of=session.as_of)
        )


FIGURES: list[click.Command] = [forecast, survival, worth, value_]
"""To be added to the group `metrics`."""
