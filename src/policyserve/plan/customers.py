"""What planning knows of customers: who serves them, when and since when they are covered, what troubles the family."""

from __future__ import annotations

from datetime import timedelta

import polars as pl

from policyserve.book.columns import Book
from policyserve.contracts.keys import day_of_pair, key_of_pair, lookup, pair
from policyserve.dates import FOREVER, completed_years

MOURNING = timedelta(days=365)
"""How long a death in the family counts as an open case."""


def covered(owned: pl.DataFrame) -> pl.DataFrame:
    """Merge the spells of each customer's policies into ranges that do not touch: `customer_id`, `start`, `end`.

    `owned`: `customer_id`, `start`, `end`. On a day inside a range at least one policy is in force.
    """
    keyed = owned.select("customer_id", start=pair("customer_id", "start"), reach=pair("customer_id", "end")).sort(
        "start"
    )
    pieces = keyed.with_columns(pl.col("reach").cum_max()).with_columns(
        opens=(pl.col("start") > pl.col("reach").shift(1)).fill_null(value=True)
    )
    closes = pieces["opens"].shift(-1, fill_value=True)
    starts = pieces.filter(pl.col("opens")).select("customer_id", start=day_of_pair(pl.col("start")))
    return starts.with_columns(pieces.filter(closes).select(end=day_of_pair(pl.col("reach")))["end"])


def serving_agents(book: Book, policies: pl.DataFrame) -> pl.DataFrame:
    """Say who serves each customer: `customer_id`, `agent_id`.

    The customer's own agent; else who serves most of the policies in force, ties to the lowest number; with none in
    force, of all policies. `policies`: `customer_id`, `agent_id`, `in_force` (now), riders left out.
    """
    agents = book.agents.select("agent_id", rank=pl.col("agent_no").rank("dense"))
    without = book.customers.filter(pl.col("agent_id").is_null()).select("customer_id")
    own = book.customers.filter(pl.col("agent_id").is_not_null()).select("customer_id", "agent_id")
    if without.is_empty():
        return own
    served = policies.join(without, on="customer_id", how="semi")
    votes = served.group_by("customer_id", "agent_id").agg(force=pl.col("in_force").sum(), count=pl.len())
    weight = pl.when(pl.col("force").sum().over("customer_id") > 0).then("force").otherwise("count")
    votes = votes.with_columns(weight=weight).join(agents, on="agent_id", how="left")
    chosen = votes.sort("weight", "rank", descending=[True, False]).unique(
        "customer_id", keep="first", maintain_order=True
    )
    return pl.concat([own, chosen.select("customer_id", "agent_id")])


def relations(policies: pl.DataFrame) -> pl.DataFrame:
    """Count each customer's relation: `customer_id`, `relation_anchor`, `relation_years` (completed at the anchor).

    The anchor is the effective date of the first policy in force; the relation began with the first policy of all.
    """
    pairs = policies.select(pair=pair("customer_id", "effective_date") * 2 + pl.col("in_force")).sort("pair")
    first, began = _first_days(pairs.filter(pl.col("pair") % 2 == 1)), _first_days(pairs)
    years = completed_years(pl.lit(lookup(began, "customer_id", "day", first["customer_id"])), pl.col("day"))
    return first.select("customer_id", relation_anchor="day", relation_years=years)


def _first_days(pairs: pl.DataFrame) -> pl.DataFrame:
    """Return each customer's first day out of sorted pairs of customer, day and a bit."""
    known = pairs.select(pair=pl.col("pair") // 2).with_columns(customer_id=key_of_pair(pl.col("pair")))
    firsts = known.filter(pl.col("customer_id").ne_missing(pl.col("customer_id").shift(1)))
    return firsts.select("customer_id", day=day_of_pair(pl.col("pair")))


def family_cases(book: Book, policies: pl.DataFrame, suspended: pl.DataFrame) -> pl.DataFrame:
    """Return the days on which a death, claim or lapse is open in a customer's family: `customer_id`, `start`, `end`.

    `policies`: `policy_id`, `customer_id`; `suspended` as from `contracts.suspensions`. Ranges may overlap.
    """
    deaths = book.customers.filter(pl.col("deceased_on").is_not_null()).select(
        "customer_id", start="deceased_on", end=pl.col("deceased_on") + MOURNING
    )
    claims = (
        closing_days(book).filter(pl.col("kind") == "claim").select("customer_id", start="occurred_on", end="closed_on")
    )
    lapses = suspended.join(policies.select("policy_id", "customer_id"), on="policy_id").select(
        "customer_id", start="suspended_from", end="suspended_to"
    )
    cases = pl.concat([deaths, claims, lapses])
    return cases if cases.is_empty() else _shared_by_family(book, cases)


def _shared_by_family(book: Book, cases: pl.DataFrame) -> pl.DataFrame:
    family = book.customers.select("customer_id", "family_no")
    known = cases.join(family, on="customer_id")
    shared = known.filter(pl.col("family_no").is_not_null()).drop("customer_id").join(family, on="family_no")
    alone = known.filter(pl.col("family_no").is_null())
    return pl.concat([alone.select(cases.columns), shared.select(cases.columns)])


def closing_days(book: Book) -> pl.DataFrame:
    """Return requests and claims with the day on which they are closed: the columns of events and `closed_on`.

    The first `claim_closed` (of a claim) or `request_closed` (of a request) of the same subject on or after it closes
    it; FOREVER while it is open.
    """
    closers = {"claim": "claim_closed", "service_request": "request_closed"}
    subject = ["customer_id", "policy_id"]
    opened = book.events.filter(pl.col("kind").is_in(list(closers))).with_columns(
        closer=pl.col("kind").cast(pl.String).replace_strict(closers), policy_id=pl.col("policy_id").fill_null(0)
    )
    if opened.is_empty():
        return opened.drop("closer").with_columns(closed_on=pl.lit(None, dtype=pl.Date))
    closed = book.events.filter(pl.col("kind").is_in(list(closers.values()))).select(
        "customer_id", pl.col("policy_id").fill_null(0), closer=pl.col("kind").cast(pl.String), closed_on="occurred_on"
    )
    found = opened.sort("occurred_on").join_asof(
        closed.sort("closed_on"),
        left_on="occurred_on",
        right_on="closed_on",
        by=[*subject, "closer"],
        strategy="forward",
        check_sortedness=False,
    )
    return found.with_columns(
        closed_on=pl.col("closed_on").fill_null(FOREVER), policy_id=pl.when(pl.col("policy_id") > 0).then("policy_id")
    ).drop("closer")
