"""What was paid for the instalments that a month of persistency requires, policy by policy."""

from __future__ import annotations

import polars as pl

from policyserve.dates import months_later
from policyserve.metrics.persistency.cohorts import grace_end_of


def premium_steps(events: pl.DataFrame, lines: pl.DataFrame) -> pl.DataFrame:
    """Follow the premium through its changes: `policy_id`, `from_on`, `changed` (minor units per instalment).

    A `premium_change` sets it, a `rider_added` adds to it, from the next due day on (the event's own day included).
    `lines`: `policy_id`, `premium`. Sorted by `from_on`.
    """
    changes = events.filter(
        pl.col("kind").is_in(["premium_change", "rider_added"]), pl.col("amount").is_not_null()
    ).join(lines.select("policy_id", "premium"), on="policy_id")
    is_set = pl.col("kind") == "premium_change"
    block = ["policy_id", "block"]
    return (
        changes.sort("policy_id", "occurred_on", "number")
        .with_columns(block=is_set.cum_sum().over("policy_id"))
        .with_columns(
            start=pl.when(is_set).then("amount").max().over(block),
            added=pl.when(~is_set).then("amount").otherwise(0).cum_sum().over(block),
        )
        .select("policy_id", from_on="occurred_on", changed=pl.coalesce("start", "premium") + pl.col("added"))
        .unique(["policy_id", "from_on"], keep="last", maintain_order=True)
        .sort("from_on")
    )


def owed(rows: pl.DataFrame, steps: pl.DataFrame) -> pl.DataFrame:
    """Fill empty `amount` of `rows` (`policy_id`, `due_on`, `premium`): the changed premium, else the policy's."""
    if steps.is_empty():
        return rows.with_columns(pl.coalesce("amount", "premium"))
    numbered = rows.with_row_index("row")
    empty = numbered.filter(pl.col("amount").is_null()).join(steps, on="policy_id", how="semi").sort("due_on")
    found = empty.join_asof(steps, left_on="due_on", right_on="from_on", by="policy_id", check_sortedness=False)
    return (
        numbered.join(found.select("row", "changed").sort("row"), on="row", how="left", maintain_order="left")
        .with_columns(pl.coalesce("amount", "changed", "premium"))
        .drop("row", "changed")
    )


def instalments(lines: pl.DataFrame, premiums: pl.DataFrame, steps: pl.DataFrame) -> pl.DataFrame:
    """Return the listed instalments that `lines` require: `policy_id`, `instalment`, `due_on`, `amount`, `paid_on`;

    and `required` and `grace` of their line. `paid_on` is empty unless paid in full: a part payment is no payment.
    """
    line = lines.select("policy_id", "effective_date", "step", "required", "premium", "grace")
    rows = (
        premiums.join(line, on="policy_id")
        .filter(pl.col("instalment") <= pl.col("required"))
        .with_columns(due_on=months_later(pl.col("effective_date"), (pl.col("instalment") - 1) * pl.col("step")))
    )
    in_full = pl.col("paid_amount").is_null() | (pl.col("paid_amount") >= pl.col("amount"))
    return owed(rows, steps).select(
        "policy_id", "instalment", "required", "grace", "due_on", "amount", paid_on=pl.when(in_full).then("paid_on")
    )


