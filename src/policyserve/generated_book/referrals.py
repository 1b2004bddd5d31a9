"""Referrals: people whom customers have named, those who bought and those who have not yet."""

from __future__ import annotations

from datetime import date

import polars as pl

from policyserve.generated_book.draws import Draws, days
from policyserve.generated_book.names import given, phone, surname
from policyserve.generated_book.people import customer_no

STAGES = {"named": 35, "contacted": 30, "consented": 20, "met": 15}
"""How far it has come with people who are no customers yet, of a hundred."""

RELATIONS = {"friend": 40, "relative": 30, "colleague": 22, "other": 8}

PHONES_FROM = 50_000_000


def referral_list(draws: Draws, members: pl.DataFrame, agents: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """Return the list `referrals`, in order of the day."""
    told = pl.concat([_bought(draws, members), _named(draws, members, as_of)])
    return told.sort("referred_on", "referrer", "phone").select(
        referrer_no=customer_no(pl.col("referrer")),
        referred_no=customer_no(pl.col("referred")),
        referred_name="name",
        referred_phone="phone",
        referred_on="referred_on",
        agent_no=pl.lit(agents["agent_no"]).gather("agent"),
        stage="stage",
        relation="relation",
    )


def _bought(draws: Draws, members: pl.DataFrame) -> pl.DataFrame:
    """Return half of those who became customers: the list is kept less well than the book."""
    kept = members.filter(pl.col("referred_by").is_not_null() & draws.happens("naming.kept", 0.5))
    return kept.select(
        "name", "phone", "referred_on", "agent",
        referrer="referred_by", referred=pl.col("person"), stage=pl.lit("issued"),
        relation=draws.pick("naming.relation", RELATIONS),
    )  # fmt: skip


def _named(draws: Draws, members: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """Return people who are no customers yet, named by heads of households in the last year and a half."""
    heads = members.filter((pl.col("member") == 0) & pl.col("deceased_on").is_null() & draws.happens("naming", 0.08))
    day = pl.lit(as_of) - days((draws.share("naming.day").pow(1.3) * 540).cast(pl.Int32))
    return heads.select(
        name=surname(draws, "named") + given(draws, "named", draws.happens("named.female", 0.5)),
        phone=phone(pl.int_range(pl.len()) + PHONES_FROM),
        referred_on=pl.max_horizontal(day, "since"),
        agent="agent",
        referrer="person",
        referred=pl.lit(None, dtype=pl.Int32),
        stage=draws.pick("named.stage", STAGES),
        relation=draws.pick("named.relation", RELATIONS),
    )
