"""The book comes out of the database as planning needs it."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest
from sqlalchemy import Engine, insert

from policyserve import db
from policyserve.book import columns, snapshot
from policyserve.book.columns import Book
from policyserve.book.snapshot import load_book
from policyserve.db import text_rows
from policyserve.errors import NotFoundError
from policyserve.tables import metadata

DAY = date(2026, 1, 5)
CONTACT = {"channel": "call", "outcome": "reached"}
DONE = {1: DAY, 2: date(2026, 3, 1), 3: DAY}


def fill(engine: Engine, **rows: list[dict[str, object]]) -> None:
    """Put rows into the tables that the arguments name."""
    with db.writing(engine) as connection:
        for table, values in rows.items():
            connection.execute(insert(metadata.tables[table]), values)


def load(engine: Engine, customers: list[int] | None = None, since: date | None = None) -> Book:
    with db.reading(engine) as connection:
        return load_book(connection, customers=customers, since=since)


def customer(key: int, **facts: object) -> dict[str, object]:
    return {"id": key, "customer_no": f"C{key}", "family_no": None, "known_on": DAY} | facts


def policy(key: int, holder: int, **facts: object) -> dict[str, object]:
    contract = {"issue_date": DAY, "effective_date": None, "mode": "annual", "premium": 500_000, "currency": "CNY"}
    return {"id": key, "policy_no": f"P{key}", "customer_id": holder, "agent_id": 1, "known_on": DAY} | contract | facts


def event(key: int, holder: int, **facts: object) -> dict[str, object]:
    happened = {"kind": "sick", "occurred_on": DAY, "recorded_on": DAY, "policy_id": None, "retracted_on": None}
    return {"id": key, "customer_id": holder, "number": key} | happened | facts


def task(key: int, *, kind: str, subject: int, holder: int, status: str = "done") -> dict[str, object]:
    days = dict.fromkeys(("anchor", "nominal", "due", "earliest", "latest"), DAY)
    who = {"customer_id": holder, "performer": "agent", "channels": "call", "status": status}
    service = {"service": "add-on-offer", "subject_kind": kind, "subject_id": subject, "ordinal": key}
    return {"id": key, "provisional": False, "assigned": False} | service | who | days


@pytest.fixture
def branch(engine: Engine) -> Engine:
    """Three customers, the first two of one family, each with a policy and what belongs to it."""
    fill(
        engine,
        branches=[{"id": 1, "name": "Suzhou"}],
        teams=[{"id": 1, "name": "East", "branch_id": 1}],
        agents=[{"id": 1, "agent_no": "A1", "team_id": 1}, {"id": 2, "agent_no": "A2", "team_id": None}],
        customers=[customer(3), customer(1, family_no="F1"), customer(2, family_no="F1")],
        policies=[policy(30, 3), policy(10, 1, effective_date=date(2026, 2, 1)), policy(20, 2)],
        premiums=[{"policy_id": key, "instalment": 1, "paid_on": DAY} for key in (10, 20, 30)],
        debits=[
            {"policy_id": key, "number": 1, "instalment": 1, "debit_on": DAY, "result": "failed"} for key in (10, 30)
        ],
        events=[event(1, 1, policy_id=10), event(2, 1, retracted_on=DAY), event(3, 3)],
        referrals=[{"id": 1, "referrer_id": 2, "referred_on": DAY}, {"id": 2, "referrer_id": 3, "referred_on": DAY}],
        referral_stages=[{"referral_id": key, "known_on": DAY, "stage": "named"} for key in (1, 2)],
        tasks=[
            task(1, kind="customer", subject=1, holder=1),
            task(2, kind="customer", subject=3, holder=3),
            task(3, kind="policy", subject=10, holder=1),
            task(4, kind="customer", subject=2, holder=2, status="open"),
        ],
        contacts=[CONTACT | {"task_id": key, "done_on": day} for key, day in DONE.items()],
    )
    return engine


def keys(frame: pl.DataFrame, *names: str) -> list[object]:
    return frame.select(*names).to_series().to_list()


def test_an_empty_database_is_an_empty_book(engine: Engine) -> None:
    book = load(engine)
    for name in ("agents", "customers", "policies", "premiums", "debits", "events", "referrals", "stages", "contacts"):
        frame, schema = getattr(book, name), getattr(columns, name.upper())
        assert (frame.height, frame.schema) == (0, schema)


def test_the_whole_book_has_the_columns_of_planning(branch: Engine) -> None:
    book = load(branch)
    for name in ("agents", "customers", "policies", "premiums", "debits", "events", "referrals", "stages", "contacts"):
        assert getattr(book, name).schema == getattr(columns, name.upper())
        assert getattr(book, name).height > 0


def test_customers_and_policies_are_sorted_by_their_keys(branch: Engine) -> None:
    book = load(branch)
    assert keys(book.customers, "customer_id") == [1, 2, 3]
    assert keys(book.policies, "policy_id") == [10, 20, 30]


def test_the_issue_date_stands_in_for_a_missing_effective_date(branch: Engine) -> None:
    assert keys(load(branch).policies, "effective_date") == [date(2026, 2, 1), DAY, DAY]


def test_an_agent_without_a_branch_has_the_one_of_the_team(branch: Engine) -> None:
    assert load(branch).agents.select("agent_no", "team", "branch").sort("agent_no").rows() == [
        ("A1", "East", "Suzhou"),
        ("A2", None, None),
    ]


def test_retracted_events_are_left_out(branch: Engine) -> None:
    assert sorted(load(branch).events.select("customer_id", "number").rows()) == [(1, 1), (3, 3)]


def test_contacts_are_what_was_done_for_customers(branch: Engine) -> None:
    assert load(branch).contacts.sort("subject_id").rows() == [
        ("add-on-offer", "customer", 1, 1, DAY),
        ("add-on-offer", "customer", 3, 2, date(2026, 3, 1)),
    ]


def test_contacts_may_begin_on_a_day(branch: Engine) -> None:
    assert keys(load(branch, since=date(2026, 3, 1)).contacts, "subject_id") == [3]
    assert keys(load(branch, since=date(2026, 3, 2)).contacts, "subject_id") == []


def test_a_customer_comes_with_the_family_and_all_that_is_theirs(branch: Engine) -> None:
    book = load(branch, customers=[1])
    assert keys(book.customers, "customer_id") == [1, 2]
    assert keys(book.policies, "policy_id") == [10, 20]
    assert sorted(book.premiums["policy_id"]) == [10, 20]
    assert keys(book.debits, "policy_id") == [10]
    assert keys(book.events, "customer_id") == [1]
    assert keys(book.referrals, "referrer_id") == [2]
    assert keys(book.stages, "referral_id") == [1]
    assert keys(book.contacts, "subject_id") == [1]
    assert book.agents.height == 2


def test_a_customer_without_a_family_comes_alone(branch: Engine) -> None:
    assert keys(load(branch, customers=[3]).customers, "customer_id") == [3]


def test_no_customers_asked_for_are_none(branch: Engine) -> None:
    book = load(branch, customers=[])
    assert book.customers.is_empty()
    assert book.policies.is_empty()


def test_a_long_book_is_read_in_pieces(branch: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = load(branch)
    monkeypatch.setattr(text_rows, "PAGE", 7)
    pieces = load(branch)
    assert pieces.policies.equals(whole.policies)
    assert pieces.premiums.sort("policy_id").equals(whole.premiums.sort("policy_id"))
    assert pieces.contacts.sort("subject_id").equals(whole.contacts.sort("subject_id"))


def test_numbers_that_people_use_are_looked_up(branch: Engine) -> None:
    with db.reading(branch) as connection:
        assert snapshot.customer_id(connection, "C3") == 3
        assert snapshot.policy_id(connection, "P30") == 30
        assert snapshot.holder_id(connection, "P30") == 3
        assert snapshot.agent_id(connection, "A2") == 2


@pytest.mark.parametrize("lookup", [snapshot.customer_id, snapshot.policy_id, snapshot.holder_id, snapshot.agent_id])
def test_an_unknown_number_is_named(branch: Engine, lookup: object) -> None:
    assert callable(lookup)
    with db.reading(branch) as connection, pytest.raises(NotFoundError, match="the number 'X9'"):
        lookup(connection, "X9")
