"""Riders in persistency: which belong to the first year, and how far they count."""

from __future__ import annotations

from datetime import date

import pytest

from books.described_book import Row, book, yuan
from desks.sold_policies import AS_OF, DUE, PAID, SOLD, lost, result, sold
from policyserve.metrics.persistency.persistency import policy_results


@pytest.mark.parametrize(
    ("effective", "expected"),
    [
        (SOLD, (1_060, 1_060)),
        (date(2025, 3, 1), (1_060, 1_060)),
        (date(2025, 3, 11), (1_000, 1_060)),
        (DUE, (1_000, 1_060)),
        (date(2026, 3, 11), (1_000, 1_000)),
    ],
)
def test_a_rider_belongs_to_the_first_year_only_if_it_began_with_the_policy(
    effective: date, expected: tuple[int, int]
) -> None:
    rider = sold("R", 60, effective, main="P")
    assert result(sold(payments=PAID), rider)[2:] == (*expected, 1)


def test_a_rider_that_began_by_the_main_policy_s_issue_belongs_to_the_first_year() -> None:
    rider = sold("R", 60, date(2025, 3, 15), main="P")
    assert result(sold(payments=PAID, issue_date=date(2025, 3, 15)), rider)[2] == 1_060


@pytest.mark.parametrize(
    ("rider", "expected"),
    [
        (sold("R", 60, main="P", payments={2: None}), (1_060, 1_000, 1)),
        (sold("R", 5, main="P", mode="monthly"), (1_060, 1_060, 1)),
        (sold("R", 60, main="P", events=[("surrender", date(2025, 9, 1))]), (1_060, 1_000, 1)),
        (sold("R", 60, main="P", events=[("surrender", date(2026, 4, 1))]), (1_060, 1_060, 1)),
        (sold("R", 60, main="P", events=[("claim_termination", date(2025, 9, 1))]), (1_000, 1_000, 1)),
        (sold("R", 60, main="P", events=[("premium_change", date(2025, 9, 1), yuan(30))]), (1_060, 1_030, 1)),
        (sold("R", 60, main="P", ends_on=date(2026, 3, 9)), (1_060, 1_000, 1)),
        (sold("R", 60, main="P", mode="single"), (1_000, 1_000, 1)),
        (sold("R", 60, main="P", currency="USD"), (1_000, 1_000, 1)),
    ],
)
def test_a_rider_counts_as_far_as_it_is_in_force_and_paid(rider: Row, expected: tuple[int, int, int]) -> None:
    assert result(sold(payments=PAID), rider)[2:] == expected


def test_a_rider_is_lost_with_its_main_policy() -> None:
    assert result(sold(payments={2: None}), sold("R", 60, main="P", payments=PAID)) == lost("unpaid", 1_060)


def test_a_waiver_that_a_rider_brings_is_a_waiver_of_the_policy() -> None:
    rider = sold("R", 60, main="P", events=[("waiver", date(2025, 12, 1))])
    assert result(sold(), rider)[:2] == ("excluded", "waiver")


def test_a_rider_is_no_policy_of_the_cohort() -> None:
    assert policy_results(book(sold(payments=PAID), sold("R", 60, main="P")), as_of=AS_OF).policies.height == 1
