"""Who served a policy or a customer on a day; a hand-over of tomorrow says nothing of today."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import polars as pl
import pytest

from books.described_book import Row, book, policy, yuan
from policyserve.book import columns
from policyserve.book.columns import Book
from policyserve.metrics.agents_by_day import customer_agents, serving_on

DAY = date(2026, 11, 21)
TOMORROW = DAY + timedelta(days=1)
AGENTS = [{"agent_no": number} for number in ("A", "B", "W")]


def held(agent: str = "A") -> Row:
    return policy("P1", date(2025, 12, 1), yuan(100), agent=agent, writing="W", customer="C1")


def changed(facts: Book, to: str, on: date, *, previous: str | None, of_policy: bool = True, number: int = 9) -> Book:
    """Add a change of agent of the policy, or of the customer; the list has the new agent already."""
    event = {
        "customer_id": 1, "policy_id": 1 if of_policy else None, "number": number, "kind": "agent_changed",
        "occurred_on": on, "detail": to, "previous": previous,
    }  # fmt: skip
    return replace(facts, events=pl.concat([facts.events, pl.DataFrame([event], schema=columns.EVENTS)]))


def named(facts: Book, found: pl.DataFrame) -> str:
    return str(found.join(facts.agents, on="agent_id")["agent_no"].item())


def of_policy(facts: Book, day: date = DAY) -> str:
    asked = pl.DataFrame({"policy_id": [1], "day": [day]}, schema={"policy_id": pl.Int32, "day": pl.Date})
    return named(facts, serving_on(asked, facts))


def of_customer(facts: Book, as_of: date = DAY) -> str:
    return named(facts, customer_agents(facts, 60, as_of))


@pytest.mark.parametrize(("previous", "expected"), [("A", "A"), (None, "W")])
def test_before_its_first_change_a_policy_was_served_by_who_the_change_names_else_by_who_wrote_it(
    previous: str | None, expected: str
) -> None:
    facts = changed(book(held("B"), agents=AGENTS), "B", TOMORROW, previous=previous)
    assert [of_policy(facts), of_policy(facts, TOMORROW)] == [expected, "B"]


def test_of_several_changes_the_last_one_by_the_day_decides() -> None:
    facts = changed(book(held("A"), agents=AGENTS), "B", date(2026, 3, 1), previous="W", number=1)
    facts = changed(facts, "A", date(2026, 6, 1), previous="B", number=2)
    days = (date(2026, 2, 28), date(2026, 3, 1), date(2026, 5, 31), date(2026, 6, 1))
    assert [of_policy(facts, day) for day in days] == ["W", "B", "B", "A"]


def test_a_customer_handed_over_tomorrow_is_the_first_agent_s_today() -> None:
    facts = book(held(), agents=AGENTS, customers=[{"customer_no": "C1", "agent": "B"}])
    facts = changed(facts, "B", TOMORROW, previous="A", of_policy=False)
    assert [of_customer(facts), of_customer(facts, TOMORROW)] == ["A", "B"]


def test_a_customer_without_an_own_agent_follows_the_policies_as_they_were_served() -> None:
    facts = changed(book(held("B"), agents=AGENTS), "B", TOMORROW, previous="A")
    assert [of_customer(facts), of_customer(facts, TOMORROW)] == ["A", "B"]


def test_somebody_with_neither_agent_nor_policy_is_served_by_nobody() -> None:
    people: list[Row] = [{"customer_no": "C1", "agent": "B"}, {"customer_no": "C2"}]
    assert of_customer(book(held(), agents=AGENTS, customers=people)) == "B"
