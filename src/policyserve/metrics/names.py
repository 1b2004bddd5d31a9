"""The names of the people and policies in a figure, and the phones of customers on a list of work."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from sqlalchemy import Connection, Select, select

from policyserve.metrics.figure import Figure, Kind, Names
from policyserve.tables import Agent, Customer, Policy

AGENTS, CUSTOMERS, POLICIES = (
    Agent.__table__,  # type: ignore[attr-defined]
    Customer.__table__,  # type: ignore[attr-defined]
    Policy.__table__,  # type: ignore[attr-defined]
)

MOST = 5_000
"""Numbers in one statement; databases take some 30,000."""


def names_in(connection: Connection, figure: Figure) -> Names:
    """Look up who stands in a figure by number; see `names_of`."""
    return names_of(connection, {kind: figure.numbers(kind) for kind in NAMED})


NAMED: tuple[Kind, ...] = ("customer", "phone", "agent", "policy")
"""Kinds of columns that stand with a name, or a phone."""


def names_of(connection: Connection, numbers: Mapping[Kind, Collection[str]]) -> Names:
    """Look up numbers by kind: the name of a customer or agent, the product of a policy, the phone of a customer."""
    customers, phones = numbers.get("customer", ()), numbers.get("phone", ())
    people = {number: (name, phone) for number, name, phone in _found(connection, _CUSTOMERS, {*customers, *phones})}
    return {
        "customer": {number: name for number, (name, _) in people.items() if name},
        "phone": {number: phone for number, (_, phone) in people.items() if phone and number in phones},
        "agent": dict(_found(connection, _AGENTS, numbers.get("agent", ()))),
        "policy": dict(_found(connection, _POLICIES, numbers.get("policy", ()))),
    }


_CUSTOMERS: Select[Any] = select(CUSTOMERS.c.customer_no, CUSTOMERS.c.name, CUSTOMERS.c.phone)
_AGENTS: Select[Any] = select(AGENTS.c.agent_no, AGENTS.c.name)
_POLICIES: Select[Any] = select(POLICIES.c.policy_no, POLICIES.c.product)


def _found(connection: Connection, query: Select[Any], numbers: Collection[str]) -> Iterator[tuple[Any, ...]]:
    """Yield the rows of a query whose first column is one of the numbers."""
    wanted, key = sorted(numbers), next(iter(query.selected_columns))
    for start in range(0, len(wanted), MOST):
        yield from map(tuple, connection.execute(query.where(key.in_(wanted[start : start + MOST]))))
