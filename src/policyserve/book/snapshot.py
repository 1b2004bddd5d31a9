"""The book out of the database: the whole of it, or the part of some customers and their families."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

import polars as pl
from sqlalchemy import Connection, text

from policyserve.book import columns
from policyserve.book.columns import Book
from policyserve.db import read_frame
from policyserve.errors import NotFoundError, PolicyserveError

AGENTS = """
SELECT a.id, a.agent_no, a.name, t.name, coalesce(own.name, of_team.name), a.manager_id, a.joined_on, a.left_on
FROM agents a
LEFT JOIN teams t ON t.id = a.team_id
LEFT JOIN branches own ON own.id = a.branch_id
LEFT JOIN branches of_team ON of_team.id = t.branch_id
"""

PLACES = """
SELECT f.agent_id, f.until, t.name, coalesce(own.name, of_team.name)
FROM former_places f
LEFT JOIN teams t ON t.id = f.team_id
LEFT JOIN branches own ON own.id = f.branch_id
LEFT JOIN branches of_team ON of_team.id = t.branch_id
"""

CUSTOMERS = """
SELECT id, customer_no, gender, birthday, lunar_birthday, deceased_on, vip, occupation, family_no, agent_id,
    referred_by_id, referred_on, known_on
FROM customers
"""

POLICIES = """
SELECT id, policy_no, customer_id, insured_id, writing_agent_id, agent_id, product, product_kind, participating,
    is_group, main_policy_id, issue_date, coalesce(effective_date, issue_date), receipt_on, mode, premium, currency,
    pay_years, ends_on, channel, freelook_days, known_on
