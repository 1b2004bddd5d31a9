"""Collection (收费率): what became of the renewal premiums that fell due in a period."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import polars as pl

from policyserve.book.columns import Book
from policyserve.dates import Days, month_number, months_later
from policyserve.metrics.cohorts import step
from policyserve.metrics.groupings import fields_of, with_agents, with_policies
from policyserve.metrics.money import owed, premium_steps
from policyserve.metrics.serving import part_of, serving_on
from policyserve.plan.states import first_event, suspensions

ALLOWED = ("company", "branch", "team", "agent", "product", "channel", "mode")
FATES = ("collected", "surrendered", "suspended", "open")
"""What became of an instalment; together they are all that was due."""

GONE = (
    "freelook_cancel", "claim_termination", "waiver", "void", "transfer_out", "conversion", "terminated", "maturity",
    "reduced_paid_up",
)  # fmt: skip
"""Events after which no premium is owed any more."""


def instalments_due(
    book: Book, period: Days, *, policy_year: int | None = 2, grace_days: int = 60, as_of: date
) -> pl.DataFrame:
    """Return the renewal instalments that fell due in the period, with their fate, as known on `as_of`.

    Columns: `policy_id`, `instalment`, `due_on`, `currency`, `amount` (minor units), `main` (false for riders with a
    policy number of their own), `fate` (one of FATES), `paid_on` (of what was collected). `policy_year`: 2 for second
    premiums (二次保费), None for all renewals. Individual policies only.
    """
    known = book.as_of(as_of)
    rows = _with_payments(_scheduled(known, period, policy_year), known)
    judged = (
        _with_endings(owed(rows, premium_steps(known.events, known.policies)), known)
        .with_columns(grace_end=pl.col("due_on") + timedelta(days=grace_days))
        .with_columns(collected=_collected())
        .filter(_receivable())
    )
    unpaid = part_of(known, judged.filter(~pl.col("collected"))["payer_id"])
    return (
        judged.pipe(_with_suspensions, suspensions(unpaid, grace_days, as_of))
        .with_columns(fate=_fate(as_of), paid_on=pl.when("collected").then("paid_on"))
        .select("policy_id", "instalment", "due_on", "currency", "amount", "main", "fate", "paid_on")
        .sort("policy_id", "instalment")
    )


def _scheduled(known: Book, period: Days, policy_year: int | None) -> pl.DataFrame:
    """Return the renewal instalments of the period that the contracts foresee, listed or not."""
    number, step_months = pl.col("instalment"), pl.col("step")
    first, last = pl.max_horizontal(2, _steps_to(period.start)), _steps_to(period.end) + 1
    if policy_year is not None:
        first = pl.max_horizontal(first, (policy_year - 1) * 12 // step_months + 1)
        last = pl.min_horizontal(last, policy_year * 12 // step_months)
    return (
        _payers(known, _begun(period, policy_year))
        .with_columns(instalment=pl.int_ranges(first, pl.max_horizontal(first, last + 1), dtype=pl.Int32))
        .explode("instalment", empty_as_null=False)
        .with_columns(due_on=months_later(pl.col("effective_date"), (number - 1) * step_months))
        .filter(
            pl.col("due_on").is_between(period.start, period.last),
            (pl.col("due_on") <= pl.col("ends_on")).fill_null(value=True),
            (number <= pl.col("pay_years") * 12 // step_months).fill_null(value=True),
        )
    )


def _begun(period: Days, policy_year: int | None) -> pl.Expr:
    """Whether a policy began in a month from which an instalment of the policy year can fall due in the period."""
    days = (pl.col("effective_date"), pl.lit(period.start), pl.lit(period.last))
    began, first, last = (month_number(day) for day in days)
    if policy_year is None:
        return began <= last
    return began.is_between(first - 12 * policy_year, last - 12 * (policy_year - 1))


def _steps_to(day: date) -> pl.Expr:
    """Count the instalments from the effective date to the month of a day, to within one."""
    return (day.year * 12 + day.month - 1 - month_number(pl.col("effective_date"))) // pl.col("step")


def _payers(known: Book, wanted: pl.Expr) -> pl.DataFrame:
    """Return those `wanted` of the individual policies that pay in instalments, with `payer_id`: the policy whose rows
    say what was paid.

    A rider without rows that goes with its main policy is paid with it; other riders without rows are left out.
    """
    paying = known.policies.filter(pl.col("mode") != "single", ~pl.col("is_group").fill_null(value=False), wanted)
    riders = paying.filter(pl.col("main_policy_id").is_not_null())["policy_id"]
    listed = known.premiums.filter(pl.col("policy_id").is_in(riders.implode()))["policy_id"].unique()
    mains = with_policies(paying.select(policy_id="main_policy_id"), known, ["effective_date", "mode"])
    together = (mains["effective_date"] == paying["effective_date"]) & (mains["mode"] == paying["mode"])
    is_main = pl.col("main_policy_id").is_null()
    by_itself = is_main | pl.col("policy_id").is_in(listed.implode())
    payer = pl.when(by_itself).then("policy_id").when(together).then("main_policy_id")
    columns = ("policy_id", "payer_id", "main", "step", "premium", "currency", "ends_on", "pay_years", "effective_date")
    return (
        paying.with_columns(step=step(), main=is_main, payer_id=payer)
        .filter(pl.col("payer_id").is_not_null())
        .select(columns)
    )


def _with_payments(rows: pl.DataFrame, known: Book) -> pl.DataFrame:
    """Add `paid_on`, and `amount` and `paid_amount` where the policy has rows of its own, as listed."""
    listed = part_of(known, rows["payer_id"]).premiums.rename({"policy_id": "payer_id"})
    own = pl.col("payer_id") == pl.col("policy_id")
    return rows.join(listed, on=["payer_id", "instalment"], how="left").with_columns(
        pl.when(own).then(name).alias(name) for name in ("amount", "paid_amount")
    )


def _with_endings(rows: pl.DataFrame, known: Book) -> pl.DataFrame:
    """Add `gone_on` and `surrendered_on`: the first event of the kind, null where there is none."""
    gone = first_event(known, *GONE).rename({"occurred_on": "gone_on"})
    surrendered = first_event(known, "surrender").rename({"occurred_on": "surrendered_on"})
    return rows.join(gone, on="policy_id", how="left").join(surrendered, on="policy_id", how="left")


def _collected() -> pl.Expr:
    """Paid in full by the end of the grace."""
    in_full = (pl.col("paid_amount") >= pl.col("amount")).fill_null(value=True)
    return ((pl.col("paid_on") <= pl.col("grace_end")) & in_full).fill_null(value=False)


def _receivable() -> pl.Expr:
    """Owed: nothing ended the duty to pay by the due day, or in the grace while unpaid.

    A surrender in the twelve months before the due day leaves the premium in: it is what was lost.
    """
    freed = (pl.col("gone_on") <= pl.col("due_on")) | (
        ~pl.col("collected") & (pl.col("gone_on") <= pl.col("grace_end"))
    )
    long_gone = pl.col("surrendered_on") <= months_later(pl.col("due_on"), -12)
    return ~freed.fill_null(value=False) & ~long_gone.fill_null(value=False)


def _with_suspensions(rows: pl.DataFrame, suspended: pl.DataFrame) -> pl.DataFrame:
    """Add `lapsed_on`: the first day of the suspension over the instalment, or over one before it.

    What falls due in the grace of an instalment that lapses, or in the suspension after it, has no suspension of its
    own: it is part of the first.
    """
    owners = rows.select("policy_id", "instalment", "due_on", "payer_id").join(
        suspended.select("suspended_from", "suspended_to", payer_id="policy_id", since="due_on"), on="payer_id"
    )
    lapses = owners.filter(pl.col("due_on").is_between("since", "suspended_to", closed="left"))
    days = lapses.group_by("policy_id", "instalment").agg(lapsed_on=pl.col("suspended_from").min())
    return rows.join(days, on=["policy_id", "instalment"], how="left")


def _fate(as_of: date) -> pl.Expr:
    return (
        pl.when("collected")
        .then(pl.lit("collected"))
        .when(pl.col("surrendered_on") <= pl.col("grace_end"))
        .then(pl.lit("surrendered"))
        .when(pl.col("lapsed_on") <= as_of)
        .then(pl.lit("suspended"))
        .otherwise(pl.lit("open"))
    )


def collection(
    book: Book,
    period: Days,
    *,
    policy_year: int | None = 2,
    by: Sequence[str] = (),
    grace_days: int = 60,
    as_of: date,
) -> pl.DataFrame:
    """Add up what became of the premiums due in a period; a row per group and currency.

    Columns: a field per grouping (`agent_no`: who served the policy on the due day), `currency`, `due` and its parts
    `collected`, `surrendered`, `suspended`, `open` (minor units), `rate` (collected / due, null where nothing was due),
    and the same with `_count`: policies' instalments, riders counted with their main policies.
    """
    fields = fields_of(by, ALLOWED)
    rows = instalments_due(book, period, policy_year=policy_year, grace_days=grace_days, as_of=as_of)
    named = with_groups(rows, fields, book, as_of)
    keys = [*fields, "currency"]
    amounts = [pl.col("amount").filter(pl.col("fate") == fate).sum().alias(fate) for fate in FATES]
    counts = [(pl.col("main") & (pl.col("fate") == fate)).sum().cast(pl.Int64).alias(f"{fate}_count") for fate in FATES]
    whole = (pl.col("amount").sum().alias("due"), pl.col("main").sum().cast(pl.Int64).alias("due_count"))
    rate = pl.when(pl.col("due") > 0).then(pl.col("collected") / pl.col("due"))
    return (
        named.group_by(keys)
        .agg(*whole, *amounts, *counts)
        .sort(keys)
        .select(*keys, "due", *FATES, rate.alias("rate"), "due_count", *(f"{fate}_count" for fate in FATES))
    )


def with_groups(rows: pl.DataFrame, fields: Sequence[str], book: Book, as_of: date) -> pl.DataFrame:
    """Add the fields of the groupings to instalments: those of the policy, and of who served it on the due day.

    What falls due after `as_of` belongs to who serves the policy on `as_of`.
    """
    of_policy = [field for field in ("product", "channel", "mode") if field in fields]
    rows = with_policies(rows, book, of_policy) if of_policy else rows
    served = serving_on(rows.with_columns(day=pl.min_horizontal("due_on", pl.lit(as_of))), book).drop("day")
    return with_agents(served, book.agents_on(as_of), fields)
