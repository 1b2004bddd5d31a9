"""Add-ons: which customers count, and what counts as buying."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest
from dateutil.relativedelta import relativedelta

from books.described_book import Row, book, policy, yuan
from policyserve.book.columns import Book
from policyserve.metrics.add_ons.add_ons import LISTED, add_ons, calendar_year, customers_behind

YEAR = calendar_year(2026)
AS_OF = date(2026, 11, 21)
OLD = date(2024, 5, 1)
OLD_PAYMENTS = {2: date(2025, 5, 1), 3: date(2026, 5, 1)}


def old(number: str = "P1", customer: str = "C1", **more: object) -> Row:
    """A policy in force at the start of 2026."""
    return policy(number, OLD, yuan(1_000), customer=customer, **{"payments": OLD_PAYMENTS, **more})  # type: ignore[arg-type]


def new(number: str = "P2", customer: str = "C1", effective: date = date(2026, 3, 1), **more: object) -> Row:
    """A policy bought in 2026, its receipt signed on the third day."""
    receipt = {"receipt_on": effective + relativedelta(days=2)}
    return policy(number, effective, yuan(500), customer=customer, **{**receipt, **more})  # type: ignore[arg-type]


def figure(facts: Book, as_of: date = AS_OF) -> tuple[int, int]:
    row = add_ons(facts, YEAR, by=["company"], as_of=as_of).select("single_policy_customers", "bought").rows()
    return row[0] if row else (0, 0)


def test_a_further_policy_past_its_free_look_counts() -> None:
    assert figure(book(old(), new())) == (1, 1)


@pytest.mark.parametrize(
    ("as_of", "bought"),
    [(date(2026, 3, 18), 0), (date(2026, 3, 19), 1)],
    ids=["last day of free-look", "the day after"],
)
def test_the_free_look_is_15_days_from_the_receipt(as_of: date, bought: int) -> None:
    assert figure(book(old(), new()), as_of) == (1, bought)


def test_the_policy_s_own_free_look_wins() -> None:
    facts = book(old(), new(freelook_days=20))
    assert (figure(facts, date(2026, 3, 23)), figure(facts, date(2026, 3, 24))) == ((1, 0), (1, 1))


@pytest.mark.parametrize(
    "further",
    [
        new(receipt_on=None),
        new(events=[("freelook_cancel", date(2026, 3, 9))]),
        new(ends_on=date(2027, 3, 1)),
        new(effective=date(2025, 12, 31), issue_date=date(2026, 1, 2)),
        new(effective=date(2027, 1, 1), issue_date=date(2026, 10, 1), receipt_on=date(2026, 10, 2)),
        new(is_group=True),
        new(customer="C9"),
    ],
    ids=["no receipt", "cancelled", "one year", "effective before", "effective after", "group", "of somebody else"],
)
def test_what_does_not_count_as_buying(further: Row) -> None:
    assert figure(book(old(), further)) == (1, 0)


def test_a_rider_counts_as_a_row_and_as_an_event() -> None:
    assert figure(book(old(), new(main="P1", ends_on=date(2027, 2, 28)))) == (1, 1)
    assert figure(book(old(events=[("rider_added", date(2026, 6, 1), yuan(60))]))) == (1, 1)
    assert figure(book(old(events=[("rider_added", date(2025, 6, 1), yuan(60))]))) == (1, 0)


@pytest.mark.parametrize(
    "facts",
    [
        book(old(), old("P2")),
        book(old(events=[("surrender", date(2025, 12, 31))])),
        book(old(payments={2: None})),
        book(old(is_group=True)),
        book(old(), customers=[{"customer_no": "C1", "deceased_on": date(2025, 8, 1)}]),
        book(new()),
    ],
    ids=["two policies", "surrendered", "suspended", "group", "dead", "no policy yet"],
)
def test_who_does_not_count_as_a_single_policy_customer(facts: Book) -> None:
    assert figure(facts) == (0, 0)


def test_a_rider_does_not_make_a_second_policy() -> None:
    assert figure(book(old(), old("R1", main="P1"))) == (1, 0)


def test_the_policy_that_the_customer_had_is_not_a_further_one() -> None:
    """Issued in December, effective in January."""
    only = policy("P1", date(2026, 1, 1), yuan(1_000), issue_date=date(2025, 12, 20), receipt_on=date(2025, 12, 22))
    assert figure(book(only)) == (1, 0)


def test_the_figure_belongs_to_the_serving_agent() -> None:
    facts = book(
        old(agent="A", writing="B"), new(agent="A"), old("P3", "C2", agent="A"), old("P4", "C3", agent="B"),
        customers=[{"customer_no": "C3", "agent": "B"}],
    )  # fmt: skip
    common = {"target": 0.1, "small": True, "status": "provisional"}
    assert add_ons(facts, YEAR, as_of=AS_OF).rows(named=True) == [
        {"agent_no": "A", "single_policy_customers": 2, "bought": 1, "ratio": 0.5, **common},
        {"agent_no": "B", "single_policy_customers": 1, "bought": 0, "ratio": 0.0, **common},
    ]


def test_a_figure_over_nobody_has_no_ratio() -> None:
    row = add_ons(book(), YEAR, by=[], as_of=AS_OF).row(0, named=True)
    assert (row["single_policy_customers"], row["bought"], row["ratio"]) == (0, 0, None)


def test_fewer_than_30_customers_say_little() -> None:
    many = [old(f"P{number}", f"C{number}", agent="A" if number < 30 else "B") for number in range(59)]
    assert add_ons(book(*many), YEAR, as_of=AS_OF).select("agent_no", "small").rows() == [("A", False), ("B", True)]


@pytest.mark.parametrize(
    ("as_of", "status"),
    [
        (date(2026, 12, 31), "provisional"),
        (date(2027, 1, 1), "provisional"),
        (date(2027, 1, 14), "provisional"),
        (date(2027, 1, 15), "final"),
    ],
    ids=["the year is not over", "in the free-look", "last day of free-look", "the day after"],
)
def test_a_year_is_final_when_its_last_free_look_is_over(as_of: date, status: str) -> None:
    """The receipt of 30 December gives 15 days, to 14 January."""
    facts = book(old(), new(effective=date(2026, 12, 28)))
    assert add_ons(facts, YEAR, as_of=as_of)["status"].to_list() == [status]


def test_the_customers_behind_the_figure_are_listed_with_what_they_bought() -> None:
    rider = new("P4", "C2", main="P3")
    facts = book(
        old(), new(), new("P9", effective=date(2026, 2, 1), receipt_on=None),
        old("P3", "C2", agent="B"), rider, old("P5", "C3"), new("P6", "C3", date(2026, 11, 18)),
        old("P7", "C4", events=[("rider_added", date(2026, 6, 1), yuan(60))]), old("P8", "C5"),
    )  # fmt: skip
    listed = customers_behind(facts, YEAR, as_of=AS_OF)
    assert listed.columns == list(LISTED)
    assert listed.rows() == [
        ("C1", "A", "P1", True, "policy", "P2", date(2026, 3, 1), False),
        ("C2", "B", "P3", True, "rider", "P4", date(2026, 3, 1), False),
        ("C3", "A", "P5", False, "policy", "P6", date(2026, 11, 18), True),
        ("C4", "A", "P7", True, "rider_added", "P7", date(2026, 6, 1), False),
        ("C5", "A", "P8", False, None, None, None, None),
    ]


def test_the_list_adds_up_to_the_figure_of_each_group() -> None:
    agents = [{"agent_no": "A", "team": "T1"}, {"agent_no": "B", "team": "T2"}]
    facts = book(old(), new(), old("P3", "C2", agent="B"), old("P5", "C3"), agents=agents)
    listed = customers_behind(facts, YEAR, by=["team"], as_of=AS_OF)
    sums = listed.group_by("team").agg(pl.len().alias("all"), pl.col("bought").sum()).sort("team")
    figures = add_ons(facts, YEAR, by=["team"], as_of=AS_OF)
    assert (
        sums.rows()
        == figures.select("team", "single_policy_customers", "bought").rows()
        == [("T1", 2, 1), ("T2", 1, 0)]
    )
