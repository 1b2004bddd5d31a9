"""Sums owed: what is still to be paid of the instalments that tasks are about, and the part of it that riders bring."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

import polars as pl

from policyserve.book.money import decimal
from policyserve.contracts.contracts import Contracts
from policyserve.contracts.owed import amounts_owed
from policyserve.locale import Sentence
from policyserve.locale.format import money, with_riders
from policyserve.standard.reasons import sentence
from policyserve.standard.trigger import OF_INSTALMENTS


@dataclass(frozen=True, kw_only=True)
class Sum:
    """An amount and the part of it that riders bring, in minor units of a currency."""

    owed: int
    riders: int
    currency: str

    def told(self, language: str) -> str:
        """Say it: 3,395.00元（含附加险225.00元）, CNY 3,395.00 (riders: CNY 225.00 of it)."""
        whole, riders = (
            money(language, decimal(one, self.currency), self.currency) for one in (self.owed, self.riders)
        )
        return with_riders(language, whole, riders if self.riders else None)


ABOUT_INSTALMENTS = (*OF_INSTALMENTS, "after-debit")
"""Kinds of triggers that are about an instalment: by its number, or by the debit that asked for it."""

Occurrence = tuple[str, str, int]
"""What a task is about: the number of a policy, the kind of the trigger, and the ordinal."""

Sums = Mapping[Occurrence, Sum | None]

_ASKED = pl.Schema({"policy_no": pl.String(), "kind": pl.String(), "ordinal": pl.Int32()})


def sums_owed(contracts: Contracts, asked: Iterable[Occurrence]) -> Sums:
    """Return what is owed, on the day of the contracts, of the instalments of those that are about one.

    Nothing for those that are not, and where nothing is owed any more.
    """
    rows = pl.DataFrame(sorted({*asked}), schema=_ASKED, orient="row")
    policies = contracts.book.policies.select("policy_no", "policy_id", "currency")
    found = with_instalments(contracts, rows.join(policies, on="policy_no"))
    owed = amounts_owed(contracts, found).filter(pl.col("owed") > 0)
    return {
        (row["policy_no"], row["kind"], row["ordinal"]): Sum(
            owed=row["owed"], riders=row["rider_owed"], currency=row["currency"]
        )
        for row in owed.to_dicts()
    }


def paid_since(contracts: Contracts, asked: Collection[Occurrence]) -> Mapping[Occurrence, Sentence]:
    """Return the fact of those that ask for an instalment which is paid, on the day of the contracts."""
    rows = pl.DataFrame(sorted(one for one in {*asked} if one[1] in OF_INSTALMENTS), schema=_ASKED, orient="row")
    if rows.is_empty():
        return {}
    found = with_instalments(
        contracts, rows.join(contracts.book.policies.select("policy_no", "policy_id"), on="policy_no")
    )
    paid = found.join(
        contracts.payments.select("policy_id", "instalment", "paid_on").drop_nulls(), on=["policy_id", "instalment"]
    )
    return {
        (row["policy_no"], row["kind"], row["ordinal"]): sentence(
            "instalment-paid", json.dumps({"instalment": row["instalment"], "on": row["paid_on"].isoformat()})
        )
        for row in paid.to_dicts()
    }


def with_instalments(contracts: Contracts, asked: pl.DataFrame) -> pl.DataFrame:
    """Add `instalment` to `policy_id`, `kind`, `ordinal`; rows that are about none are left out."""
    debits = contracts.book.debits.select("policy_id", "instalment", ordinal="number", kind=pl.lit("after-debit"))
    numbered = pl.when(pl.col("kind").is_in(OF_INSTALMENTS)).then("ordinal").otherwise("instalment")
    return (
        asked.join(debits, on=["policy_id", "kind", "ordinal"], how="left")
        .with_columns(instalment=numbered)
        .filter(pl.col("instalment").is_not_null())
    )