FROM policies
"""

PREMIUMS = "SELECT policy_id, instalment, amount, paid_on, paid_amount FROM premiums"

DEBITS = "SELECT policy_id, number, instalment, debit_on, result FROM debits"

EVENTS = """
SELECT id, customer_id, policy_id, number, kind, occurred_on, amount, detail, previous
FROM events
WHERE retracted_on IS NULL
"""

REFERRALS = """
SELECT id, referrer_id, referred_id, referred_name, referred_phone, referred_on, agent_id
FROM referrals
"""

STAGES = "SELECT referral_id, known_on, stage FROM referral_stages"

CONTACTS = """
SELECT task_id, service, subject_kind, subject_id, ordinal, done_on FROM (
    SELECT c.task_id AS task_id, t.service, t.subject_kind, t.subject_id, t.ordinal, c.done_on, t.customer_id
    FROM contacts c
    JOIN tasks t ON t.id = c.task_id
    WHERE t.subject_kind = 'customer' AND t.status = 'done'
    UNION ALL
    SELECT -m.id, m.service, m.subject_kind, m.subject_id, m.ordinal, m.send_on, m.customer_id
    FROM messages m
    WHERE m.subject_kind = 'customer' AND m.status IN ('submitting', 'accepted', 'delivered', 'unknown')
) done WHERE 1 = 1
"""
"""What was done for customers: work that was reported, and texts that left or may have left."""

RIGHTS = """
SELECT id, restricted_on IS NULL FROM customers WHERE (restricted_on IS NOT NULL OR erased_on IS NOT NULL)
"""
"""Customers whose data were restricted or erased."""

COMPLAINTS = """
SELECT complaint_id, customer_id, occurred_on, closed_on FROM (
    SELECT c.id AS complaint_id, e.customer_id, e.occurred_on, c.closed_on
    FROM complaints c JOIN events e ON e.id = c.event_id
) complained WHERE 1 = 1
"""

FAMILIES = """
SELECT id FROM customers WHERE id IN ({ids})
UNION
SELECT other.id FROM customers asked JOIN customers other ON other.family_no = asked.family_no WHERE asked.id IN ({ids})
UNION
SELECT insured_id FROM policies WHERE customer_id IN ({ids}) AND insured_id IS NOT NULL
UNION
SELECT rider.customer_id FROM policies main JOIN policies rider ON rider.main_policy_id = main.id
WHERE main.customer_id IN ({ids})
"""
"""The customers asked for, their families, whom their policies insure (a service may ask for these people's age), and
who holds a rider of theirs."""


REFERRED = """{key} IN (
    SELECT id FROM customers WHERE referred_by_id IN ({{customers}})
    UNION SELECT referred_id FROM referrals WHERE referrer_id IN ({{customers}})
)"""
"""Customers whom those asked for have referred: who they are and who else named them, without policies; a grade counts
them."""


@dataclass(frozen=True, kw_only=True)
class _Reader:
    """Reads lists of the book, whole or of some customers only."""

    connection: Connection
    customers: str | None
    """Keys of customers for an IN (...), or None for all."""

    def read(self, query: str, schema: pl.Schema, key: str, condition: str) -> pl.DataFrame:
        """Read rows whose first column is `key`; where only some customers are asked for, `condition` must hold.

        `key` is left out of the frame unless `schema` has it.
        """
        wanted = schema if key in schema else pl.Schema({key: pl.Int32(), **schema})
        if self.customers is None:
            frame = read_frame(self.connection, query, wanted, page_by=key)
        else:
            word = "AND" if "WHERE" in query else "WHERE"
            frame = read_frame(self.connection, f"{query} {word} {condition.format(customers=self.customers)}", wanted)
        return frame.select(schema.names())


def load_book(connection: Connection, *, customers: Collection[int] | None = None, since: date | None = None) -> Book:
    """Read the book: all of it, or `customers` with their families, whom they insure and all that belongs to these, and
    every agent.

    Events that were retracted are left out. Contacts are those of customers; `since` leaves earlier ones out.
    """
    reader = _Reader(connection=connection, customers=None if customers is None else _families(connection, customers))
    people = f"id IN ({{customers}}) OR {REFERRED.format(key='id')}"
    mentions = f"referrer_id IN ({{customers}}) OR {REFERRED.format(key='referred_id')}"
    held = "policy_id IN (SELECT id FROM policies WHERE customer_id IN ({customers}))"
    named = "referral_id IN (SELECT id FROM referrals WHERE referrer_id IN ({customers}))"
    contacts = CONTACTS if since is None else f"{CONTACTS} AND done.done_on >= '{since.isoformat()}'"
    return Book(
        agents=_agents(connection),
        places=_places(connection),
        customers=reader.read(CUSTOMERS, columns.CUSTOMERS, "customer_id", f"({people})").sort("customer_id"),
        policies=reader.read(POLICIES, columns.POLICIES, "policy_id", "customer_id IN ({customers})").sort("policy_id"),
        premiums=reader.read(PREMIUMS, columns.PREMIUMS, "policy_id", held),
        debits=reader.read(DEBITS, columns.DEBITS, "policy_id", held),
        events=reader.read(EVENTS, columns.EVENTS, "event_id", "customer_id IN ({customers})"),
        referrals=reader.read(REFERRALS, columns.REFERRALS, "referral_id", f"({mentions})"),
        stages=reader.read(STAGES, columns.STAGES, "referral_id", named),
        contacts=reader.read(contacts, columns.CONTACTS, "task_id", "done.customer_id IN ({customers})"),
        rights=reader.read(RIGHTS, columns.RIGHTS, "customer_id", "id IN ({customers})"),
        complaints=reader.read(COMPLAINTS, columns.COMPLAINTS, "complaint_id", "customer_id IN ({customers})"),
    )


def load_contacts(connection: Connection, customers: Collection[int]) -> pl.DataFrame:
    """Read what was done for these customers, whichever their families: columns as `columns.CONTACTS`."""
    reader = _Reader(connection=connection, customers=_listed(customers))
    return reader.read(CONTACTS, columns.CONTACTS, "task_id", "done.customer_id IN ({customers})")


def load_agents(connection: Connection, day: date) -> pl.DataFrame:
    """Read every agent in the team and branch of `day`: columns as `columns.AGENTS`."""
    return columns.agents_on(_agents(connection), _places(connection), day)


def _agents(connection: Connection) -> pl.DataFrame:
    return read_frame(connection, AGENTS, columns.AGENTS)


def _places(connection: Connection) -> pl.DataFrame:
    return read_frame(connection, PLACES, columns.PLACES)


def _families(connection: Connection, customers: Collection[int]) -> str:
    """List these customers and everybody of their families, for an IN (...)."""
    found = connection.scalars(text(FAMILIES.format(ids=_listed(customers))))
    return _listed(found.all())


def _listed(keys: Collection[int]) -> str:
    return ", ".join(str(int(key)) for key in keys) or "NULL"


def customer_id(connection: Connection, customer_no: str) -> int:
    """Return the key of a customer; raises NotFoundError."""
    return _key(connection, "customer", "SELECT id FROM customers WHERE customer_no = :number", customer_no)


def number_and_name(connection: Connection, key: int) -> tuple[str, str | None]:
    """Return the number and the name of a customer whose key is known."""
    row = connection.execute(text("SELECT customer_no, name FROM customers WHERE id = :key"), {"key": key}).one()
    return str(row.customer_no), row.name


def phone(connection: Connection, customer_no: str) -> str | None:
    """Return the phone of a customer; raises NotFoundError."""
    found = connection.scalar(
        text("SELECT phone FROM customers WHERE id = :key"), {"key": customer_id(connection, customer_no)}
    )
    return None if found is None else str(found)


def policy_id(connection: Connection, policy_no: str) -> int:
    """Return the key of a policy; raises NotFoundError."""
    return _key(connection, "policy", "SELECT id FROM policies WHERE policy_no = :number", policy_no)


def holder_id(connection: Connection, policy_no: str) -> int:
    """Return the key of the customer who holds a policy; raises NotFoundError."""
    return _key(connection, "policy", "SELECT customer_id FROM policies WHERE policy_no = :number", policy_no)


def customer_of(connection: Connection, *, policy_no: str | None = None, customer_no: str | None = None) -> int:
    """Return the key of a customer, or of the holder of a policy.

    Raises NotFoundError, and PolicyserveError where both numbers are given and do not belong together.
    """
    if policy_no is None:
        return customer_id(connection, customer_no or "")
    holder = holder_id(connection, policy_no)
    if customer_no and customer_id(connection, customer_no) != holder:
        raise PolicyserveError(
            "Customer {customer_no} does not hold policy {policy_no}; give one of the two.",
            customer_no=customer_no,
            policy_no=policy_no,
        )
    return holder


def agent_id(connection: Connection, agent_no: str) -> int:
    """Return the key of an agent; raises NotFoundError."""
    return _key(connection, "agent", "SELECT id FROM agents WHERE agent_no = :number", agent_no)


def _key(connection: Connection, noun: str, query: str, number: str) -> int:
    key = connection.scalar(text(query), {"number": number})
    if key is None:
        raise NotFoundError(noun, number)
    return int(key)
