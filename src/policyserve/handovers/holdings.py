"""Holdings: the customers whom agents serve and the policies that they serve, household by household."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

import polars as pl
from sqlalchemy import Connection

from policyserve import db
from policyserve.book.agent_changes import agents_of
from policyserve.book.stored_rows import read_matching

HELD: Final = pl.Schema(
    {
        "subject_kind": pl.String(),
        "subject_id": pl.Int32(),
        "customer_id": pl.Int32(),
        "household": pl.String(),
        "from_agent_id": pl.Int32(),
    }
)
"""The customers and policies of agents: one row each."""

NUMBERS: Final = pl.Schema({"agent_id": pl.Int32(), "agent_no": pl.String()})

_CUSTOMER: Final = pl.Schema(
    {
        "customer_id": pl.Int32(),
        "customer_no": pl.String(),
        "family_no": pl.String(),
        "referred_by_id": pl.Int32(),
    }
)
_CUSTOMERS = "SELECT id AS customer_id, customer_no, family_no, referred_by_id FROM customers"
_TRAITS = "SELECT id AS customer_id, region, language FROM customers"
_POLICY: Final = pl.Schema({"policy_id": pl.Int32(), "customer_id": pl.Int32(), "agent_id": pl.Int32()})
_POLICIES = "SELECT id AS policy_id, customer_id, agent_id FROM policies"


def held_by(connection: Connection, agents: Collection[int]) -> pl.DataFrame:
    """Return what agents hold, like HELD, in order: customers whom they serve, and policies that they serve."""
    policies = db.read_frame(connection, f"{_POLICIES} WHERE agent_id IN ({listed(agents)})", _POLICY)
    served = _people(connection, customers_of(connection, agents)).join(
        _serving(connection, customers_of(connection, agents)), on="customer_id"
    )
    own = served.filter(pl.col("agent_id").is_in(list(agents)))
    holders = _people(connection, policies.select("customer_id").unique())
    rows = pl.concat(
        [
            _lines(own, "customer", "customer_id"),
            _lines(policies.join(holders, on="customer_id"), "policy", "policy_id"),
        ]
    )
    return rows.sort("household", "subject_kind", "subject_id")


def ties_of(connection: Connection, held: pl.DataFrame) -> pl.DataFrame:
    """Return whom households know: `household`, `agent_id`, `tie` (`served`, `referrer`)."""
    people = _people(connection, held.select("customer_id").unique())
    families = people.select("family_no").unique()
    family = read_matching(connection, _CUSTOMERS, _CUSTOMER, families).join(families, on="family_no", how="semi")
    mates = pl.concat([people, family]).unique("customer_id")
    served = pl.concat([_serving(connection, mates), _policies(connection, mates)]).join(_home(mates), on="customer_id")
    referrers = people.select("referred_by_id", "customer_id").drop_nulls()
    serving = _serving(connection, referrers.select(customer_id="referred_by_id").unique())
    referred = referrers.join(serving, left_on="referred_by_id", right_on="customer_id").join(
        _home(people), on="customer_id"
    )
    found = [
        frame.select("household", "agent_id", tie=pl.lit(tie))
        for frame, tie in ((served, "served"), (referred, "referrer"))
    ]
    return pl.concat(found).drop_nulls().unique().sort("household", "agent_id", "tie")


def traits_of(connection: Connection, held: pl.DataFrame) -> pl.DataFrame:
    """Return where households live and what they speak, by the first customer of whom it is known.

    `household`, `region`, `language`: one row each.
    """
    read = pl.Schema({"customer_id": pl.Int32(), "region": pl.String(), "language": pl.String()})
    people = held.select("household", "customer_id").unique()
    found = read_matching(connection, _TRAITS, read, people.select("customer_id").unique())
    known = people.join(found, on="customer_id", how="left").sort("household", "customer_id")
    first = pl.col("region", "language").drop_nulls().first()
    return known.group_by("household", maintain_order=True).agg(first)


def customers_of(connection: Connection, agents: Collection[int]) -> pl.DataFrame:
    """Return who has one of these agents, or a policy that one of them serves: `customer_id`."""
    keys = listed(agents)
    query = (
        f"SELECT id FROM customers WHERE agent_id IN ({keys}) "
        f"UNION SELECT customer_id FROM policies WHERE agent_id IN ({keys})"
    )
    return db.read_frame(connection, query, pl.Schema({"customer_id": pl.Int32()}))


def numbers_of_agents(connection: Connection) -> pl.DataFrame:
    """Return every agent: `agent_id`, `agent_no`."""
    return db.read_frame(connection, "SELECT id, agent_no FROM agents", NUMBERS)


def listed(keys: Collection[int]) -> str:
    """List keys for an IN (...)."""
    return ", ".join(str(int(key)) for key in keys) or "NULL"


def _serving(connection: Connection, customers: pl.DataFrame) -> pl.DataFrame:
    """Return who serves customers, where anybody does: `customer_id`, `agent_id`."""
    found = agents_of(connection, customers.select("customer_id").unique())
    return found.join(numbers_of_agents(connection), on="agent_no").select("customer_id", "agent_id")


def _policies(connection: Connection, customers: pl.DataFrame) -> pl.DataFrame:
    found = read_matching(connection, _POLICIES, _POLICY, customers.select("customer_id"))
    return found.join(customers, on="customer_id", how="semi").select("customer_id", "agent_id")


def _people(connection: Connection, customers: pl.DataFrame) -> pl.DataFrame:
    found = read_matching(connection, _CUSTOMERS, _CUSTOMER, customers)
    return found.join(customers, on="customer_id", how="semi")


def _home(people: pl.DataFrame) -> pl.DataFrame:
    return people.select("customer_id", household=pl.coalesce("family_no", "customer_no"))


def _lines(rows: pl.DataFrame, kind: str, key: str) -> pl.DataFrame:
    named = rows.select(
        subject_kind=pl.lit(kind),
        subject_id=key,
        customer_id="customer_id",
        household=pl.coalesce("family_no", "customer_no"),
        from_agent_id="agent_id",
    )
    return named.select(HELD.names())
