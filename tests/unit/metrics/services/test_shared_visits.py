"""A first-year visit that is made once for several policies counts for each of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import polars as pl
import pytest

from books.described_book import book as described
from books.described_book import policy
from policyserve.book import columns
from policyserve.metrics.first_year_services import FIRST_YEAR
from policyserve.metrics.forecast.covariates import facts_on
from policyserve.metrics.forecast.outcomes import frozen, outcomes
from policyserve.metrics.forecast.past_cases import open_units
from policyserve.metrics.services.worth import served

DELIVERY, *VISITS = FIRST_YEAR
ISSUED = date(2023, 1, 10)


def groups(*policies: tuple[str, int], given: dict[int, list[str]], receipts: bool = False) -> list[str]:
    """The groups of policies of customers, issued so many days after the first; `given`: services by policy key."""
    days = [ISSUED + timedelta(days=days) for _, days in policies]
    sold = [
        policy(f"P{number}", day, 90_000, customer=customer, receipt_on=day if receipts else None)
        for number, ((customer, _), day) in enumerate(zip(policies, days, strict=True), 1)
    ]
    contacts = [
        {"service": service, "subject_kind": "policy", "subject_id": key, "done_on": days[key - 1] + timedelta(days=9)}
        for key, services in given.items()
        for service in services
    ]
    book = replace(described(*sold), contacts=pl.DataFrame(contacts, schema=columns.CONTACTS))
    found = served(book, as_of=date(2026, 1, 10), landmark=11, since=ISSUED)
    return found.sort("policy_id")["services"].cast(pl.String).to_list()


@pytest.mark.parametrize("after", [0, 1, 30])
def test_a_visit_counts_for_all_that_was_bought_together(after: int) -> None:
    assert groups(("甲", 0), ("甲", after), given={1: VISITS}) == ["some", "some"]
    assert groups(("甲", 0), ("甲", after), given={1: VISITS}, receipts=True) == ["all", "all"]
    assert groups(("甲", 0), ("甲", after), given={2: VISITS}, receipts=True) == ["all", "all"]


def test_what_is_bought_on_and_on_is_one_purchase() -> None:
    assert groups(("甲", 0), ("甲", 20), ("甲", 45), given={1: VISITS}, receipts=True) == ["all"] * 3


@pytest.mark.parametrize("other", [("甲", 31), ("乙", 0)], ids=["bought later", "somebody else's"])
def test_a_visit_counts_for_no_other_purchase(other: tuple[str, int]) -> None:
    assert groups(("甲", 0), other, given={1: VISITS}, receipts=True) == ["all", "none"]


def test_each_contract_is_delivered_by_itself() -> None:
    assert groups(("甲", 0), ("甲", 0), given={1: [*VISITS, DELIVERY]}) == ["all", "some"]
    assert groups(("甲", 0), ("甲", 0), given={1: [DELIVERY]}) == ["some", "none"]


def test_who_knows_the_service_system_needs_no_second_introduction() -> None:
    """It goes once to a customer: the other three visits complete a later purchase, and it alone is no service."""
    assert groups(("甲", 0), ("甲", 90), given={1: VISITS, 2: VISITS[1:]}, receipts=True) == ["all", "all"]
    assert groups(("甲", 0), ("甲", 90), given={1: VISITS, 2: VISITS[2:]}, receipts=True) == ["all", "some"]
    assert groups(("甲", 0), ("甲", 90), given={2: VISITS}, receipts=True) == ["none", "all"]


def test_the_forecast_counts_shared_visits_as_worth_does() -> None:
    """Visits for one count for what was bought together; of what was bought later the introduction alone is none."""
    days = [ISSUED, ISSUED, ISSUED + timedelta(days=90)]
    sold = [policy(f"P{number}", day, 90_000, customer="甲", payments={2: None}) for number, day in enumerate(days, 1)]
    contacts = [
        {"service": service, "subject_kind": "policy", "subject_id": 1, "done_on": ISSUED + timedelta(days=9)}
        for service in VISITS[:2]
    ]
    book, day = replace(described(*sold), contacts=pl.DataFrame(contacts, schema=columns.CONTACTS)), date(2024, 1, 5)
    facts = facts_on(book, open_units(book, day), outcomes(frozen(book, as_of=day)))
    assert dict(facts.select("policy_id", "services").rows()) == {1: 2.0, 2: 2.0, 3: 0.0}
