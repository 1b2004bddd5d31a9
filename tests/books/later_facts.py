"""Facts of later days for property tests: what a book and its referrals may still learn after a day."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import polars as pl
from hypothesis import strategies as st

from books import random_books
from policyserve.book import columns
from policyserve.book.columns import EVENT_KINDS, Book
from policyserve.metrics.referrals.referrals import STAGES

Row = dict[str, Any]
NUMBERS = random_books.AGENT_NOS
PEOPLE = (("李小明", "15400000001"), ("王芳", "15400000002"), ("赵敏", None))


def days_after(day: date) -> st.SearchStrategy[date]:
    """Draw a day after `day`, often the next one."""
    return st.sampled_from([day + timedelta(days=step) for step in (1, 1, 1, 2, 30, 31, 90, 400)])


def days_until(day: date) -> st.SearchStrategy[date]:
    """Draw a day up to `day`."""
    return st.sampled_from([day - timedelta(days=step) for step in (0, 0, 1, 2, 30, 90, 400)])


def frame(rows: list[Row], schema: pl.Schema) -> pl.DataFrame:
    return pl.DataFrame([{name: row.get(name) for name in schema} for row in rows], schema=schema)


@st.composite
def books(draw: st.DrawFn, as_of: date) -> Book:
    """Draw a book with referrals from both lists; agents have teams, and policies are of several kinds."""
    book = draw(random_books.books(as_of))
    keys = book.customers["customer_id"].to_list()
    rows = [draw(_referrals(place, keys, days_until(as_of))) for place in range(1, draw(st.integers(0, 5)) + 1)]
    told = [
        draw(_stages(row["referral_id"], days_until(as_of))) for row in rows for _ in range(draw(st.integers(0, 2)))
    ]
    referrers = [draw(st.sampled_from([None, *keys])) for _ in keys]
    named_on = [draw(days_until(as_of)) if key else None for key in referrers]
    return replace(
        book,
        agents=book.agents.with_columns(
            team=pl.Series(["T1", "T1", "T2"]), branch=pl.lit("N"), joined_on=pl.lit(date(2015, 1, 1))
        ).select(columns.AGENTS.names()),
        customers=book.customers.with_columns(
            referred_by_id=pl.Series(referrers, dtype=pl.Int32), referred_on=pl.Series(named_on, dtype=pl.Date)
        ),
        referrals=frame(rows, columns.REFERRALS),
        stages=_one_a_day(frame(told, columns.STAGES)),
    )


@st.composite
def _referrals(draw: st.DrawFn, place: int, customers: list[int], days: st.SearchStrategy[date]) -> Row:
    name, phone = draw(st.sampled_from(PEOPLE))
    return {
        "referral_id": place,
        "referrer_id": draw(st.sampled_from(customers)),
        "referred_id": draw(st.sampled_from([None, *customers])),
        "referred_name": name,
        "referred_phone": phone,
        "referred_on": draw(days),
        "agent_id": draw(st.sampled_from([None, *NUMBERS])),
    }


@st.composite
def _stages(draw: st.DrawFn, referral: int, days: st.SearchStrategy[date]) -> Row:
    return {"referral_id": referral, "known_on": draw(days), "stage": draw(st.sampled_from([None, *STAGES]))}


def _one_a_day(stages: pl.DataFrame) -> pl.DataFrame:
    return stages.unique(["referral_id", "known_on"], keep="last", maintain_order=True)


@st.composite
def learnt(draw: st.DrawFn, book: Book, as_of: date) -> Book:
    """Draw what the book may hold later: payments, events, hand-overs, new business, deaths, referrals and stages."""
    later = days_after(as_of)
    book = draw(_paid(book, later))
    book = draw(_happened(book, later))
    book = draw(_handed_over(book, later))
    book = draw(_sold(book, later))
    book = draw(_named(book, later))
    died = [draw(st.sampled_from([None, None, True])) and draw(later) for _ in range(book.customers.height)]
    left = [draw(st.sampled_from([None, True])) and draw(later) for _ in range(book.agents.height)]
    return replace(
        book,
        customers=book.customers.with_columns(
            deceased_on=pl.coalesce("deceased_on", pl.Series(died, dtype=pl.Date))
        ),
        agents=pl.concat(
            [
                book.agents.with_columns(left_on=pl.coalesce("left_on", pl.Series(left, dtype=pl.Date))),
                frame(
                    [{"agent_id": 9, "agent_no": "N9", "name": "New", "team": "T2", "branch": "N",
                      "joined_on": draw(later)}],
                    columns.AGENTS,
                ),
            ]
        ),
    )  # fmt: skip


@st.composite
def _paid(draw: st.DrawFn, book: Book, later: st.SearchStrategy[date]) -> Book:
    """Pay what is unpaid, and sign receipts."""
    paid = [draw(st.sampled_from([None, True])) and draw(later) for _ in range(book.premiums.height)]
    signed = [draw(st.sampled_from([None, True])) and draw(later) for _ in range(book.policies.height)]
    return replace(
        book,
        premiums=book.premiums.with_columns(paid_on=pl.coalesce("paid_on", pl.Series(paid, dtype=pl.Date))),
        policies=book.policies.with_columns(receipt_on=pl.coalesce("receipt_on", pl.Series(signed, dtype=pl.Date))),
    )


@st.composite
def _happened(draw: st.DrawFn, book: Book, later: st.SearchStrategy[date]) -> Book:
    """Let anything happen to policies; changes of agent come with `_handed_over`."""
    kinds = st.sampled_from([kind for kind in EVENT_KINDS if kind not in {"agent_changed", "mode_changed"}])
    owners = book.policies.select("customer_id", "policy_id").rows()
    rows = [
        {"customer_id": customer, "policy_id": policy, "number": 100 + place, "kind": draw(kinds),
         "occurred_on": draw(later), "amount": 1_100}
        for place, (customer, policy) in enumerate(draw(st.lists(st.sampled_from(owners), max_size=4)))
    ]  # fmt: skip
    return replace(book, events=pl.concat([book.events, frame(rows, columns.EVENTS)]))


@st.composite
def _handed_over(draw: st.DrawFn, book: Book, later: st.SearchStrategy[date]) -> Book:
    """Give policies and customers another agent, with the events that an import records."""
    policies, customers, rows = book.policies.to_dicts(), book.customers.to_dicts(), []
    for number, subject in enumerate((*policies, *customers), start=200):
        before, after = subject["agent_id"], draw(st.sampled_from([None, *NUMBERS]))
        if before is None or after in {None, before}:
            continue
        subject["agent_id"] = after
        rows.append(
            {"customer_id": subject["customer_id"], "policy_id": subject.get("policy_id"), "number": number,
             "kind": "agent_changed", "occurred_on": draw(later), "detail": NUMBERS[after],
             "previous": NUMBERS[before]}
        )  # fmt: skip
    return replace(
        book,
        policies=frame(policies, columns.POLICIES),
        customers=frame(customers, columns.CUSTOMERS),
        events=pl.concat([book.events, frame(rows, columns.EVENTS)]),
    )


@st.composite
def _sold(draw: st.DrawFn, book: Book, later: st.SearchStrategy[date]) -> Book:
    """Sell copies of policies anew, and riders to them."""
    rows = []
    for place, policy in enumerate(book.policies.to_dicts()):
        if draw(st.booleans()):
            day = draw(later)
            rider = policy["policy_id"] if draw(st.booleans()) and not policy["main_policy_id"] else None
            new = {"policy_id": 500 + place, "policy_no": f"N{place}", "issue_date": day, "effective_date": day}
            rows.append({**policy, **new, "main_policy_id": rider, "receipt_on": None, "ends_on": None})
    return replace(book, policies=pl.concat([book.policies, frame(rows, columns.POLICIES)]))


@st.composite
def _named(draw: st.DrawFn, book: Book, later: st.SearchStrategy[date]) -> Book:
    """Name people, and let those named go further, or back."""
    keys = book.customers["customer_id"].to_list()
    known = book.referrals["referral_id"].to_list()
    rows = [draw(_referrals(900 + place, keys, later)) for place in range(draw(st.integers(0, 2)))]
    rows = [row | {"referred_name": f"New {row['referral_id']}", "referred_phone": None} for row in rows]
    told = [draw(_stages(key, later)) for key in known for _ in range(draw(st.integers(0, 2)))]
    new = [draw(st.sampled_from([None, *keys])) for _ in keys]
    day = draw(later)
    unknown = pl.col("referred_by_id").is_null()
    return replace(
        book,
        customers=book.customers.with_columns(
            referred_on=pl.when(unknown).then(pl.lit(day)).otherwise("referred_on"),
            referred_by_id=pl.coalesce("referred_by_id", pl.Series(new, dtype=pl.Int32)),
        ),
        referrals=pl.concat([book.referrals, frame(rows, columns.REFERRALS)]),
        stages=_one_a_day(pl.concat([book.stages, frame(told, columns.STAGES)])),
    )
