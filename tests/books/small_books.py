"""Books of a few rows, written so that a test shows only what it is about."""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl

from policyserve.book import columns
from policyserve.book.columns import Book

Row = dict[str, Any]
AGENT_NOS = {1: "A2", 2: "A10", 3: "B1"}


def customer(key: int = 1, **fields: Any) -> Row:
    """Return a customer of this key: number `C1`, nothing else known but `fields`."""
    return {"customer_id": key, "customer_no": f"C{key}", **fields}


def policy(key: int = 1, *, issued: date, **fields: Any) -> Row:
    """Return a policy of customer 1, paid yearly, effective on its issue, served by agent 1 (`A2`)."""
    plain = {
        "policy_no": f"P{key}",
        "customer_id": 1,
        "agent_id": 1,
        "participating": False,
        "is_group": False,
        "mode": "annual",
        "premium": 1000,
        "currency": "CNY",
    }
    return {"policy_id": key, "issue_date": issued, "effective_date": issued, **plain, **fields}


def premium(instalment: int, paid_on: date | None = None, *, policy: int = 1, **fields: Any) -> Row:
    """Return the row of an instalment of a policy, unpaid unless a day is given."""
    return {"policy_id": policy, "instalment": instalment, "paid_on": paid_on, **fields}


def debit(instalment: int, on: date, result: str, *, policy: int = 1, number: int = 1) -> Row:
    """Return a debit of a policy."""
    return {"policy_id": policy, "number": number, "instalment": instalment, "debit_on": on, "result": result}


def event(kind: str, on: date, *, policy: int | None = 1, customer: int = 1, number: int = 1) -> Row:
    """Return an event of a policy of a customer; `policy=None`: of the customer."""
    return {"customer_id": customer, "policy_id": policy, "number": number, "kind": kind, "occurred_on": on}


def contact(service: str, ordinal: int, on: date, *, customer: int = 1) -> Row:
    """Return a customer-level service done."""
    return {
        "service": service,
        "subject_kind": "customer",
        "subject_id": customer,
        "ordinal": ordinal,
        "done_on": on,
    }


def book(*policies: Row, customers: list[Row] | None = None, **lists: list[Row]) -> Book:
    """Return a book of these policies; one customer without further facts unless `customers` are given."""
    return Book(
        agents=_frame([{"agent_id": key, "agent_no": number} for key, number in AGENT_NOS.items()], columns.AGENTS),
        customers=_frame([customer()] if customers is None else customers, columns.CUSTOMERS),
        policies=_frame(list(policies), columns.POLICIES),
        premiums=_frame(lists.get("premiums", []), columns.PREMIUMS),
        debits=_frame(lists.get("debits", []), columns.DEBITS),
        events=_frame(lists.get("events", []), columns.EVENTS),
        contacts=_frame(lists.get("contacts", []), columns.CONTACTS),
    )


def _frame(rows: list[Row], schema: pl.Schema) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=schema, orient="row")
