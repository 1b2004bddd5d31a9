"""Commands that print figures: persistency here, the others by their nouns."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import polars as pl
import rich_click as click

from policyserve.book.columns import Book
from policyserve.cli.metrics import collection, forecast, referrals, services
from policyserve.cli.metrics.gap import gap
from policyserve.cli.metrics.profile_option import PROFILE
from policyserve.cli.options import Session, shared
from policyserve.cli.screen.codes import coded
from policyserve.cli.screen.output import Row, decimal, note, numbers_in, percent, show, tell
from policyserve.cli.words.figure_words import say, with_names
from policyserve.dates import add_months
from policyserve.errors import QuestionError
from policyserve.metrics import groupings
from policyserve.metrics.persistency.cohorts import cohort_month
from policyserve.metrics.persistency.persistency import (
    SMALL,
    PolicyResults,
    persistency,
    policies_behind,
    policy_results,
)
from policyserve.metrics.persistency.rolling import check_rolling
from policyserve.metrics.profiles.description import profile_sentence
from policyserve.metrics.profiles.profile import BASES, CUTOFFS, MONTHS, Profile
from policyserve.operations.figures import read_book

KEPT = 0.88
"""13-month persistency that the service standard asks for."""


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
@shared
def persistency_(
    session: Session, *, month: str, profile: Profile, by: tuple[str, ...], policies: bool, **asked: Any
) -> None:
    """Persistency (继续率): the share of first-year premium, and of policies, kept to month 13."""
    first, last = _cohort(asked["cohort_from"]), _cohort(asked["cohort_to"])
    if first and last and last < first:
        raise QuestionError(
            "--cohort-from {first:%Y-%m} lies after --cohort-to {last:%Y-%m}; give the earlier first.",
            first=first,
            last=last,
        )
    rolling: int | None = asked["rolling"]
    groups = by or (("cohort",) if profile.window == "month" or rolling else ("year",))
    fields = groupings.fields_of(groups, list(groupings.FIELDS))
    if rolling:
        check_rolling(fields, rolling)
    book = read_book(session.engine)
    results = policy_results(
        book,
        profile,
        month=int(month),
        cutoff=asked["cutoff"],
        as_of=session.as_of,
        cohort_from=first and add_months(first, 1 - (rolling or 1)) if not policies else first,
        cohort_to=last,
    )
    if session.form == "table":
        _title(session, results, rolling)
    if policies:
        _show_policies(session, results, book)
        return
    figures = persistency(results, by=groups, rolling=rolling, book=book)
    if rolling and first:
        figures = figures.filter(pl.col("cohort") >= asked["cohort_from"])
    _show_persistency(session, figures.to_dicts(), fields, results)


def _title(session: Session, results: PolicyResults, rolling: int | None) -> None:
    """Say above the table what was asked."""
    question = {"month": results.month, "profile": results.profile.name, "cutoff": results.cutoff}
    more = say("metrics.rolling", session.language, months=rolling) if rolling else ""
    tell(say("metrics.title", session.language, as_of=results.as_of, **question) + more)


def _show_policies(session: Session, results: PolicyResults, book: Book) -> None:
    columns = ["policy_no", "cohort", "due_on", "grace_end", "state", "kept", "reason", "denominator", "numerator"]
    rows = policies_behind(results, book=book).to_dicts()
    if session.form == "table":
        rows = [{**row, "reason": row["reason"] and coded(row["reason"], session.language)} for row in rows]
    _show(session, rows, columns, amounts=("numerator", "denominator", "restated"))


def _show_persistency(session: Session, rows: Sequence[Row], fields: Sequence[str], results: PolicyResults) -> None:
    """Print the figures by what the profile adds up, and under them what the marks and the figures mean."""
    by_premium, by_count = (basis in results.profile.bases for basis in BASES)
    columns = [*fields]
    if any("since" in row for row in rows):
        columns.insert(fields.index("cohort"), "since")
    columns += ["numerator", "denominator", "ratio"] if by_premium else []
    columns += ["numerator_count", "denominator_count", "ratio_count"] if by_count else ["denominator_count"]
    restated = any(row["restated_count"] > row["numerator_count"] for row in rows)
    headline = "ratio" if results.profile.bases[0] == "premium" else "ratio_count"
    columns += [f"restated_{headline}"] if restated else []
    _show(
        session, rows, [*columns, "status", "pending", "excluded"], headline=headline,
        target=KEPT if results.month == 13 else None, amounts=("numerator", "denominator", "restated"),
        ratios=("ratio", "ratio_count", "restated_ratio", "restated_ratio_count"),
    )  # fmt: skip
    if session.form == "table":
        _legend(session, rows, headline, restated=restated, target=KEPT if results.month == 13 else None)
        note(f"\n{profile_sentence(results.profile, results.month, results.cutoff, session.language)}")


def _legend(session: Session, rows: Sequence[Row], headline: str, *, restated: bool, target: float | None) -> None:
    """Explain the marks that the table shows."""
    if target and any(row[headline] is not None and row[headline] < target for row in rows):
        click.echo(say("metrics.below", session.language, target=f"{target:.0%}"))
    if any(row["small"] for row in rows):
        click.echo(say("metrics.small", session.language, count=SMALL))
    if restated:
        click.echo(say("metrics.restated", session.language))


def _cohort(text: str | None) -> date | None:
    return cohort_month(text) if text else None


def _show(
    session: Session,
    rows: Sequence[Row],
    columns: Sequence[str],
    *,
    amounts: Sequence[str] = (),
    ratios: Sequence[str] = (),
    target: float | None = None,
    headline: str = "ratio",
) -> None:
    """Print rows: exact amounts and ratios for programs, readable ones for people; a currency that all share not."""
    kept = list(columns)
    if len({row.get("currency") for row in rows}) > 1:
        kept.insert(kept.index("numerator") if "numerator" in kept else 0, "currency")
    people = session.form == "table"
    made = [
        with_names(_for_people(row, amounts, ratios, target, headline), session.language)
        if people
        else _for_programs(row, amounts)
        for row in rows
    ]
    show(made, session.form, columns=kept, language=session.language, numeric=numbers_in(rows).union(amounts, ratios))


def _for_programs(row: Row, amounts: Sequence[str]) -> dict[str, Any]:
    exact = {name: str(decimal(row[name] or 0, row["currency"])) for name in amounts if name in row}
    return {**row, **exact}


def _for_people(
    row: Row, amounts: Sequence[str], ratios: Sequence[str], target: float | None, headline: str
) -> dict[str, Any]:
    readable: dict[str, Any] = {
        name: f"{decimal(row[name] or 0, row['currency']):,.0f}" for name in amounts if name in row
    }
    readable |= {name: percent(row[name], target if name == headline else None) for name in ratios}
    if target is not None and row[headline] is not None and row[headline] < target:
        readable[headline] += " ▼"
    if row.get("small"):
        readable["ratio_count"] += " *"
    return {**row, **readable}


metrics.add_command(gap)
for command in (*services.FIGURES, *forecast.FIGURES, *collection.FIGURES, *referrals.FIGURES):
    metrics.add_command(command)

COMMANDS = [metrics]
