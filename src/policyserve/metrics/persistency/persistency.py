"""Persistency (继续率): the share of first-year premium, and of policies, kept to month 13, 25, 37, 49 or 61.

The rules are those of `docs/metrics/persistency.md`. `policy_results` judges every policy by itself, `persistency` adds
up.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import polars as pl

from policyserve.book.columns import Book
from policyserve.contracts.premiums import premium_steps
from policyserve.contracts.turns import policy_turns
from policyserve.dates import months_later
from policyserve.metrics.groupings import FIELDS, fields_of, with_policies
from policyserve.metrics.persistency.cohorts import LINE, cohort_policies
from policyserve.metrics.persistency.judgement import judged
from policyserve.metrics.persistency.later_suspension import lapsed_later
from policyserve.metrics.persistency.policy_groups import with_groups
from policyserve.metrics.persistency.policy_marks import events_of, marked
from policyserve.metrics.persistency.premiums_received import LOAN, as_paid, instalments, lent, received
from policyserve.metrics.persistency.riders import rider_premiums, riders, waivers
from policyserve.metrics.persistency.rolling_cohorts import check_rolling, rolled
from policyserve.metrics.profiles.profile import BASES, CN_COMPANY, Cutoff, Profile, checked_cutoff
from policyserve.metrics.targets import SMALL

RESULT = (
    "policy_id", "cohort", "due_on", "grace_end", "cutoff_on", "currency", "state", "reason", "denominator",
    "numerator", "restated", "denominator_count", "numerator_count", "restated_count",
)  # fmt: skip
"""The columns of a policy's result."""

MONEY = ("first", "last", "paid_on", "unpaid_due_on", "late_due_on")
"""What `premiums_received.received` adds and the judgement reads."""


@dataclass(frozen=True, kw_only=True)
class PolicyResults:
    """Every policy judged, and the question that it was judged by."""

    policies: pl.DataFrame
    """One row per policy, riders within it, sorted by `policy_id`; the columns of RESULT.

    `cohort`: first day of the month of the effective date; `due_on`, `grace_end`, `cutoff_on`: the premium of the month
    falls due, is last in time, counts no more; `state`: `counted`, `pending` (not yet due), `excluded`; `reason`: why
    excluded, or why a counted policy is missing in a numerator; `denominator`, `numerator`: annualised premium (minor
    units), 0 unless counted; `restated`: the numerator with what was reinstated after the cutoff;
    `denominator_count`, `numerator_count`, `restated_count`: the same in policies, 0 or 1.
    """
    profile: Profile
    month: int
    cutoff: Cutoff
    as_of: date


def policy_results(
    book: Book,
    profile: Profile = CN_COMPANY,
    *,
    month: int = 13,
    cutoff: Cutoff | None = None,
    as_of: date,
    cohort_from: date | None = None,
    cohort_to: date | None = None,
    unpaid_by: date | None = None,
) -> PolicyResults:
    """Judge every policy by what was known on `as_of`.

    `cutoff`: the profile's first where none is given. `cohort_from` and `cohort_to` are days in the first and the last
    cohort month wanted. `unpaid_by`: premiums after the month whose grace ends later than that day are taken as paid;
    `as_of` where none is given. Raises PolicyserveError for a month or cutoff that is none.
    """
    asked = checked_cutoff(profile, month, cutoff)
    known = book.as_of(as_of)
    mains = cohort_policies(
        known.policies,
        profile,
        month=month,
        cutoff=asked,
        cohort_from=cohort_from,
        cohort_to=cohort_to,
        turns=policy_turns(known),
    )
    asking = _Question(profile=profile, month=month, as_of=as_of, unpaid_by=unpaid_by or as_of)
    judged = _judged(known, mains, asking)
    return PolicyResults(policies=judged, profile=profile, month=month, cutoff=asked, as_of=as_of)


@dataclass(frozen=True, kw_only=True)
class _Question:
    profile: Profile
    month: int
    as_of: date
    unpaid_by: date


def _judged(known: Book, mains: pl.DataFrame, asking: _Question) -> pl.DataFrame:
    """Put together money, riders and events of all policies, then judge."""
    profile, as_of = asking.profile, asking.as_of
    asked = mains.filter(pl.col("reason").is_null() & (pl.col("due_on") <= as_of))
    turns = policy_turns(known)
    added = riders(known.policies, mains, profile, asking.month, turns)
    lines = pl.concat([asked.select(LINE), added.select(LINE)]).sort("policy_id")
    steps = premium_steps(known.events, lines)
    rows = instalments(lines, known.premiums, steps, turns)
    happened, to_riders = events_of(known.events, mains), events_of(known.events, added)
    counts = pl.lit(profile.premium_loan != "neither")
    loans = happened.filter(counts, pl.col("in_time"), pl.col("kind") == "premium_loan").select(LOAN)
    rows = as_paid(rows, loans) if profile.premium_loan == "both" else rows
    paid = received(lines, rows)
    kept = lent(asked, rows, loans, turns).with_columns(lent=pl.lit(value=True))
    marks = marked(mains, pl.concat([happened, waivers(to_riders, added)]), profile.exclusions)
    in_question = marks.filter(pl.col("reason").is_null(), pl.col("due_on") <= as_of)
    lapsed = lapsed_later(in_question, known, steps, loans, asking.unpaid_by)
    of_riders = rider_premiums(marked(added, to_riders, profile.exclusions), paid, steps)
    return (
        marks.join(paid.select("policy_id", *MONEY), on="policy_id", how="left", maintain_order="left")
        .join(kept, on="policy_id", how="left", suffix="_lent", maintain_order="left")
        .join(lapsed, on="policy_id", how="left", maintain_order="left")
        .join(of_riders, on="policy_id", how="left", maintain_order="left")
        .lazy()
        .pipe(judged, profile, as_of)
        .select(RESULT)
        .collect()
    )


