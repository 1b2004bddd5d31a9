"""Policies: what customers bought, when and through whom, and their riders."""

from __future__ import annotations

from datetime import date

import polars as pl

from policyserve.dates import months_later
from policyserve.generated_book.draws import Draws, days, known_by, number
from policyserve.generated_book.people import customer_no
from policyserve.generated_book.products import CATALOGUE, FACTORS, MODES, MONTHS, RIDER, SOLD_FOR

HOLDINGS = {"1": 44, "2": 29, "3": 17, "4": 10}
"""Policies of a holder, of a hundred holders."""

CHANNELS = {"个险": 85, "银保": 8, "电销": 3, "网销": 4}
RIDERS = 0.11
"""Share of policies with a rider."""


def issued(draws: Draws, members: pl.DataFrame, agents: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """Return one row per policy, riders last: `policy` is the row's index, `main` a rider's main policy."""
    sold = _with_insured(draws, _sold(draws, members, as_of), members)
    priced = _with_premiums(draws, _with_terms(draws, sold, as_of))
    mains = _with_agents(draws, _with_papers(draws, priced, as_of), agents)
    return pl.concat([mains, _riders(draws, mains)])


def _sold(draws: Draws, members: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """Return who bought on which day, in order of the day; the first policy of a head is the household's first."""
    holds = (pl.col("member") == 0) | (pl.col("spouse") & draws.happens("spouse.holds", 0.85))
    held = pl.when(holds).then(draws.pick("person.policies", HOLDINGS).cast(pl.Int32)).otherwise(0)
    standing = (pl.lit(as_of) - pl.col("since")).dt.total_days()
    later = pl.lit(as_of) - days(1 + (draws.share("policy.later") * standing).cast(pl.Int32))
    first = (pl.col("nth") == 0) & (pl.col("member") == 0)
    return (
        members.with_columns(nth=pl.int_ranges(0, held, dtype=pl.Int32))
        .explode("nth")
        .with_columns(issue_date=pl.when(first).then("since").otherwise(later))
        .filter(pl.col("deceased_on").is_null() | (pl.col("issue_date") < pl.col("deceased_on")))
        .sort("issue_date", maintain_order=True)
        .select("person", "household", "first_agent", "agent", "handed_on", "issue_date")
        .with_columns(policy=pl.int_range(pl.len(), dtype=pl.Int32), main=pl.lit(None, dtype=pl.Int32))
    )


def _with_insured(draws: Draws, sold: pl.DataFrame, members: pl.DataFrame) -> pl.DataFrame:
    """Add the insured: the holder, or in one of three policies of a parent the first child, once it is born."""
    children = members.filter("child").group_by("household").agg(
        pl.col("person").min().alias("first_child"), pl.col("birthday").max().alias("born")
    )  # fmt: skip
    born = pl.col("born") + days(pl.lit(28)) < pl.col("issue_date")
    insured = pl.when(born & draws.happens("policy.child", 0.35)).then("first_child").otherwise("person")
    deaths = pl.lit(members["deceased_on"]).gather("insured")
    return (
        sold.join(children, on="household", how="left", maintain_order="left")
        .with_columns(insured=insured)
        .with_columns(death=deaths)
        .drop("household", "first_child", "born")
    )


def _with_terms(draws: Draws, sold: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """Add product, mode, years to pay and the days between which the policy holds."""
    weights = dict(CATALOGUE.select("product", "weight").iter_rows())
    offered = sold.with_columns(product=draws.pick("policy.product", weights), drawn=draws.pick("policy.mode", MODES))
    on_sale = months_later(pl.lit(as_of), -pl.col("drawn").replace_strict(SOLD_FOR, default=999, return_dtype=pl.Int32))
    choice = (draws.share("policy.pay") * pl.col("pay").list.len()).cast(pl.UInt32)
    at_once = (pl.col("pay").list.len() == 0) | (pl.col("mode") == "single")
    return (
        offered.join(CATALOGUE, on="product", how="left", maintain_order="left")
        .with_columns(
            mode=pl.when(pl.col("pay").list.len() == 0).then(pl.lit("single"))
            .when(pl.col("issue_date") < on_sale).then(pl.lit("annual")).otherwise("drawn"),
            effective_date=pl.col("issue_date") + days(draws.happens("policy.next_day", 0.92).cast(pl.Int32)),
        )
        .with_columns(
            months=pl.col("mode").replace_strict(MONTHS, return_dtype=pl.Int32),
            pay_years=pl.when(~at_once).then(pl.col("pay").list.get(choice, null_on_oob=True)),
            ends_on=months_later(pl.col("effective_date"), pl.col("term") * 12) - days(pl.lit(1)),
        )
        .drop("drawn", "pay", "term", "weight")
    )  # fmt: skip


def _with_premiums(draws: Draws, policies: pl.DataFrame) -> pl.DataFrame:
    """Add the premium of an instalment and the sum assured, in whole yuan."""
    yearly = pl.col("low") * (pl.col("high") / pl.col("low")).pow(draws.share("policy.premium").pow(1.5))
    factor = pl.when(pl.col("product_kind") == "accident").then(1.0).otherwise(_factor())
    return policies.with_columns(
        premium=(yearly * factor / 10).ceil().cast(pl.Int64) * 10,
        sum_assured=(yearly * pl.col("cover") / 10_000).ceil().cast(pl.Int64) * 10_000,
    ).drop("low", "high", "cover")


def _factor() -> pl.Expr:
    return pl.col("mode").replace_strict(FACTORS, return_dtype=pl.Float64)


def _with_papers(draws: Draws, policies: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """Add delivery, receipt, free-look and channel; papers still under way have no day yet."""
    delivered = pl.col("issue_date") + days(draws.whole("policy.delivery", 2, 12))
    signed = delivered + days(draws.whole("policy.receipt", 0, 6))
    lost = draws.happens("policy.unsigned", 0.02)
    today = pl.lit(as_of)
    return policies.with_columns(
        delivered_on=known_by(delivered, today),
        receipt_on=known_by(pl.when(~lost).then(signed), today),
        freelook_days=pl.when(draws.happens("policy.freelook", 0.8)).then(draws.whole("policy.days", 0, 1) * 5 + 15),
        channel=draws.pick("policy.channel", CHANNELS),
        group=draws.happens("policy.group", 0.003),
    )


def _with_agents(draws: Draws, policies: pl.DataFrame, agents: pl.DataFrame) -> pl.DataFrame:
    """Add who wrote the policy and who serves it, and `risk`, which bears on lapses (1 usual).

    Who was not there on the day of issue did not write: the successor did, or else the manager. A policy of an
    agent who left and has no successor yet is an orphan, and keeps worse.
    """
    first, left = pl.col("first_agent"), pl.lit(agents["left_on"]).gather("first_agent")
    there = (pl.lit(agents["joined_on"]).gather("first_agent") <= pl.col("issue_date")) & (
        left.is_null() | (pl.col("issue_date") < left)
    )
    manager = pl.coalesce(pl.lit(agents["manager"]).gather("first_agent"), first)
    writer = pl.when(there).then(first).when(pl.col("handed_on") <= pl.col("issue_date")).then("agent")
    orphan = there & left.is_not_null() & pl.col("handed_on").is_null()
    return policies.with_columns(
        writer=writer.otherwise(manager),
        agent=pl.when(there).then("agent").otherwise(writer.otherwise(manager)),
        stranger=draws.happens("policy.stranger", 0.01),
        orphan=orphan,
    ).with_columns(risk=pl.lit(agents["care"]).gather("writer") * pl.when("orphan").then(1.7).otherwise(1.0))


def _riders(draws: Draws, mains: pl.DataFrame) -> pl.DataFrame:
    """Return a rider each for some of the policies paid over years, at a tenth of the premium or less."""
    fit = pl.col("product_kind").is_in(["critical-illness", "life"]) & (pl.col("months") > 0)
    tenth = (pl.col("premium") * (0.03 + draws.share("rider.premium") * 0.07)).ceil().cast(pl.Int64)
    return mains.filter(fit & draws.happens("rider", 2 * RIDERS)).with_columns(
        main="policy",
        policy=(len(mains) + pl.int_range(pl.len())).cast(pl.Int32),
        product=pl.lit(RIDER),
        product_kind=pl.lit("health"),
        participating=pl.lit(value=False),
        premium=tenth,
        sum_assured=pl.lit(20_000, dtype=pl.Int64),
    )


def policy_list(policies: pl.DataFrame, agent_numbers: pl.Series) -> pl.DataFrame:
    """Return the list `policies`; the agents' numbers are in the order of their index."""
    agent_no = pl.lit(agent_numbers)
    stranger = pl.lit("A9") + (pl.col("writer") % 97).cast(pl.String).str.zfill(4)
    return policies.select(
        policy_no=policy_no(pl.col("policy")),
        customer_no=customer_no(pl.col("person")),
        insured_customer_no=customer_no(pl.col("insured")),
        writing_agent_no=pl.when("stranger").then(stranger).otherwise(agent_no.gather("writer")),
        agent_no=agent_no.gather("agent"),
        product="product",
        product_kind="product_kind",
        sum_assured="sum_assured",
        participating="participating",
        group="group",
        main_policy_no=policy_no(pl.col("main")),
        issue_date="issue_date",
        effective_date="effective_date",
        delivered_on="delivered_on",
        receipt_on="receipt_on",
        mode="mode",
        premium="premium",
        currency=pl.lit("CNY"),
        pay_years="pay_years",
        ends_on="ends_on",
        channel="channel",
        freelook_days="freelook_days",
    )


def policy_no(policy: pl.Expr) -> pl.Expr:
    """Write a policy's index as the policy's number."""
    return number("P", policy, 8)
