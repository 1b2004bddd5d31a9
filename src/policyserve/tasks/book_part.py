"""A part of the book: some customers, with everything that their touches follow from."""

from __future__ import annotations

from dataclasses import replace

import polars as pl

from policyserve.book.columns import Book


def narrowed(book: Book, customer_ids: pl.Series) -> Book:
    """Return the book of `customer_ids` and their families: their policies, whoever those insure, and
    whom they have referred.

    Touches of the customers asked for come out as from the whole book; those of the others may be wrong.
    """
    own = pl.col("customer_id").is_in(customer_ids.implode())
    families = book.customers.filter(own)["family_no"].drop_nulls().unique()
    asked = own | pl.col("family_no").is_in(families.implode())
    holders = book.customers.filter(asked).select("customer_id")
    policies = book.policies.join(holders, on="customer_id", how="semi", maintain_order="left")
    listed = book.customers.select("customer_id", holder="referred_by_id")
    named = book.referrals.select(customer_id="referred_id", holder="referrer_id")
    referred = pl.concat([listed, named]).join(holders.rename({"customer_id": "holder"}), on="holder", how="semi")
    insured = policies.select(customer_id="insured_id")
    people = pl.concat([holders, insured, referred.select("customer_id")]).drop_nulls().unique()
    keys = policies.select("policy_id")
    return replace(
        book,
        customers=book.customers.join(people, on="customer_id", how="semi", maintain_order="left"),
        policies=policies,
        premiums=book.premiums.join(keys, on="policy_id", how="semi", maintain_order="left"),
        debits=book.debits.join(keys, on="policy_id", how="semi", maintain_order="left"),
        events=book.events.join(holders, on="customer_id", how="semi", maintain_order="left"),
    )