def received(lines: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
    """Sum up what each of `lines` paid; `lines` with these columns added:

    `first` and `last`: amount of instalment 1 and of the last one required (null without a row); `listed`: rows there
    are; `paid_on`: the day on which the last of all was paid, null unless all are; `unpaid_due_on`: the due day of the
    first one listed and unpaid; `late_due_on`: of the last one (from the second) that was paid after its grace.
    The first instalment is paid at issue when no row says otherwise.
    """
    number, paid = pl.col("instalment"), pl.col("paid_on")
    late = (number > 1) & (paid > grace_end_of(pl.col("due_on")))
    summed = (
        rows.group_by("policy_id")
        .agg(listed=pl.len().cast(pl.Int32), paid=paid.count().cast(pl.Int32), last_paid_on=paid.max())
        .sort("policy_id"),
        rows.filter(number == 1).select("policy_id", first="amount", begun=pl.lit(value=True)),
        rows.filter(number == pl.col("required")).select("policy_id", last="amount"),
        rows.filter(paid.is_null()).group_by("policy_id").agg(unpaid_due_on=pl.col("due_on").min()),
        rows.filter(late).group_by("policy_id").agg(late_due_on=pl.col("due_on").max()),
    )
    found = lines
    for frame in summed:
        found = found.join(frame, on="policy_id", how="left", maintain_order="left")
    unlisted = pl.col("begun").is_null()  # a first instalment without a row
    return (
        found.with_columns(pl.col("listed", "paid").fill_null(0))
        .with_columns(
            paid_on=pl.when(pl.col("paid") + unlisted.cast(pl.Int32) == pl.col("required")).then(
                pl.max_horizontal("last_paid_on", pl.when(unlisted).then("issue_date"))
            ),
        )
        .drop("begun", "paid", "last_paid_on")
    )


LOAN = ("policy_id", "occurred_on")
"""The columns of a premium loan."""


def as_paid(rows: pl.DataFrame, loans: pl.DataFrame) -> pl.DataFrame:
    """Take a loan (LOAN) on or after the due day of a listed instalment for its payment; `rows` as of `instalments`."""
    if loans.is_empty():
        return rows
    lent_on = pl.when(pl.col("instalment") > 1).then("lent_on")
    return lent_after(rows, loans).with_columns(paid_on=pl.min_horizontal("paid_on", lent_on)).select(rows.columns)


def lent_after(rows: pl.DataFrame, loans: pl.DataFrame) -> pl.DataFrame:
    """Add `lent_on` to `rows` (`policy_id`, `due_on`): the first loan (LOAN) on or after the due day, else null."""
    numbered = rows.with_row_index("row")
    lent_on = loans.select("policy_id", lent_on="occurred_on").sort("lent_on")
    found = (
        numbered.join(loans, on="policy_id", how="semi")
        .sort("due_on")
        .join_asof(
            lent_on, left_on="due_on", right_on="lent_on", by="policy_id", strategy="forward", check_sortedness=False
        )
    )
    return numbered.join(found.select("row", "lent_on"), on="row", how="left", maintain_order="left").drop("row")


def lent(lines: pl.DataFrame, rows: pl.DataFrame, loans: pl.DataFrame) -> pl.DataFrame:
    """Return the lines kept by premium loans (自动垫交): `policy_id`, `late_due_on` as in `received`.

    They are those whose every required instalment was paid, or lent on or after its due day, by the cutoff.
    `lines`: those of a line and `cutoff_on`; `loans`: LOAN.
    """
    if loans.is_empty():
        return pl.DataFrame(schema={"policy_id": pl.Int32, "late_due_on": pl.Date})
    wanted = lines.join(loans, on="policy_id", how="semi").with_columns(
        instalment=pl.int_ranges(1, pl.col("required") + 1, dtype=pl.Int32)
    )
    wanted = wanted.explode("instalment").with_columns(
        due_on=months_later(pl.col("effective_date"), (pl.col("instalment") - 1) * pl.col("step"))
    )
    listed = rows.join(loans, on="policy_id", how="semi").select(
        "policy_id", "instalment", "paid_on", listed=pl.lit(value=True)
    )
    found = lent_after(wanted.join(listed, on=["policy_id", "instalment"], how="left"), loans)
    first = pl.col("instalment") == 1
    at_issue = pl.when(first & pl.col("listed").is_null()).then("issue_date")
    settled = pl.min_horizontal("paid_on", at_issue, pl.when(~first).then("lent_on"))
    late = ~first & (settled > grace_end_of(pl.col("due_on")))
    kept = (settled <= pl.col("cutoff_on")).fill_null(value=False).all()
    return (
        found.group_by("policy_id")
        .agg(kept=kept, late_due_on=pl.when(late).then("due_on").max())
        .filter(pl.col("kept"))
        .drop("kept")
    )
