"""Random books with riders of a policy number of their own: paid with their main policy, beside it, in part or not."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import polars as pl
from hypothesis import strategies as st

from books import random_books
from policyserve.book.columns import Book

AMOUNTS: tuple[dict[str, int], ...] = (
    *({}, {}, {}, {"amount": 70}, {"paid_amount": 60}),
    *({"paid_amount": 40}, {"amount": 70, "paid_amount": 60}),
)
"""What a list says of a rider's instalment, of 60: nothing, another amount, paid in full or in part."""


@st.composite
def _payments(draw: st.DrawFn, key: int, of_main: dict[str, Any], as_of: date) -> dict[str, Any]:
    """Draw a row of a rider beside one of its main policy: paid with it, later, on another day, or not at all."""
    paid_on, later = of_main["paid_on"], draw(st.sampled_from([0, 0, 0, 1, 30, 59, 60, 61, 90]))
    days = [paid_on, paid_on and paid_on + timedelta(days=later), None, draw(random_books.days_near(as_of))]
    found: dict[str, Any] = {
        "policy_id": key,
        "instalment": of_main["instalment"],
        "paid_on": draw(st.sampled_from(days)),
    }
    return found | draw(st.sampled_from(AMOUNTS))


@st.composite
def with_riders(draw: st.DrawFn, as_of: date) -> Book:
    """Draw a book, and put riders beside its policies: most of the same day and mode, some with rows and events."""
    book = draw(random_books.books(as_of))
    mains = book.policies.filter(pl.col("main_policy_id").is_null()).to_dicts()
    riders, premiums, events = [], [], []
    for place, main in enumerate(mains):
        if draw(st.booleans()):
            key = 1000 + place
            rider = {"policy_id": key, "policy_no": f"R{place}", "main_policy_id": main["policy_id"], "premium": 60}
            mode = draw(st.sampled_from([main["mode"]] * 4 + ["annual"]))
            years = {"pay_years": draw(st.sampled_from([main["pay_years"], None, 2])), "ends_on": None}
            riders.append(main | rider | years | {"mode": mode})
            own = book.premiums.filter(pl.col("policy_id") == main["policy_id"], pl.col("instalment") >= 2)
            if draw(st.sampled_from([False, True])):
                premiums += [draw(_payments(key, row, as_of)) for row in own.to_dicts()]
            if draw(st.sampled_from([False, True])):
                kind = draw(st.sampled_from(["surrender", "terminated", "waiver", "claim_termination"]))
                day = draw(st.sampled_from([timedelta(days=days) for days in (0, 1, 30, 61, 200, 420)]))
                events.append({
                    "customer_id": main["customer_id"], "policy_id": key, "number": 500 + place, "kind": kind,
                    "occurred_on": as_of - day,
                })  # fmt: skip
    return replace(
        book,
        policies=_more(book.policies, riders),
        premiums=_more(book.premiums, premiums),
        events=_more(book.events, events),
    )


CHANGES: tuple[tuple[str, int | None, str | None], ...] = (
    ("rider_added", 200, None), ("rider_added", 200, None), ("premium_change", 900, None),
    ("mode_changed", 1100, "annual"), ("mode_changed", 120, "monthly"), ("mode_changed", None, "quarterly/5"),
)  # fmt: skip
"""Changes of what a policy asks for: kind, amount, detail."""


@st.composite
def eventful(draw: st.DrawFn, as_of: date) -> Book:
    """Draw a book with riders, and change premiums and modes of some policies, and add riders by events."""
    book = draw(with_riders(as_of))
    rows: list[dict[str, Any]] = []
    for place, policy in enumerate(book.policies.to_dicts()):
        for number, (kind, amount, detail) in enumerate(draw(st.lists(st.sampled_from(CHANGES), max_size=2))):
            day = draw(random_books.days_near(as_of, as_of - timedelta(days=300)))
            rows.append({
                "customer_id": policy["customer_id"], "policy_id": policy["policy_id"], "kind": kind, "amount": amount,
                "detail": detail, "number": 700 + 10 * place + number, "occurred_on": day,
            })  # fmt: skip
    return replace(book, events=_more(book.events, rows))


def _more(frame: pl.DataFrame, rows: list[dict[str, object]]) -> pl.DataFrame:
    made = [{name: row.get(name) for name in frame.columns} for row in rows]
    return pl.concat([frame, pl.DataFrame(made, schema=frame.schema)])
