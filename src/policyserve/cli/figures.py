"""Commands that print figures: the three targets and collection, each with its parts, status and definition."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import rich_click as click

from policyserve import operations
from policyserve.cli.options import DATE, Decorator, Session, shared
from policyserve.cli.output import Row, decimal, money, note, percent, show
from policyserve.cli.words import say
from policyserve.errors import PolicyserveError
from policyserve.metrics import add_ons, collection, groupings, referrals
from policyserve.metrics.cohorts import cohort_month
from policyserve.metrics.definitions import definition
from policyserve.metrics.persistency import persistency, policies_behind, policy_results
from policyserve.metrics.profiles import CUTOFFS, MONTHS, PROFILES, profile_named

KEPT = 0.88
"""13-month persistency that the service standard asks for."""


@click.group()
def metrics() -> None:
    """Figures with numerator, denominator, status and definition."""


def by_option(allowed: Sequence[str], *default: str) -> Decorator:
    """Add `--by`, which may be repeated."""
    return click.option(
        "--by", multiple=True, type=click.Choice(allowed), default=default, show_default=bool(default),
        help="What to group by; may be repeated.",
    )  # fmt: skip


YEAR = click.option("--year", type=click.IntRange(1900, 2200), help="The calendar year; default the current one.")


@metrics.command(name="persistency")
@click.option("--month", type=click.Choice([str(month) for month in MONTHS]), default="13", show_default=True)
@click.option("--profile", type=click.Choice(list(PROFILES)), default="CN_COMPANY", show_default=True)
@click.option("--cutoff", type=click.Choice(CUTOFFS), default="strict", show_default=True)
@by_option(list(groupings.FIELDS), "cohort")
@click.option("--cohort-from", metavar="YYYY-MM", help="The first month of effective dates.")
@click.option("--cohort-to", metavar="YYYY-MM", help="The last month of effective dates.")
@click.option("--policies", is_flag=True, help="List the policies behind the figures, also those left out and why.")
@shared
def persistency_(
    session: Session, *, month: str, profile: str, by: tuple[str, ...], policies: bool, **asked: Any
) -> None:
    """Persistency (继续率): the share of first-year premium, and of policies, kept to month 13."""
    first, last = _cohort(asked["cohort_from"]), _cohort(asked["cohort_to"])
    if first and last and last < first:
        raise PolicyserveError(
            f"--cohort-from {asked['cohort_from']} lies after --cohort-to; give the earlier month first."
        )
    book = operations.read_book(session.engine)
    results = policy_results(
        book,
        profile_named(profile),
        month=int(month),
        cutoff=asked["cutoff"],
        as_of=session.as_of,
        cohort_from=first,
        cohort_to=last,
    )
    if policies:
        rows = policies_behind(results, book=book).to_dicts()
        columns = ["policy_no", "cohort", "due_on", "grace_end", "state", "reason", "denominator", "numerator"]
        _show(session, rows, columns, amounts=("numerator", "denominator", "restated"))
        return
    rows = persistency(results, by=by, book=book).to_dicts()
    fields = groupings.fields_of(by, list(groupings.FIELDS))
    columns = [*fields, "numerator", "denominator", "ratio", "numerator_count", "denominator_count", "ratio_count"]
    _show(
        session, rows, [*columns, "status", "pending", "excluded"], metric="persistency", target=KEPT,
        amounts=("numerator", "denominator", "restated"), ratios=("ratio", "ratio_count"),
    )  # fmt: skip


def _cohort(text: str | None) -> date | None:
    return cohort_month(text) if text else None


@metrics.command(name="referrals")
@YEAR
@by_option(groupings.OF_AGENTS, "agent")
@shared
def referrals_(session: Session, *, year: int | None, by: tuple[str, ...]) -> None:
    """People referred by existing customers (转介绍), against three a year per agent."""
    book = operations.read_book(session.engine)
    rows = referrals.referrals(book, year or session.as_of.year, by=by, as_of=session.as_of).to_dicts()
    _show(
        session, rows, [*groupings.fields_of(by, groupings.OF_AGENTS), "year", "referred", "target"], metric="referrals"
    )


@metrics.command(name="add-ons")
@YEAR
@by_option(groupings.OF_AGENTS, "agent")
@shared
def add_ons_(session: Session, *, year: int | None, by: tuple[str, ...]) -> None:
    """The share of single-policy customers who bought again (加保率), against 10 %."""
    book = operations.read_book(session.engine)
    period = add_ons.calendar_year(year or session.as_of.year)
    rows = add_ons.add_ons(book, period, by=by, as_of=session.as_of).to_dicts()
    fields = groupings.fields_of(by, groupings.OF_AGENTS)
    columns = [*fields, "single_policy_customers", "bought", "ratio", "target"]
    _show(session, rows, columns, metric="add-ons", ratios=("ratio", "target"), target=add_ons.TARGET)


@metrics.command(name="collection")
@click.option("--from", "first", type=DATE, required=True, help="The first due day.")
@click.option("--to", "last", type=DATE, required=True, help="The last due day.")
@click.option("--policy-year", type=click.IntRange(2, 100), default=2, show_default=True, help="2 = second premiums.")
@click.option("--all-years", is_flag=True, help="All renewal premiums, whatever the policy year.")
@by_option(collection.ALLOWED)
@shared
def collection_(session: Session, *, first: date, last: date, all_years: bool, **asked: Any) -> None:
    """Premiums due in a period, and what became of them (收费率)."""
    rows = collection.collection(
        operations.read_book(session.engine),
        session.days(first, last),
        policy_year=None if all_years else asked["policy_year"],
        by=asked["by"],
        as_of=session.as_of,
    ).to_dicts()
    fields = groupings.fields_of(asked["by"], collection.ALLOWED)
    parts = ("due", *collection.FATES)
    columns = [*fields, "currency", *parts, "rate", "due_count"]
    headings = {"due": say("metrics.due", session.language)}
    _show(session, rows, columns, metric="collection", amounts=parts, ratios=("rate",), headings=headings)


@metrics.command()
@click.argument("customer_no", required=False)
@click.option(
    "--top", type=click.IntRange(1, 1000), default=10, show_default=True, help="How many centres of influence."
)
@shared
def influence(session: Session, *, customer_no: str | None, top: int) -> None:
    """Centres of influence (影响力中心): whose referrals brought most; with CUSTOMER_NO the tree of one of them."""
    book = operations.read_book(session.engine).as_of(session.as_of)
    if customer_no is None:
        rows = referrals.centres_of_influence(book, top).to_dicts()
        _show(session, rows, ["customer_no", "currency", *referrals.BROUGHT], amounts=_PREMIUMS)
        return
    tree = referrals.referral_tree(book, customer_no)
    _show(session, tree.to_dicts(), list(referrals.TREE), amounts=("premium",))
    if session.form == "table":
        for row in referrals.brought(tree).to_dicts():
            amounts = {name: money(row[name], row["currency"]) for name in _PREMIUMS}
            click.echo(say("metrics.influence", session.language, **{**row, **amounts}))


_PREMIUMS = ("premium", "premium_through", "premium_together")


def _show(
    session: Session,
    rows: Sequence[Row],
    columns: Sequence[str],
    *,
    metric: str | None = None,
    amounts: Sequence[str] = (),
    ratios: Sequence[str] = (),
    target: float | None = None,
    headings: Row | None = None,
) -> None:
    """Print figures: exact amounts and ratios for programs, readable ones with the definition for people."""
    several = len({row.get("currency") for row in rows}) > 1
    shown = [name for name in columns if name != "currency" or several or metric is None]
    if several and "currency" not in shown:
        shown.insert(shown.index("numerator") if "numerator" in shown else 0, "currency")
    people = session.form == "table"
    made = [_for_people(row, amounts, ratios, target) if people else _for_programs(row, amounts) for row in rows]
    show(made, session.form, columns=shown, language=session.language, headings=headings)
    if people and metric:
        note(f"\n{definition(metric, 'zh' if session.language == 'zh' else 'en')}")


def _for_programs(row: Row, amounts: Sequence[str]) -> dict[str, Any]:
    exact = {name: str(decimal(row[name] or 0, row["currency"])) for name in amounts if name in row}
    return {**row, **exact}


def _for_people(row: Row, amounts: Sequence[str], ratios: Sequence[str], target: float | None) -> dict[str, Any]:
    readable: dict[str, Any] = {
        name: f"{decimal(row[name] or 0, row['currency']):,.0f}" for name in amounts if name in row
    }
    readable |= {name: percent(row[name]) for name in ratios}
    if target is not None and row["ratio"] is not None and row["ratio"] < target:
        readable["ratio"] += " ▼"
    if row.get("small"):
        readable["ratio_count"] += " *"
    return {**row, **readable}


COMMANDS = [metrics]