def persistency(
    results: PolicyResults, *, by: Sequence[str] = (), rolling: int | None = None, book: Book
) -> pl.DataFrame:
    """Add the results up: a row per group and currency, sorted; never amounts of two currencies in one.

    `by`: groupings as in `groupings.FIELDS`. `rolling`: each cohort stands for so many months up to it. Columns: a
    field per grouping, `currency`, `numerator`, `denominator` (minor units), `ratio`, `numerator_count`,
    `denominator_count`, `ratio_count` (null where the denominator is 0, or the profile does not count so), `status`
    (`final` once `as_of` is after the last cutoff of the group's cohort, else `provisional`), `profile`, `month`,
    `cutoff`, `as_of`, `small` (fewer than 30 policies), `pending` and `excluded` (policies beside the figure),
    `restated` (the numerator with what was reinstated later) and its ratio, both also by count; rolling figures have
    `since`, the first cohort. Without any policy and grouping, one row of nulls. Raises PolicyserveError for a grouping
    that is none.
    """
    fields = fields_of(by, FIELDS)
    keys = [*fields, "currency"]
    groups = grouped(results, fields, book).group_by(keys).agg(*_SUMS)
    if rolling is not None:
        check_rolling(fields, rolling)
        groups = rolled(groups, keys, rolling)
    if groups.is_empty() and not fields:
        groups = pl.concat([groups, _nothing(groups.schema)])
    by_premium, by_count = (basis in results.profile.bases for basis in BASES)
    return groups.sort(keys).select(
        *(shown_field(field) for field in keys),
        "numerator", "denominator", ratio=_ratio("numerator", "denominator", by_premium),
        numerator_count="numerator_count", denominator_count="denominator_count",
        ratio_count=_ratio("numerator_count", "denominator_count", by_count),
        status=_status(results.as_of),
        profile=pl.lit(results.profile.name),
        month=pl.lit(results.month),
        cutoff=pl.lit(results.cutoff),
        as_of=pl.lit(results.as_of),
        small=pl.col("denominator_count") < SMALL,
        pending="pending",
        excluded="excluded",
        restated="restated",
        restated_ratio=_ratio("restated", "denominator", by_premium),
        restated_count="restated_count",
        restated_ratio_count=_ratio("restated_count", "denominator_count", by_count),
        **({"since": _month(months_later(pl.col("cohort"), 1 - rolling))} if rolling else {}),
    )  # fmt: skip


_SUMS = (
    pl.col(
        "numerator", "denominator", "numerator_count", "denominator_count", "restated", "restated_count"
    ).sum(),
    (pl.col("state") == "pending").sum().alias("pending"),
    (pl.col("state") == "excluded").sum().alias("excluded"),
    pl.when(pl.col("state") != "excluded").then("cutoff_on").max().alias("last_day"),
    pl.col("cutoff_on").max().alias("last_day_of_all"),
)  # fmt: skip


def grouped(results: PolicyResults, fields: Sequence[str], book: Book) -> pl.DataFrame:
    """Add the grouping `fields` to the results; `agent_no`, `team`, `branch` are those of the writing agent."""
    return with_groups(results.policies, fields, book, profile=results.profile, as_of=results.as_of)


def policies_behind(
    results: PolicyResults, *, group: dict[str, object] | None = None, by: Sequence[str] = (), book: Book
) -> pl.DataFrame:
    """List the policies behind a figure: `policy_no` and the results, also of those pending and left out.

    `by`: fields of groups that stand before them.

    `group`: the fields of the figure's row with their values, as shown (`{"cohort": "2025-03", "agent_no": "A1"}`).
    `kept` says what a counted policy brings: `both`, `premium`, `count`, `nothing`.
    """
    wanted = group or {}
    frame = grouped(results, [*wanted, *by], book)
    same = [shown_field(field).eq_missing(pl.lit(value)) for field, value in wanted.items()]
    found = frame.filter(*same) if same else frame
    shown: tuple[str | pl.Expr, ...] = (*by, "policy_no", shown_field("cohort"), *RESULT[2:])
    return with_policies(found, book, ["policy_no"]).select(*shown, kept=_KEPT)


_KEPT = (
    pl.when(pl.col("state") != "counted")
    .then(None)
    .when(pl.col("numerator") > 0)
    .then(pl.when(pl.col("numerator_count") > 0).then(pl.lit("both")).otherwise(pl.lit("premium")))
    .otherwise(pl.when(pl.col("numerator_count") > 0).then(pl.lit("count")).otherwise(pl.lit("nothing")))
)


def shown_field(field: str) -> pl.Expr:
    """A cohort is shown as its month, `2025-03`; all else as it is."""
    return _month(pl.col(field)).alias(field) if field == "cohort" else pl.col(field)


def _month(day: pl.Expr) -> pl.Expr:
    return day.dt.strftime("%Y-%m")


def _ratio(part: str, whole: str, wanted: bool) -> pl.Expr:
    """Divide; null where there is nothing to divide by, or the profile does not add this up."""
    return pl.when(pl.lit(wanted) & (pl.col(whole) > 0)).then(pl.col(part) / pl.col(whole))


def _status(as_of: date) -> pl.Expr:
    last_day = pl.coalesce("last_day", "last_day_of_all")
    return pl.when(last_day < as_of).then(pl.lit("final")).otherwise(pl.lit("provisional"))


def _nothing(schema: pl.Schema) -> pl.DataFrame:
    """One row of a figure over no policy."""
    zeros = {name: 0 for name, kind in schema.items() if kind.is_integer()}
    return pl.DataFrame([{name: zeros.get(name) for name in schema}], schema=schema)
