"""What messages ask of the database beyond the book: names, phones, consents, agents' phones, debits in words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl
from polars._typing import PolarsDataType as DataType
from sqlalchemy import Connection

from policyserve import db
from policyserve.book.columns import Gender
from policyserve.messages.contents import read_contents
from policyserve.messages.phones import key


def _schema(types: dict[str, DataType]) -> pl.Schema:
    return pl.Schema(types)


AT_ONCE = 20_000
"""Keys in one statement: SQLite takes statements of up to a million characters."""

PEOPLE = _schema(
    {
        "customer_id": pl.Int32,
        "customer_no": pl.String,
        "name": pl.String,
        "gender": Gender,
        "birthday": pl.Date,
        "deceased_on": pl.Date,
        "phone": pl.String,
        "consent": pl.Boolean,  # to marketing; empty is no
        "opted_out": pl.Boolean,  # of SMS marketing: by the list, or by a reply from this phone
    }
)
"""Customers as messages see them."""

_PEOPLE = """
SELECT c.id, c.customer_no, c.name, c.gender, c.birthday, c.deceased_on, c.phone,
    coalesce(c.marketing_consent, {no}), coalesce(c.sms_optout, {no}) OR c.restricted_on IS NOT NULL
FROM customers c WHERE c.id IN ({keys})
"""

_REFUSED = """
SELECT phone FROM refusals WHERE lifted_at IS NULL
UNION SELECT phone FROM customers WHERE (sms_optout OR restricted_on IS NOT NULL) AND phone IS NOT NULL
"""
"""A refusal holds for the phone, whoever has it."""

AGENTS = pl.Schema({"agent_id": pl.Int32, "agent_name": pl.String, "agent_phone": pl.String})
"""Whom customers of an agent are to call: nobody where the agent has left and no manager above is there."""

_STAFF = "SELECT id, name, phone, manager_id, left_on FROM agents"

DEBITS = pl.Schema(
    {
        "policy_id": pl.Int32,
        "ordinal": pl.Int32,  # the debit's number
        "instalment": pl.Int32,
        "debit_on": pl.Date,
        "next_debit_on": pl.Date,
        "failure": pl.String,
        "result": pl.String,
    }
)

_DEBITS = """
SELECT policy_id, number, instalment, debit_on, next_debit_on, failure, result FROM debits WHERE policy_id IN ({keys})
"""


@dataclass(frozen=True, kw_only=True)
class People:
    """What `read_people` found."""

    customers: pl.DataFrame
    """Like `PEOPLE`."""
    agents: pl.DataFrame
    """Like `AGENTS`."""
    debits: pl.DataFrame
    """Like `DEBITS`."""
    contents: pl.DataFrame
    """`kind` (news, event), `text`: what the company tells its customers in this period."""


def read_people(connection: Connection, touches: pl.DataFrame, day: date, language: str) -> People:
    """Read whom the touches are for, who serves them, and the debits of their policies."""
    policies = touches.filter(pl.col("policy_id").is_not_null())["policy_id"].unique()
    return People(
        customers=_customers(connection, touches["customer_id"].unique()),
        agents=_agents(connection, day),
        debits=_read(connection, _DEBITS, DEBITS, policies),
        contents=read_contents(connection, day, language),
    )


def _agents(connection: Connection, day: date) -> pl.DataFrame:
    schema = pl.Schema({**AGENTS, "manager_id": pl.Int32(), "left_on": pl.Date()})
    staff = {row["agent_id"]: row for row in db.read_frame(connection, _STAFF, schema).to_dicts()}
    found = [{**_at_work(staff, key, day), "agent_id": key} for key in staff]
    return pl.DataFrame(found, schema=AGENTS)


def _at_work(staff: Mapping[int, dict[str, Any]], key: int | None, day: date) -> dict[str, Any]:
    """Return an agent who is there on the day, or whoever above them is, as on an agenda; an empty row for nobody."""
    seen = set()
    while key is not None and key not in seen:
        row = staff[key]
        if row["left_on"] is None or row["left_on"] > day:
            return {name: row[name] for name in AGENTS}
        seen.add(key)
        key = row["manager_id"]
    return {}


def _customers(connection: Connection, keys: Iterable[int]) -> pl.DataFrame:
    no = "0" if db.is_sqlite(connection) else "false"
    found = _read(connection, _PEOPLE.replace("{no}", no), PEOPLE, keys)
    refused = db.read_frame(connection, _REFUSED, pl.Schema({"phone": pl.String()})).select(key(pl.col("phone")))
    by_phone = key(pl.col("phone")).is_in(refused["phone"].implode()).fill_null(value=False)
    return found.with_columns(opted_out=pl.col("opted_out") | by_phone)


def _read(connection: Connection, query: str, schema: pl.Schema, keys: Iterable[int]) -> pl.DataFrame:
    frames = [
        db.read_frame(connection, query.replace("{keys}", ", ".join(map(str, part))), schema) for part in _parts(keys)
    ]
    return pl.concat(frames) if frames else pl.DataFrame(schema=schema)


def _parts(keys: Iterable[int]) -> Iterator[list[int]]:
    ordered = sorted(keys)
    for start in range(0, len(ordered), AT_ONCE):
        yield ordered[start : start + AT_ONCE]
