"""Services given once to a purchase or a customer, and what one-year policies get at their end."""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl
import pytest

from books.small_books import book, event, policy
from books.small_plans import CALENDAR, only
from policyserve.dates import Days
from policyserve.plan.planner import plan

Row = dict[str, Any]
YEAR = Days.between(date(2026, 3, 1), date(2027, 3, 1))
ISSUED = date(2026, 3, 2)


def touches(
    standard: str, *policies: dict[str, Any], events: list[dict[str, Any]] | None = None
) -> list[tuple[str, str]]:
    known = book(*policies, events=events or [])
    found = plan(known, only(standard), CALENDAR, YEAR, date(2026, 3, 20))
    return sorted(found.select("service", "subject").cast({"service": pl.String}).rows())


def codes(*policies: Row, ends: str) -> set[str]:
    return {service for service, _ in touches(ends, *policies)}


def test_the_introduction_goes_once_to_a_customer() -> None:
    both = [policy(1, issued=ISSUED), policy(2, issued=date(2026, 3, 19))]
    assert ("visit-m1", "P1") in touches("visit-m1", *both)
    assert ("visit-m1", "P2") not in touches("visit-m1", *both)
    old = policy(1, issued=date(2020, 5, 5))
    assert ("visit-m1", "P2") not in touches("visit-m1", old, policy(2, issued=ISSUED))
    other = policy(2, issued=ISSUED, customer_id=2)
    people = [{"customer_id": key, "customer_no": f"C{key}"} for key in (1, 2)]
    known = book(policy(1, issued=ISSUED), other, customers=people)
    found = plan(known, only("visit-m1"), CALENDAR, YEAR, date(2026, 3, 20))
    assert found.filter(pl.col("service") == "visit-m1").height == 2


def test_what_was_bought_together_is_visited_once() -> None:
    together = [policy(1, issued=ISSUED), policy(2, issued=ISSUED), policy(3, issued=date(2026, 3, 19))]
    assert touches("visit-m4", *together) == [("visit-m4", "P1")]
    apart = [policy(1, issued=date(2026, 1, 5)), policy(2, issued=date(2026, 3, 19))]
    assert touches("visit-m4", *apart) == [("visit-m4", "P1"), ("visit-m4", "P2")]


def test_where_the_first_one_was_cancelled_the_next_one_brings_the_visit() -> None:
    both = [policy(1, issued=ISSUED), policy(2, issued=date(2026, 3, 5))]
    gone = [event("freelook_cancel", date(2026, 3, 10))]
    for code in ("visit-m1", "visit-m4", "visit-m7", "visit-m10"):
        assert [row for row in touches(code, *both, events=gone) if row[0] == code] == [(code, "P2")]


@pytest.mark.parametrize(
    ("last_day", "expected"),
    [
        (date(2027, 1, 14), {"cover-renewal-d30", "cover-renewal-d7"}),
        (date(2026, 12, 31), {"cover-renewal-d30", "cover-renewal-d7"}),
        (date(2027, 1, 15), {f"maturity-notice-d{days}" for days in (60, 30, 7, 0)}),
        (None, set()),
    ],
)
def test_a_policy_of_a_year_is_renewed_and_a_longer_one_matures(last_day: date | None, expected: set[str]) -> None:
    one = policy(1, issued=date(2026, 1, 15), ends_on=last_day, product_kind="accident")
    assert codes(one, ends="cover-renewal") | codes(one, ends="maturity-notice") == expected
