"""Suspension after the month asked for, where a profile looks at policies months later: is each still in force then?

A strict cutoff is the last day of grace, and nothing that falls due later can suspend a policy before it.
"""

from __future__ import annotations

from datetime import date

import polars as pl

from policyserve.book.columns import Book
from policyserve.contracts.grace import grace_end
from policyserve.contracts.instalments import due_by, with_instalments
from policyserve.contracts.terms import instalments_in
from policyserve.contracts.turns import held, policy_turns
from policyserve.metrics.groupings import with_policies
from policyserve.metrics.persistency.premiums_received import instalments, lent_after

NONE = pl.Schema({"policy_id": pl.Int32(), "lapsed_due_on": pl.Date()})


def lapsed_later(lines: pl.DataFrame, known: Book, steps: pl.DataFrame, loans: pl.DataFrame, by: date) -> pl.DataFrame:
    """Return the policies over which cover was suspended after the month, by the cutoff: as NONE.

    `lapsed_due_on`: the due day of the last instalment whose grace ended before the cutoff, and before `by`, neither
    paid nor lent in time. An instalment without a row counts as unpaid. `lines`: those of a line, `grace_end`,
    `cutoff_on` and `paid_up_on`, from which on nothing is owed; `loans` as in `premiums_received.LOAN`.
    """
    observed = lines.filter(pl.col("grace_end") < pl.min_horizontal("cutoff_on", pl.lit(by)))
    wanted = _owed(observed, known, by) if observed.height else observed
    if wanted.is_empty():
        return pl.DataFrame(schema=NONE)
    turns = policy_turns(known)
    paid = instalments(wanted, known.premiums, steps, turns).select("policy_id", "instalment", "paid_on")
    each = (
        with_instalments(wanted, pl.col("of_month") + 1, pl.col("required"), turns)
        .filter((pl.col("due_on") < pl.col("paid_up_on")).fill_null(value=True))
        .join(paid, on=["policy_id", "instalment"], how="left")
    )
    settled = pl.min_horizontal("paid_on", "lent_on") <= grace_end(pl.col("due_on"), pl.col("grace"))
    return (
        lent_after(each, loans)
        .filter(~settled.fill_null(value=False))
        .group_by("policy_id")
        .agg(lapsed_due_on=pl.col("due_on").max())
    )


def _owed(lines: pl.DataFrame, known: Book, by: date) -> pl.DataFrame:
    """Keep the lines that owe more than the month's: `required` up to the cutoff, `of_month` up to the month."""
    last = pl.min_horizontal("cutoff_on", pl.lit(by)).cast(pl.Int32) - pl.col("grace") - 1
    turns = policy_turns(known)
    due = due_by(last.cast(pl.Date), turns)
    in_all = held(turns, "instalments", due, instalments_in(pl.col("pay_years")))
    return (
        with_policies(lines, known, ["pay_years"])
        .with_columns(
            of_month="required",
            required=pl.min_horizontal(due, in_all),
        )
        .filter(pl.col("required") > pl.col("of_month"))
    )
