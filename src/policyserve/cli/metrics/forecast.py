"""Commands that look ahead: forecast, survival, value."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import rich_click as click

from policyserve.cli.metrics.fit_options import CONFIDENCE, book_with_services, check_libraries
from policyserve.cli.metrics.profile_option import PROFILE
from policyserve.cli.metrics.worth import worth
from policyserve.cli.options import Decorator, Session, shared
from policyserve.cli.screen.forecast_tables import explain, interval_of, print_rows, tell_title, with_day
from policyserve.cli.words.forecast_words import coded
from policyserve.errors import QuestionError
from policyserve.metrics import groupings
from policyserve.metrics.commission import rates, value
from policyserve.metrics.forecast.survival import ALLOWED, at_months
from policyserve.metrics.forecast.survival import survival as survival_curve
from policyserve.metrics.persistency.cohorts import cohort_month
from policyserve.metrics.profiles.profile import Profile
from policyserve.operations.figures import read_book

if TYPE_CHECKING:
    from policyserve.book.columns import Book
    from policyserve.metrics.forecast.backtest import Backtest
    from policyserve.metrics.forecast.forecast import Forecast


def _by(allowed: Sequence[str], *default: str) -> Decorator:
    return click.option(
        "--by", multiple=True, type=click.Choice(allowed), default=default, show_default=bool(default),
        help="What to group by; may be repeated.",
    )  # fmt: skip


@click.command()
@_by(list(groupings.FIELDS), "cohort")
@click.option("--cohort-from", metavar="YYYY-MM", help="The first month; default all cohorts with something open.")
@click.option("--cohort-to", metavar="YYYY-MM", help="The last month of effective dates.")
@click.option(
    "--method", type=click.Choice(["hazard", "kaplan-meier", "base-rate"]), default="hazard", show_default=True,
    help="How chances are estimated; a hazard that the past does not carry gives way to Kaplan-Meier.",
)  # fmt: skip
@click.option("--policies", is_flag=True, help="List the open policies with their chances, the least likely first.")
@click.option("--backtest", is_flag=True, help="Compare past forecasts with what came.")
@CONFIDENCE
@shared
def forecast(session: Session, *, by: tuple[str, ...], policies: bool, backtest: bool, **asked: Any) -> None:
    """What 13-month persistency will come to, with an interval (继续率预测)."""
    check_libraries()
    book = book_with_services(session)
    if backtest:
        _print_backtest(session, book, asked["confidence"])
        return
    from policyserve.metrics.forecast.forecast import forecast_policies

    first, last = _cohort(asked["cohort_from"]), _cohort(asked["cohort_to"])
    if first and last and last < first:
        raise QuestionError(
            "--cohort-from {first:%Y-%m} lies after --cohort-to; give the earlier month first.", first=first
        )
    made = forecast_policies(book, as_of=session.as_of, method=asked["method"], cohort_from=first, cohort_to=last)
    if policies:
        _print_policies(session, book, made)
    else:
        _print_forecast(session, book, made, by, asked["confidence"])


def _cohort(text: str | None) -> date | None:
    return cohort_month(text) if text else None


def _print_forecast(session: Session, book: Book, made: Forecast, by: tuple[str, ...], confidence: float) -> None:
    from policyserve.metrics.forecast.forecast import forecast as summed

    rows = summed(made, by=by, book=book, confidence=confidence).to_dicts()
    fields = groupings.fields_of(by, list(groupings.FIELDS))
    columns = [*fields, "currency", "denominator", "kept", "expected", "ratio", "interval", "open_policies", "status"]
    people = [{**row, "interval": interval_of(row)} for row in rows]
    tell_title(session, "forecast", rows, profile=made.results.profile.name)
    print_rows(session, rows, people, columns, amounts=("denominator", "kept", "open", "expected"), ratios=("ratio",))
    told = {"confidence": confidence, "learnt_from": made.learnt_from, "as_of": made.as_of}
    explain(session, "forecast", method=coded(made.method, session.language), **told)


def _print_policies(session: Session, book: Book, made: Forecast) -> None:
    from policyserve.metrics.forecast.forecast import policies_forecast

    asked = {"profile": made.results.profile.name, "as_of": made.as_of}
    rows = [{**row, **asked} for row in policies_forecast(made, book).to_dicts()]
    people = [{**row, "stage": coded(row["stage"], session.language)} for row in rows]
    columns = ["policy_no", "cohort", "due_on", "cutoff_on", "stage", "chance", "if_kept", "currency"]
    tell_title(session, "forecast.policies", profile=made.results.profile.name)
    print_rows(session, rows, people, columns, amounts=("if_kept",), ratios=("chance",))


def _print_backtest(session: Session, book: Book, confidence: float) -> None:
    from policyserve.metrics.forecast import backtest

    tried = backtest.backtest(book, as_of=session.as_of, confidence=confidence)
    rows = with_day(session, backtest.scores(tried).rename({"kept": "came"}).to_dicts())
    codes = {name: [coded(row[name], session.language) for row in rows] for name in ("method", "stage")}
    people = [
        {**row, "method": method, "stage": stage, "brier": f"{row['brier']:.4f}", "foreseen": row["expected"]}
        for row, method, stage in zip(rows, codes["method"], codes["stage"], strict=True)
    ]
    columns = ["method", "stage", "policies", "brier", "gain", "foreseen", "came"]
    tell_title(session, "backtest")
    print_rows(session, rows, people, columns, ratios=("gain", "foreseen", "came"))
    explain(session, "backtest")
    if session.form == "table":
        _print_calibration(session, tried)


def _print_calibration(session: Session, tried: Backtest) -> None:
    from policyserve.metrics.forecast import backtest

    bins = backtest.calibration(tried).rename({"kept": "came", "expected": "foreseen"}).to_dicts()
    shown = ("chance_from", "foreseen", "came", "error")
    click.echo()
    tell_title(session, "calibration")
    print_rows(session, bins, bins, ["chance_from", "policies", "foreseen", "came", "error"], ratios=shown)
    explain(session, "calibration", **backtest.coverage(tried).row(0, named=True))


@click.command()
@_by(ALLOWED)
@PROFILE
@click.option("--curve", is_flag=True, help="Every day on which a policy was lost or left, not only some months.")
@CONFIDENCE
@shared
def survival(session: Session, *, by: tuple[str, ...], profile: Profile, curve: bool, confidence: float) -> None:
    """How long policies are kept (留存曲线, Kaplan-Meier)."""
    book = read_book(session.engine)
    fields = groupings.fields_of(by, ALLOWED)
    whole = survival_curve(book, profile, by=by, as_of=session.as_of, confidence=confidence)
    found = (whole if curve else at_months(whole, by=fields)).to_dicts()
    rows = [{**row, "profile": profile.name} for row in with_day(session, found)]
    people = [{**row, "interval": interval_of(row)} for row in rows]
    tell_title(session, "survival", profile=profile.name)
    print_rows(
        session, rows, people, [*fields, "days" if curve else "month", "at_risk", "lost", "survival", "interval"],
        ratios=("survival",),
    )  # fmt: skip
    explain(session, "survival", confidence=confidence, profile=profile.name)


@click.command(name="value")
@click.argument("customer_no", required=False)
@click.option("--agents", is_flag=True, help="The books of agents instead of customers.")
@click.option("--top", type=click.IntRange(1, 100_000), default=20, show_default=True, help="How many to show.")
@click.option("--rates", "file", type=click.Path(path_type=Path), help="Your commission rates; default a sample.")
@shared
def value_(session: Session, *, customer_no: str | None, agents: bool, top: int, file: Path | None) -> None:
    """What customers and books are worth in commission, referrals included (客户价值)."""
    table = rates.load_rates(file)
    book = read_book(session.engine)
    if agents and customer_no is not None:
        raise QuestionError("Ask about one customer or about the books of agents (--agents), not both at once.")
    if agents:
        frame = value.agent_value(book, table, as_of=session.as_of).head(top)
        columns = ["agent_no", "team", "branch", "currency", "customers", "policies", *value.OF_AGENT]
    else:
        frame = value.customer_value(book, table, as_of=session.as_of, customer_no=customer_no, top=top)
        columns = ["customer_no", "currency", "policies", *value.PARTS, "people"]
    amounts = value.OF_AGENT if agents else value.PARTS
    rows = [{**row, "rates": table.name} for row in with_day(session, frame.to_dicts())]
    tell_title(session, "value.agents" if agents else "value")
    print_rows(session, rows, rows, columns, amounts=amounts)
    explain(session, "value", rates=table.name, as_of=session.as_of)


FIGURES: list[click.Command] = [forecast, survival, worth, value_]
"""To be added to the group `metrics`."""
