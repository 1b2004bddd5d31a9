"""A random book of any size, in the columns of the tables: quick to make, alike on every run, true in no detail."""

from __future__ import annotations

from datetime import date

import polars as pl

KNOWN_ON = date(2026, 1, 1)


def random_book(policies: int, *, held: int = 500) -> dict[str, pl.DataFrame]:
    """Make the rows of four tables, by table; there are 0.6 customers and 3.5 instalments to a policy.

    `held`: policies to an agent.
    """
    customers, agents = max(1, policies * 6 // 10), max(1, policies // held)
    return {
        "agents": _ids(agents).select(
            "id", agent_no=pl.format("A{}", pl.col("id") + 10**6), name=pl.lit("王芳"), joined_on=_day(1, 4000)
        ),
        "customers": _ids(customers).select(
            "id",
            customer_no=pl.format("C{}", pl.col("id") + 10**8),
            name=pl.lit("李明"),
            gender=_one_of("male", "female", seed=2),
            birthday=_day(3, 25_000),
            occupation=_one_of("教师", "会计", seed=4),
            family_no=pl.when(_below(3, seed=5) == 0).then(pl.format("F{}", _below(customers, seed=6))),
            agent_id=_below(agents, seed=7) + 1,
            phone=pl.format("13{}", _below(9 * 10**8, seed=22) + 10**8),
            marketing_consent=_below(2, seed=23) == 0,
            sms_optout=pl.lit(value=False),
            known_on=pl.lit(KNOWN_ON),
        ),
        "policies": _ids(policies).select(
            "id",
            policy_no=pl.format("P{}", pl.col("id") + 10**10),
            customer_id=_below(customers, seed=8) + 1,
            insured_id=_below(customers, seed=9) + 1,
            writing_agent_id=_below(agents, seed=10) + 1,
            agent_id=_below(agents, seed=11) + 1,
            product=_one_of("安康终身寿险", "福寿年金", "健康e生", seed=12),
            product_kind=_one_of("life", "annuity", "health", seed=13),
            participating=_below(2, seed=14) == 0,
            is_group=pl.lit(value=False),
            issue_date=_day(15, 2500),
            receipt_on=_day(15, 2500),
            mode=_one_of("annual", "monthly", "quarterly", seed=16),
            premium=_below(10**6, seed=17) + 10**4,
            currency=pl.lit("CNY"),
            pay_years=_below(20, seed=18) + 1,
            channel=pl.lit("agent"),
            known_on=pl.lit(KNOWN_ON),
        ),
        "premiums": _ids(policies)
        .select(policy_id="id", instalment=pl.int_ranges(1, _below(6, seed=19) + 2))
        .explode("instalment")
        .with_row_index("id")
        .select("policy_id", "instalment", amount=_below(10**6, seed=20), paid_on=_day(21, 2500)),
    }


def _ids(count: int) -> pl.DataFrame:
    return pl.select(id=pl.int_range(1, count + 1))


def _below(limit: int, *, seed: int) -> pl.Expr:
    return (pl.col("id").hash(seed) % limit).cast(pl.Int64)


def _day(seed: int, days: int) -> pl.Expr:
    return pl.lit(KNOWN_ON).dt.offset_by(pl.format("-{}d", _below(days, seed=seed)))


def _one_of(*words: str, seed: int) -> pl.Expr:
    return _below(len(words), seed=seed).replace_strict(range(len(words)), words, return_dtype=pl.String)
