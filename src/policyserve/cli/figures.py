"""Commands that print figures: the three targets, each with numerator, denominator, status and definition."""

from __future__ import annotations

from datetime import date
from typing import Any

import rich_click as click

from policyserve import operations
from policyserve.cli.options import Session, shared
from policyserve.cli.output import decimal, note, percent, show
from policyserve.metrics import groupings
from policyserve.metrics.cohorts import cohort_month

# from policyserve.metrics.definitions import definition
from policyserve.metrics.persistency import persistency, policies_behind, policy_results
from policyserve.metrics.profiles import CUTOFFS, MONTHS, PROFILES, profile_named

TARGET = 0.88
"""13-month persistency that the service standard asks for."""


@click.group()
def metrics() -> None:
    """Figures with numerator, denominator, status and definition."""


def by_option(*allowed: str, default: tuple[str, ...]) -> Any:
    """Add `--by`, which may be repeated."""
    return click.option(
        "--by", multiple=True, type=click.Choice(allowed), default=default, show_default=True,
        help="What to group by; may be repeated.",
    )  # fmt: skip


@metrics.command(name="persistency")
@click.option("--month", type=click.Choice([str(month) for month in MONTHS]), default="13", show_default=True)
@click.option("--profile", type=click.Choice(list(PROFILES)), default="CN_COMPANY", show_default=True)
@click.option("--cutoff", type=click.Choice(CUTOFFS), default="strict", show_default=True)
@by_option(*groupings.FIELDS, default=("cohort",))
@click.option("--cohort-from", metavar="YYYY-MM", help="The first month of effective dates.")
@click.option("--cohort-to", metavar="YYYY-MM", help="The last month of effective dates.")
@click.option("--policies", is_flag=True, help="List the policies behind the figures, also those left out and why.")
@shared
def persistency_(
    session: Session,
    *,
    month: str,
    profile: str,
    cutoff: Any,
    by: tuple[str, ...],
    cohort_from: str | None,
    cohort_to: str | None,
    policies: bool,
) -> None:
    """Persistency (继续率): the share of first-year premium, and of policies, kept to month 13."""
    book = operations.read_book(session.engine)
    results = policy_results(
        book,
        profile_named(profile),
        month=int(month),
        cutoff=cutoff,
        as_of=session.as_of,
        cohort_from=_cohort(cohort_from),
        cohort_to=_cohort(cohort_to),
    )
    if policies:
        _list_policies(session, policies_behind(results, book=book).to_dicts())
        return
    rows = [_persistency_row(row) for row in persistency(results, by=by, book=book).to_dicts()]
    fields = groupings.fields_of(by, list(groupings.FIELDS))
    columns = [*fields, "numerator", "denominator", "ratio", "numerator_count", "denominator_count", "ratio_count"]
    columns += ["status", "pending", "excluded"]
    if len({row["currency"] for row in rows}) > 1:
        columns.insert(len(fields), "currency")
    shown = rows if session.form != "table" else [_for_people(row) for row in rows]
    show(shown, session.form, columns=columns, language=session.language)


def _cohort(text: str | None) -> date | None:
    return cohort_month(text) if text else None


def _persistency_row(row: dict[str, Any]) -> dict[str, Any]:
    amounts = {name: str(decimal(row[name] or 0, row["currency"])) for name in ("numerator", "denominator", "restated")}
    return {**row, **amounts}


def _for_people(row: dict[str, Any]) -> dict[str, Any]:
    ratio, count = percent(row["ratio"]), percent(row["ratio_count"])
    below = " ▼" if row["ratio"] is not None and row["ratio"] < TARGET else ""
    small = " (few)" if row["small"] else ""
    amounts = {name: f"{float(row[name]):,.0f}" for name in ("numerator", "denominator")}
    return {**row, **amounts, "ratio": ratio + below, "ratio_count": count + small}


def _list_policies(session: Session, rows: list[dict[str, Any]]) -> None:
    for row in rows:
        for name in ("numerator", "denominator", "restated"):
            row[name] = str(decimal(row[name] or 0, row["currency"]))
    columns = ["policy_no", "cohort", "due_on", "grace_end", "state", "reason", "denominator", "numerator"]
    show(rows, session.form, columns=columns, language=session.language)


COMMANDS = [metrics]
