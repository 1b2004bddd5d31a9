"""What was paid for the instalments that a month of persistency requires, policy by policy."""

from __future__ import annotations

import polars as pl

from policyserve.contracts.endings import first_after
from policyserve.contracts.grace import grace_end
from policyserve.contracts.instalments import NO_TURNS, due_day, with_instalments
from policyserve.contracts.payments import paid_in_full
from policyserve.contracts.premiums import with_amounts


def instalments(
    lines: pl.DataFrame, premiums: pl.DataFrame, steps: pl.DataFrame, turns: pl.DataFrame = NO_TURNS
) -> pl.DataFrame:
    """Return the listed instalments that `lines` require: `policy_id`, `instalment`, `due_on`, `amount`, `paid_on`;

    and `required` and `grace` of their line. `paid_on` is empty unless paid in full: a part payment is no payment.
    """
    line = lines.select("policy_id", "effective_date", "step", "required", "premium", "grace")
    rows = (
        premiums.join(line, on="policy_id")
        .filter(pl.col("instalment") <= pl.col("required"))
        .with_columns(due_on=due_day(pl.col("instalment"), turns=turns))
    )
    return with_amounts(rows, steps).select(
        "policy_id", "instalment", "required", "grace", "due_on", "amount", paid_on=paid_in_full(pl.col("due_on"))
    )


def received(lines: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
    """Sum up what each of `lines` paid; `lines` with these columns added:

    `first` and `last`: amount of instalment 1 and of the last one required (null without a row); `listed`: rows there
    are; `paid_on`: the day on which the last of all was paid, null unless all are; `unpaid_due_on`: the due day of the
    first one listed and unpaid; `late_due_on`: of the last one (from the second) that was paid after its grace.
    The first instalment is paid at issue when no row says otherwise.
    """
    number, paid = pl.col("instalment"), pl.col("paid_on")
    late = (number > 1) & (paid > grace_end(pl.col("due_on"), pl.col("grace")))
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
    days = loans.select("policy_id", "occurred_on").sort("occurred_on")
    return rows.with_columns(lent_on=first_after(rows, days, "due_on"))


def lent(lines: pl.DataFrame, rows: pl.DataFrame, loans: pl.DataFrame, turns: pl.DataFrame = NO_TURNS) -> pl.DataFrame:
    """Return the lines kept by premium loans (自动垫交): `policy_id`, `late_due_on` as in `received`.

    They are those whose every required instalment was paid, or lent on or after its due day, by the cutoff.
    `lines`: those of a line and `cutoff_on`; `loans`: LOAN.
    """
    if loans.is_empty():
        return pl.DataFrame(schema={"policy_id": pl.Int32, "late_due_on": pl.Date})
    wanted = with_instalments(lines.join(loans, on="policy_id", how="semi"), 1, pl.col("required"), turns)
    listed = rows.join(loans, on="policy_id", how="semi").select(
        "policy_id", "instalment", "paid_on", listed=pl.lit(value=True)
    )
    found = lent_after(wanted.join(listed, on=["policy_id", "instalment"], how="left"), loans)
    first = pl.col("instalment") == 1
    at_issue = pl.when(first & pl.col("listed").is_null()).then("issue_date")
    settled = pl.min_horizontal("paid_on", at_issue, pl.when(~first).then("lent_on"))
    late = ~first & (settled > grace_end(pl.col("due_on"), pl.col("grace")))
    kept = (settled <= pl.col("cutoff_on")).fill_null(value=False).all()
    return (
        found.group_by("policy_id")
        .agg(kept=kept, late_due_on=pl.when(late).then("due_on").max())
        .filter(pl.col("kept"))
        .drop("kept")
    )
