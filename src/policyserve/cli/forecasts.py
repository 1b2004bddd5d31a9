"""Commands that look ahead and ask what service is worth: forecast, survival, worth, value."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl
import rich_click as click

from policyserve import db, operations
from policyserve.cli.forecast_words import coded, explained, headings
from policyserve.cli.options import DATE, Decorator, Session, shared
from policyserve.cli.output import Row, decimal, note, numbers_in, percent, show
from policyserve.cli.profiles import PROFILE
from policyserve.errors import PolicyserveError
from policyserve.metrics import first_year, groupings, rates, value
from policyserve.metrics.cohorts import cohort_month
from policyserve.metrics.profiles import Profile
from policyserve.metrics.survival import ALLOWED, at_months
from policyserve.metrics.survival import survival as survival_curve

if TYPE_CHECKING:
    from policyserve.book.columns import Book
    from policyserve.metrics.backtest import Backtest
    from policyserve.metrics.forecast import Forecast

CONFIDENCE = click.option(
    "--confidence", type=click.FloatRange(0.5, 0.999), default=0.95, show_default=True, help="What an interval holds."
)


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
    _needs()
    book = _book(session)
    if backtest:
        _print_backtest(session, book, asked["confidence"])
        return
    from policyserve.metrics.forecast import forecast_policies

    first, last = _cohort(asked["cohort_from"]), _cohort(asked["cohort_to"])
    if first and last and last < first:
        raise PolicyserveError(f"--cohort-from {first:%Y-%m} lies after --cohort-to; give the earlier month first.")
    made = forecast_policies(book, as_of=session.as_of, method=asked["method"], cohort_from=first, cohort_to=last)
    if policies:
        _print_policies(session, book, made)
    else:
        _print_forecast(session, book, made, by, asked["confidence"])


def _cohort(text: str | None) -> date | None:
    return cohort_month(text) if text else None


def _print_forecast(session: Session, book: Book, made: Forecast, by: tuple[str, ...], confidence: float) -> None:
    from policyserve.metrics.forecast import forecast as summed

    rows = summed(made, by=by, book=book, confidence=confidence).to_dicts()
    fields = groupings.fields_of(by, list(groupings.FIELDS))
    columns = [*fields, "currency", "denominator", "kept", "expected", "ratio", "interval", "open_policies"]
    people = [{**row, "interval": _range(row, "lower", "upper")} for row in rows]
    _print(session, rows, people, columns, amounts=("denominator", "kept", "open", "expected"), ratios=("ratio",))
    told = {"confidence": confidence, "learnt_from": made.learnt_from, "as_of": made.as_of}
    _explain(session, "forecast", method=coded(made.method, session.language), **told)


def _print_policies(session: Session, book: Book, made: Forecast) -> None:
    from policyserve.metrics.forecast import policies_forecast

    rows = policies_forecast(made, book).to_dicts()
    people = [{**row, "stage": coded(row["stage"], session.language)} for row in rows]
    columns = ["policy_no", "cohort", "due_on", "cutoff_on", "stage", "chance", "if_kept", "currency"]
    _print(session, rows, people, columns, amounts=("if_kept",), ratios=("chance",))


def _print_backtest(session: Session, book: Book, confidence: float) -> None:
    from policyserve.metrics import backtest

    tried = backtest.backtest(book, as_of=session.as_of, confidence=confidence)
    rows = backtest.scores(tried).rename({"kept": "came"}).to_dicts()
    codes = {name: [coded(row[name], session.language) for row in rows] for name in ("method", "stage")}
    people = [
        {**row, "method": method, "stage": stage, "brier": f"{row['brier']:.4f}", "foreseen": row["expected"]}
        for row, method, stage in zip(rows, codes["method"], codes["stage"], strict=True)
    ]
    columns = ["method", "stage", "policies", "brier", "gain", "foreseen", "came"]
    _print(session, rows, people, columns, ratios=("gain", "foreseen", "came"))
    _explain(session, "backtest")
    if session.form == "table":
        _print_calibration(session, tried)


def _print_calibration(session: Session, tried: Backtest) -> None:
    from policyserve.metrics import backtest

    bins = backtest.calibration(tried).rename({"kept": "came", "expected": "foreseen"}).to_dicts()
    shown = ("chance_from", "foreseen", "came", "error")
    click.echo()
    _print(session, bins, bins, ["chance_from", "policies", "foreseen", "came", "error"], ratios=shown)
    _explain(session, "calibration", **backtest.coverage(tried).row(0, named=True))


@click.command()
@_by(ALLOWED)
@PROFILE
@click.option("--curve", is_flag=True, help="Every day on which a policy was lost or left, not only some months.")
@CONFIDENCE
@shared
def survival(session: Session, *, by: tuple[str, ...], profile: Profile, curve: bool, confidence: float) -> None:
    """How long policies are kept (留存曲线, Kaplan-Meier)."""
    book = operations.read_book(session.engine)
    fields = groupings.fields_of(by, ALLOWED)
    whole = survival_curve(book, profile, by=by, as_of=session.as_of, confidence=confidence)
    rows = (whole if curve else at_months(whole, by=fields)).to_dicts()
    people = [{**row, "interval": _range(row, "lower", "upper")} for row in rows]
    _print(
        session, rows, people, [*fields, "days" if curve else "month", "at_risk", "lost", "survival", "interval"],
        ratios=("survival",),
    )  # fmt: skip
    _explain(session, "survival", confidence=confidence, profile=profile.name)


@click.command()
@click.option("--landmark", type=click.IntRange(1, 60), default=11, show_default=True, help="Months after the issue.")
@click.option("--since", type=DATE, help="Policies issued from this day on; default when services were first recorded.")
@click.option("--curves", is_flag=True, help="The survival curves of the groups from the landmark on.")
@CONFIDENCE
@shared
def worth(session: Session, *, landmark: int, since: date | None, curves: bool, confidence: float) -> None:
    """What first-year service is worth: how policies fare with all, some, or none of it (服务价值)."""
    _needs()
    from policyserve.metrics import worth as worths

    found = worths.worth(_book(session), as_of=session.as_of, landmark=landmark, since=since, confidence=confidence)
    groups = found.groups.with_columns(pl.col("services").cast(pl.String))
    rows = found.curves.with_columns(pl.col("services").cast(pl.String)) if curves else groups.join(
        found.ratios.rename({"ratio": "hazard_ratio", "lower": "ratio_lower", "upper": "ratio_upper"}),
        on="services", how="left", maintain_order="left",
    )  # fmt: skip
    people = [_worth_for_people(row, session.language) for row in rows.to_dicts()]
    columns = ["services", "policies", "lost", "survival", "interval", "hazard_ratio", "persistency"]
    columns = ["services", "days", "at_risk", "lost", "survival", "interval"] if curves else [
        *columns, "referred_per_100", "add_on_share",
    ]  # fmt: skip
    _print(session, rows.to_dicts(), people, columns, ratios=("survival", "persistency", "add_on_share"))
    _explain(session, "worth", since=found.since, landmark=landmark, confidence=confidence, p=_p(found.log_rank_p))
    _explain(session, f"worth.{worths.effect(found)}")
    _explain(session, "worth.caveat")


def _worth_for_people(row: Row, language: str) -> dict[str, Any]:
    ratio, referred = row.get("hazard_ratio"), row.get("referred_per_100")
    limits = None if ratio is None else f"({row['ratio_lower']:.2f}-{row['ratio_upper']:.2f})"
    return {
        **row,
        "services": coded(row["services"], language),
        "interval": _range(row, "lower", "upper"),
        "hazard_ratio": "-" if ratio is None else f"{ratio:.2f} {limits}",
        "referred_per_100": "-" if referred is None else f"{referred:.1f}",
    }


def _p(chance: float | None) -> str:
    return "-" if chance is None else f"= {chance:.4f}" if chance >= 0.0001 else "< 0.0001"


@click.command(name="value")
@click.argument("customer_no", required=False)
@click.option("--agents", is_flag=True, help="The books of agents instead of customers.")
@click.option("--top", type=click.IntRange(1, 100_000), default=20, show_default=True, help="How many to show.")
@click.option("--rates", "file", type=click.Path(path_type=Path), help="Your commission rates; default a sample.")
@shared
def value_(session: Session, *, customer_no: str | None, agents: bool, top: int, file: Path | None) -> None:
    """What customers and books are worth in commission, referrals included (客户价值)."""
    table = rates.load_rates(file)
    book = operations.read_book(session.engine)
    if agents and customer_no is not None:
        raise PolicyserveError("Ask about one customer or about the books of agents (--agents), not both at once.")
    if agents:
        frame = value.agent_value(book, table, as_of=session.as_of).head(top)
        columns = ["agent_no", "team", "branch", "currency", "customers", "policies", *value.OF_AGENT]
    else:
        frame = value.customer_value(book, table, as_of=session.as_of, customer_no=customer_no, top=top)
        columns = ["customer_no", "currency", "policies", *value.PARTS, "people"]
    amounts = value.OF_AGENT if agents else value.PARTS
    _print(session, frame.to_dicts(), frame.to_dicts(), columns, amounts=amounts)
    _explain(session, "value", rates=table.name, as_of=session.as_of)


def _needs() -> None:
    if find_spec("numpy") is None:
        raise PolicyserveError(
            "Forecasts need a library that is not installed; install it with: pip install 'policyserve[forecast]'."
        )


def _book(session: Session) -> Book:
    with db.reading(session.engine) as connection:
        return first_year.with_policy_contacts(operations.read_book(session.engine), connection, as_of=session.as_of)


def _range(row: Row, low: str, high: str) -> str:
    return "-" if row.get(low) is None else f"{row[low]:.1%} - {row[high]:.1%}"


def _print(
    session: Session,
    rows: Sequence[Row],
    people: Sequence[Row],
    columns: list[str],
    *,
    amounts: Sequence[str] = (),
    ratios: Sequence[str] = (),
) -> None:
    """Print exact figures for programs, and `people` rows, rounded, in tables."""
    exact = [{**row, **_decimals(row, amounts)} for row in rows]
    shown = [{**row, **_readable(row, amounts, ratios)} for row in people]
    show(
        shown if session.form == "table" else exact, session.form, columns=columns, language=session.language,
        headings=headings(columns, session.language), numeric=numbers_in(rows).union(amounts, ratios, ["interval"]),
    )  # fmt: skip


def _decimals(row: Row, amounts: Sequence[str]) -> Mapping[str, str]:
    return {name: str(decimal(row[name] or 0, row["currency"])) for name in amounts if name in row}


def _readable(row: Row, amounts: Sequence[str], ratios: Sequence[str]) -> Mapping[str, str]:
    money = {name: f"{decimal(row[name] or 0, row['currency']):,.0f}" for name in amounts if name in row}
    return {**money, **{name: percent(row[name]) for name in ratios if name in row}}


def _explain(session: Session, key: str, **values: object) -> None:
    if session.form == "table":
        note(f"\n{explained(key, session.language, **values)}")


FIGURES: list[click.Command] = [forecast, survival, worth, value_]
"""To be added to the group `metrics`."""
