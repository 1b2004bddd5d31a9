"""Owed: what a customer has to pay for an instalment, of the policy and of its riders falling due with it."""

from __future__ import annotations

import polars as pl

from policyserve.contracts.arrears import existing
from policyserve.contracts.contracts import Contracts
from policyserve.contracts.instalments import due_day, instalments_to
from policyserve.contracts.keys import locate
from policyserve.contracts.payments import IN_FULL
from policyserve.contracts.premiums import premium_steps, with_amounts

SUMS = ("amount", "rider_amount", "owed", "rider_owed")
"""Minor units: what the instalment asks for, and what is still to be paid of it; of both the part that riders bring."""

KEY = ["policy_id", "instalment"]


def amounts_owed(contracts: Contracts, asked: pl.DataFrame) -> pl.DataFrame:
    """Add `due_on` and SUMS to `asked` (`policy_id`, `instalment`), whether the list has the instalment or not.

    Riders by event are part of the policy's own premium; riders with a number of their own, in the same currency, are
    added where they fall due on the same day and have not lapsed. One without a row is paid with its main policy. A
    part payment counts for what it is.
    """
    keys = asked.select(KEY).unique()
    own = keys.with_columns(main_policy_id="policy_id", of_main="instalment")
    lines = _priced(contracts, pl.concat([own, _of_riders(contracts, keys)], how="diagonal_relaxed"))
    is_own = pl.col("policy_id") == pl.col("main_policy_id")
    with_main = pl.col("paid").filter(is_own).first().over("main_policy_id", "of_main")
    paid = pl.when(pl.col("listed").is_null() & ~is_own).then(with_main).otherwise("paid")
    left = pl.when(paid).then(0).otherwise(pl.col("amount") - pl.col("part"))
    rider_part = pl.when(is_own).then("rider_amount").otherwise("amount")
    sums = (
        lines.with_columns(owed=left, rider_amount=rider_part)
        .with_columns(rider_owed=pl.min_horizontal("owed", "rider_amount"))
        .group_by(policy_id="main_policy_id", instalment="of_main")
        .agg(pl.col("due_on").filter(is_own).first(), pl.col(SUMS).sum())
    )
    return asked.join(sums, on=KEY, how="left", maintain_order="left")


def _of_riders(contracts: Contracts, keys: pl.DataFrame) -> pl.DataFrame:
    """Return the instalments of riders that fall due with those of `keys`, as lines of their main policies."""
    terms = contracts.terms
    riders = terms.with_row_index("place").filter(pl.col("main_policy_id").is_not_null(), pl.col("step").is_not_null())
    mains = terms.join(keys, on="policy_id").select(
        main_policy_id="policy_id",
        of_main="instalment",
        due_on=due_day(pl.col("instalment"), turns=contracts.turns),
        main_currency="currency",
    )
    found = (
        riders.select("policy_id", "place", "main_policy_id", "effective_date", "step", "currency")
        .join(mains, on="main_policy_id")
        .filter(pl.col("currency") == pl.col("main_currency"))
        .with_columns(instalment=instalments_to(pl.col("due_on"), contracts.turns))
        .filter(pl.col("instalment") >= 2, due_day(pl.col("instalment"), turns=contracts.turns) == pl.col("due_on"))
        .select("policy_id", "instalment", "main_policy_id", "of_main", "due_on", pl.col("place").cast(pl.Int32))
    )
    if found.is_empty():  # few mains have riders of their own, and who lapsed takes half of the time
        return found.select(*KEY, "main_policy_id", "of_main")
    lapsed = found.join(contracts.suspended, on="policy_id", suffix="_lapsed").filter(
        pl.col("due_on").is_between("suspended_from", "suspended_to", closed="left")
        | (pl.lit(contracts.as_of).is_between("suspended_from", "suspended_to", closed="left"))
    )
    return existing(found, terms).join(lapsed, on=KEY, how="anti").select(*KEY, "main_policy_id", "of_main")


def _priced(contracts: Contracts, lines: pl.DataFrame) -> pl.DataFrame:
    """Add what each line asks for, `listed` (null without a row), `paid` in full, and the `part` paid otherwise."""
    terms, book = contracts.terms, contracts.book
    place = locate(terms["policy_id"], lines["policy_id"])
    of_policy = terms.select(pl.col("effective_date", "step", "premium").gather(place))
    listed = book.premiums.with_columns(listed=pl.lit(value=True))
    rows = (
        lines.with_columns(of_policy.get_columns())
        .with_columns(due_on=due_day(pl.col("instalment"), turns=contracts.turns))
        .join(listed, on=KEY, how="left", maintain_order="left")
    )
    had = pl.col("paid_on").is_not_null()
    return with_amounts(rows, premium_steps(book.events, terms)).with_columns(
        paid=had & IN_FULL, part=pl.when(had).then(pl.col("paid_amount").fill_null(0)).otherwise(0)
    )
