"""Random small books: a few customers and policies whose days lie where something happens.

A policy is drawn around one of its instalments, the *troubled* one, whose due day lies an interesting number of days
before `as_of`: the edges of grace, of suspension, of the offsets of the default standard. Payments, debits and events
then fall on and beside the days that matter to it. Numbers as text sort otherwise than keys on purpose.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta
from itertools import product
from typing import Any

import polars as pl
from dateutil.relativedelta import relativedelta
from hypothesis import strategies as st

from policyserve.book import columns
from policyserve.book.columns import EVENT_KINDS, MONTHS_OF_MODE, Book
from policyserve.dates import Days

Row = dict[str, Any]
AGENT_NOS = {1: "A2", 2: "A10", 3: "B1"}
GRACE = 60
LISTS = ("customers", "policies", "premiums", "debits", "events", "referrals", "contacts")
"""The lists of a book whose rows belong to its customers and policies."""

AGES_OF_DUES = (
    0, 1, 2, 7, 29, 30, 31, 45, 55, 59, 60, 61, 62, 67, 68, 69, 91, 92, 120, 151, 241, 426, 700, 784, 791, 800,
)  # fmt: skip
"""Days from the due day of the troubled instalment to as-of."""
AHEAD = (1, 3, 7, 30, 90, 100)
"""Days from as-of to the due day of a troubled instalment of the future."""
ISSUE_LAGS = (0, 0, 0, 0, 0, -1, -3, -10, 1, 5, 31, 200)
"""Days from the effective date to the issue."""
RECEIPT_LAGS = (0, 1, 2, 3, 4, 10, 15, 60)
STEPS = (0, 0, 0, -1, 1, -2, 2, -7, 3, 7, 8, 15, 30, -30, 60, 61, 90, 180, -90)
"""Days beside a day that matters."""
BIRTHDAYS = (date(1988, 2, 29), date(2012, 2, 29), date(1966, 1, 31), date(1956, 12, 31), date(1990, 11, 22))
LUNAR_BIRTHDAYS = (
    "1968-08-15", "1968-闰07-15", "1995-闰08-15", "1984-闰10-29", "2006-闰07-10", "1966-闰03-29", "1955-闰03-30",
    "1961-12-30", "1962-12-29", "1970-01-01", "1979-闰06-30", "2001-闰04-01", "1985-12-10", "1977-11-20", "1982-12-15",
)  # fmt: skip
AGES = (13, 14, 59, 60, 45)
PEOPLE = tuple(
    product(
        (None, "female", "male"),
        (None, "teacher", "教师", "driver"),
        (None, "F1", "F2", "F1"),
        (None, None, 1, 2, 3),
        (None, None, "金卡", "Diamond"),
    )
)
TERMS = tuple(product((False, True), (1, 2, 3), (None, 10, 20), (None, None, None, None, 1, 2, 3, 20)))
MODES = ("single", "annual", "semi-annual", "quarterly", "monthly", "annual", "monthly")
PAYMENTS: tuple[Row | None, ...] = (
    *({"amount": amount, "paid_on": None, "paid_amount": None} for amount in (None,) * 12 + (1200,)),
    *(
        {"amount": amount, "paid_on": lag, "paid_amount": paid}
        for lag in (0, -1, -3, -7, -8, -40, -100, 1, 2, 29, 30, 45, 59, 60, 61, 62, 100)
        for amount, paid in ((None, None), (None, 1000), (None, 1100), (None, 900), (1200, 1200), (1200, 1000))
    ),
    *(None,) * 10,
)
"""What the list says of an instalment; `paid_on` is days from its due day."""
POLICY_EVENTS = (
    *EVENT_KINDS, "reinstated", "reinstated", "reinstated", "premium_loan", "suspension_confirmed",
    "dividend_declared", "dividend_declared", "claim", "claim_closed", "service_request", "request_closed",
)  # fmt: skip
CUSTOMER_EVENTS = (
    "claim", "claim_closed", "sick", "service_request", "request_closed", "agent_changed", "complaint",
)  # fmt: skip


def days_near(*around: date) -> st.SearchStrategy[date]:
    """Draw a day beside one of those that matter."""
    return st.sampled_from([day + timedelta(days=step) for step in STEPS for day in around])


def as_of_days() -> st.SearchStrategy[date]:
    """Draw a day to plan on: ends of months and years, leap years, published and unpublished years."""
    edges = (
        date(2026, 11, 21), date(2026, 11, 30), date(2024, 2, 29), date(2025, 3, 31), date(2026, 12, 31),
        date(2027, 1, 1), date(2020, 9, 1), date(2026, 2, 14), date(2025, 7, 24),
    )  # fmt: skip
    return st.sampled_from(edges) | st.dates(date(2019, 1, 1), date(2029, 12, 31))


@st.composite
def windows(draw: st.DrawFn, as_of: date) -> Days:
    """Draw a window of 1 to 500 days before, across or after `as_of`."""
    length = draw(st.sampled_from((500, 1, 2, 7, 30, 365, 400)) | st.integers(1, 500))
    lead = draw(st.sampled_from((length // 2, 0, 1, length, length - 1)) | st.integers(-400, 900))
    start = as_of - timedelta(days=lead)
    return Days(start=start, end=start + timedelta(days=length))


@st.composite
def books(draw: st.DrawFn, as_of: date) -> Book:
    """Draw a book of 1 to 4 customers and 1 to 6 policies."""
    customers = [draw(_customers(10 * place + 3, as_of)) for place in range(draw(st.integers(1, 4)))]
    keys = [customer["customer_id"] for customer in customers]
    referrals = draw(_referred(customers, as_of))
    policies: list[Row] = []
    premiums: list[Row] = []
    debits: list[Row] = []
    events: list[Row] = []
    for place in range(draw(st.integers(1, 6))):
        policy, troubled = draw(_policies(10 * place + 7, keys, policies, as_of))
        policies.append(policy)
        premiums += draw(_premiums(policy, troubled, as_of))
        debits += draw(_debits(policy, troubled))
        events += draw(_policy_events(policy, troubled, as_of))
    for key in keys:
        events += draw(_customer_events(key, as_of))
    if draw(st.booleans()):
        premiums, debits, events = premiums[::-1], debits[::-1], events[::-1]
    return Book(
        agents=_frame([_agent(key, as_of) for key in AGENT_NOS], columns.AGENTS),
        customers=_frame(customers, columns.CUSTOMERS),
        policies=_frame(policies, columns.POLICIES),
        premiums=_frame(premiums, columns.PREMIUMS),
        debits=_frame(debits, columns.DEBITS),
        events=_frame(_numbered(events, "customer_id"), columns.EVENTS),
        referrals=_frame(referrals, columns.REFERRALS),
        contacts=_frame(draw(_contacts(keys, as_of)), columns.CONTACTS),
    )


@st.composite
def _referred(draw: st.DrawFn, customers: list[Row], as_of: date) -> list[Row]:
    """Say in the customers list who brought whom, and draw what the list of referrals says of it."""
    days = st.sampled_from((None, 0, 0, 1, -1)).map(lambda ago: None if ago is None else as_of - timedelta(days=ago))
    first, *others = customers
    named = []
    for place, one in enumerate(others, 1):
        one |= {"referred_by_id": first["customer_id"], "referred_on": draw(days)}
        mention = {"referral_id": place, "referrer_id": others[-1]["customer_id"], "referred_id": one["customer_id"]}
        named.append(mention | {"referred_on": as_of - timedelta(days=draw(st.sampled_from((0, 1, -1))))})
    return named


def crowd(parts: list[Book]) -> Book:
    """Put books of the same agents together; the numbers of the n-th one end in `.n`, so do its families."""
    numbered = [_moved(part, place) for place, part in enumerate(parts)]
    lists = {name: pl.concat([getattr(part, name) for part in numbered]) for name in LISTS}
    return Book(agents=parts[0].agents, **lists)


def _moved(part: Book, place: int) -> Book:
    """Give the customers and policies of a book keys and numbers of their own."""
    keys = (
        "customer_id", "policy_id", "insured_id", "main_policy_id", "subject_id", "referred_by_id", "referrer_id",
        "referred_id", "referral_id",
    )  # fmt: skip
    numbers = ("customer_no", "policy_no", "family_no")

    def moved(frame: pl.DataFrame) -> pl.DataFrame:
        return frame.with_columns(
            *(pl.col(key) + 100 * place for key in keys if key in frame.columns),
            *(pl.col(number) + f".{place}" for number in numbers if number in frame.columns),
        )

    return replace(part, **{name: moved(getattr(part, name)) for name in LISTS})


def _frame(rows: list[Row], schema: pl.Schema) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=schema, orient="row")


def _numbered(rows: Iterable[Row], owner: str) -> list[Row]:
    """Number the rows of each owner in order of arrival."""
    counts: dict[int, int] = {}
    numbered = []
    for row in rows:
        counts[row[owner]] = counts.get(row[owner], 0) + 1
        numbered.append({**row, "number": counts[row[owner]]})
    return numbered


def _agent(key: int, as_of: date) -> Row:
    left_on = as_of - timedelta(days=40) if key == 3 else None
    return {"agent_id": key, "agent_no": AGENT_NOS[key], "name": f"Agent {key}", "left_on": left_on}


@st.composite
def _customers(draw: st.DrawFn, key: int, as_of: date) -> Row:
    birthday = draw(st.sampled_from((date(1980, 5, 5), *BIRTHDAYS, None, *AGES)))
    died = draw(st.sampled_from((None,) * 20 + (0, 1, 30, 364, 365, 366, -1, -20)))
    gender, occupation, family_no, agent_id, vip = draw(st.sampled_from(PEOPLE))
    return {
        "customer_id": key,
        "customer_no": f"C{99 - key}",
        "gender": gender,
        "birthday": as_of - relativedelta(years=birthday, days=draw(st.sampled_from(STEPS)))
        if isinstance(birthday, int)
        else birthday,
        "lunar_birthday": draw(st.sampled_from((None,) * 10 + LUNAR_BIRTHDAYS)),
        "deceased_on": None if died is None else as_of - timedelta(days=died),
        "vip": vip,
        "occupation": occupation,
        "family_no": family_no,
        "agent_id": agent_id,
        "known_on": as_of,
    }


@st.composite
def _policies(draw: st.DrawFn, key: int, holders: list[int], before: list[Row], as_of: date) -> tuple[Row, int]:
    """Draw a policy and the number of its troubled instalment."""
    mode = draw(st.sampled_from(MODES))
    troubled = draw(st.sampled_from((2, 2, 3, 4, 6, 14)))
    effective = draw(_effective_dates(mode, troubled, as_of))
    issued = effective + timedelta(days=draw(st.sampled_from(ISSUE_LAGS)))
    holder = draw(st.sampled_from(holders))
    mains = [row["policy_id"] for row in before if row["customer_id"] == holder and row["main_policy_id"] is None]
    ends = [effective + relativedelta(years=years, days=-1) for years in range(1, 7)]
    ends += [as_of + timedelta(days=step) for step in STEPS]
    lag = draw(st.sampled_from((None, None, None, *RECEIPT_LAGS)))
    participating, agent_id, freelook_days, pay_years = draw(st.sampled_from(TERMS))
    policy = {
        "policy_id": key,
        "policy_no": f"P{99 - key}",
        "customer_id": holder,
        "insured_id": draw(st.sampled_from((holder, None, *holders))),
        "writing_agent_id": 1,
        "agent_id": agent_id,
        "product": "Whole life",
        "product_kind": "life",
        "participating": participating,
        "is_group": False,
        "main_policy_id": draw(st.sampled_from([None] * 4 * len(mains) + mains)) if mains else None,
        "issue_date": issued,
        "effective_date": effective,
        "receipt_on": None if lag is None else issued + timedelta(days=lag),
        "mode": mode,
        "premium": 1000,
        "currency": "CNY",
        "pay_years": pay_years,
        "ends_on": draw(st.sampled_from([None] * 4 * len(ends) + ends)),
        "channel": "agent",
        "freelook_days": freelook_days,
        "known_on": as_of,
    }
    return policy, troubled


@st.composite
def _effective_dates(draw: st.DrawFn, mode: str, troubled: int, as_of: date) -> date:
    """Draw an effective date so that the troubled instalment falls due where it matters, or at the end of a month."""
    months = (troubled - 1) * MONTHS_OF_MODE.get(mode, 12)
    ages = AGES_OF_DUES + tuple(-days for days in AHEAD)
    ends = (date(as_of.year, 2, 28), date(as_of.year - 1, 12, 31), date(as_of.year, 3, 1))
    due = draw(st.sampled_from([as_of - timedelta(days=days) for days in ages] + [*ends]))
    effective = due - relativedelta(months=months)
    edge = draw(st.sampled_from(("as-is",) * 6 + ("month-end", "month-end", "leap-day", "new")))
    if edge == "month-end":
        return effective + relativedelta(day=31)
    if edge == "leap-day":
        return date(effective.year - effective.year % 4, 2, 29)
    return draw(days_near(as_of)) if edge == "new" else effective


def _due_days(policy: Row, until: date) -> dict[int, date]:
    """Number the due days up to a day, and three beyond."""
    months = MONTHS_OF_MODE.get(policy["mode"])
    dues = {1: policy["effective_date"]}
    while months and (len(dues) < 4 or dues[len(dues) - 3] <= until) and len(dues) < 80:
        dues[len(dues) + 1] = policy["effective_date"] + relativedelta(months=len(dues) * months)
    return dues


@st.composite
def _premiums(draw: st.DrawFn, policy: Row, troubled: int, as_of: date) -> list[Row]:
    """Draw the rows of a policy: paid on time but for the troubled instalment and a few beside it."""
    dues = _due_days(policy, as_of)
    last_row = draw(st.sampled_from((len(dues), troubled, 1, 0)))
    reach = draw(st.sampled_from((0, 1, 2)))
    odd = {number: draw(_payments(due)) for number, due in dues.items() if 0 <= number - troubled <= reach}
    rows = []
    for number, due in dues.items():
        if number in odd or (number <= last_row and due <= as_of):
            row = odd.get(number, {"amount": None, "paid_on": due, "paid_amount": None})
            if row is not None:
                rows.append({"policy_id": policy["policy_id"], "instalment": number, **row})
    return rows


def _payments(due: date) -> st.SearchStrategy[Row | None]:
    """Draw what the list says of an instalment; None: nothing."""
    return st.sampled_from(PAYMENTS).map(
        lambda payment: payment and {**payment, "paid_on": _later(due, payment["paid_on"])}
    )


def _later(day: date, days: int | None) -> date | None:
    return None if days is None else day + timedelta(days=days)


@st.composite
def _debits(draw: st.DrawFn, policy: Row, troubled: int) -> list[Row]:
    dues = _due_days(policy, policy["effective_date"] + timedelta(days=800))
    near = [number for number in dues if abs(number - troubled) <= 1] or [1]
    rows = []
    for _ in range(draw(st.sampled_from((0, 0, 1, 2)))):
        instalment = draw(st.sampled_from(near))
        lag = draw(st.sampled_from((0, 0, 1, 7, 15, 40, 59, -1)))
        result = draw(st.sampled_from(("failed", "success", "failed")))
        debit_on = dues[instalment] + timedelta(days=lag)
        rows.append(
            {"policy_id": policy["policy_id"], "instalment": instalment, "debit_on": debit_on, "result": result}
        )
    return _numbered(rows, "policy_id")


@st.composite
def _policy_events(draw: st.DrawFn, policy: Row, troubled: int, as_of: date) -> list[Row]:
    """Draw events beside the due day, the suspension and the issue."""
    due = policy["effective_date"] + relativedelta(months=(troubled - 1) * MONTHS_OF_MODE.get(policy["mode"], 12))
    suspended = due + timedelta(days=GRACE + 1)
    near = days_near(due, suspended, suspended, policy["issue_date"], as_of, policy["effective_date"])
    kinds = st.sampled_from(POLICY_EVENTS)
    drawn = draw(st.lists(st.tuples(kinds, near), max_size=4))
    return [_event(policy["customer_id"], policy["policy_id"], kind, day) for kind, day in drawn]


@st.composite
def _customer_events(draw: st.DrawFn, key: int, as_of: date) -> list[Row]:
    near = days_near(as_of, as_of - timedelta(days=100), date(as_of.year, 9, 28))
    drawn = draw(st.lists(st.tuples(st.sampled_from(CUSTOMER_EVENTS), near), max_size=2))
    return [_event(key, None, kind, day) for kind, day in drawn]


def _event(customer: int, policy: int | None, kind: str, day: date) -> Row:
    amount = 1100 if kind == "premium_change" else None
    return {"customer_id": customer, "policy_id": policy, "kind": kind, "occurred_on": day, "amount": amount}


def _contacts(customers: list[int], as_of: date) -> st.SearchStrategy[list[Row]]:
    """Draw greetings given, about half a year before and after."""
    days = [as_of - timedelta(days=days) for days in (0, 10, 179, 180, 181, 360, -5)]
    row = st.fixed_dictionaries(
        {
            "service": st.sampled_from(("birthday-greeting", "s0", "s1")),
            "subject_kind": st.just("customer"),
            "subject_id": st.sampled_from(customers),
            "ordinal": st.integers(10, 60),
            "done_on": st.sampled_from(days),
        }
    )
    return st.lists(row, max_size=2)
