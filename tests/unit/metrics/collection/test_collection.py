"""Collection: what became of the premiums that fell due."""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl
import pytest

from books.described_book import Happening, Payment, Row, book, policy, yuan
from policyserve.book.columns import Book
from policyserve.dates import Days
from policyserve.metrics.collection.collection import LISTED, collection, instalments_behind
from policyserve.metrics.collection.dues import instalments_due

HALF_YEAR = Days.between(date(2026, 1, 1), date(2026, 6, 30))
AS_OF = date(2026, 11, 21)
SOLD = date(2025, 3, 10)


def sold(number: str, premium: int, effective: date = SOLD, **more: Any) -> Row:
    return policy(number, effective, yuan(premium), **more)


def fate(row: Row, *, as_of: date = AS_OF) -> str | None:
    rows = instalments_due(book(row), HALF_YEAR, as_of=as_of)
    return rows["fate"].item() if rows.height else None


def test_the_half_year_of_the_standard_is_reproduced() -> None:
    facts = book(
        sold("P1", 6_000_000, payments={2: date(2026, 3, 10)}),
        sold("P2", 5_170_000, date(2025, 6, 30), payments={2: date(2026, 8, 29)}),
        sold("P3", 130_000, payments={2: None}, events=[("surrender", date(2026, 4, 1))]),
        sold("P4", 2_410_000, date(2025, 1, 31), payments={2: None}),
    )
    row = collection(facts, HALF_YEAR, as_of=AS_OF).row(0, named=True)
    parts = {name: row[name] // yuan(10_000) for name in ("due", "collected", "surrendered", "suspended", "open")}
    assert parts == {"due": 1_371, "collected": 1_117, "surrendered": 13, "suspended": 241, "open": 0}
    assert round(row["rate"] * 100, 1) == 81.5
    assert [row[f"{name}_count"] for name in ("due", "collected", "surrendered", "suspended", "open")] == [
        4,
        2,
        1,
        1,
        0,
    ]


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (sold("P", 1, payments={2: date(2026, 5, 9)}), "collected"),
        (sold("P", 1, payments={2: date(2026, 5, 10)}), "suspended"),
        (sold("P", 1, payments={2: (yuan(1), date(2026, 3, 10), 99)}), "suspended"),
        (sold("P", 1, payments={2: date(2025, 12, 1)}), "collected"),
        (sold("P", 1, payments={2: None}), "suspended"),
        (sold("P", 1), "open"),
        (sold("P", 1, payments={2: None}, events=[("premium_loan", date(2026, 5, 9))]), "open"),
        (sold("P", 1, events=[("surrender", date(2025, 7, 10))]), "surrendered"),
        (sold("P", 1, payments={2: None}, events=[("surrender", date(2026, 8, 1))]), "suspended"),
        (sold("P", 1, payments={2: date(2026, 3, 10)}, events=[("surrender", date(2026, 4, 1))]), "collected"),
        (sold("P", 1, payments={2: date(2026, 3, 10)}, events=[("waiver", date(2026, 4, 1))]), "collected"),
        (sold("P", 1, payments={2: None}, events=[("waiver", date(2026, 4, 1))]), None),
        (sold("P", 1, events=[("claim_termination", date(2025, 9, 1))]), None),
        (sold("P", 1, events=[("reduced_paid_up", date(2026, 3, 10))]), None),
        (sold("P", 1, mode="single"), None),
        (sold("P", 1, is_group=True), None),
        (sold("P", 1, pay_years=1), None),
        (sold("P", 1, ends_on=date(2026, 3, 9)), None),
        (sold("P", 1, date(2024, 3, 10), payments={3: date(2026, 3, 10)}), None),
    ],
)
def test_each_premium_has_one_fate(row: Row, expected: str | None) -> None:
    assert fate(row) == expected


def test_an_unpaid_premium_is_open_until_its_grace_is_over() -> None:
    row = sold("P", 1, payments={2: None})
    assert (fate(row, as_of=date(2026, 5, 9)), fate(row, as_of=date(2026, 5, 10))) == ("open", "suspended")


def test_premiums_that_fall_due_in_a_suspension_are_suspended_too() -> None:
    lapsed = policy("P", date(2025, 1, 31), yuan(100), mode="monthly", payments={8: None})
    rows = instalments_due(book(lapsed), HALF_YEAR, as_of=AS_OF)
    assert rows.select("instalment", "fate").rows() == [(n, "suspended") for n in range(13, 19)]


def test_premiums_that_fall_due_in_the_grace_of_one_that_lapses_are_suspended_with_it() -> None:
    lapsed = policy("P", date(2025, 1, 31), yuan(100), mode="monthly", payments=dict.fromkeys(range(13, 19)))
    rows = instalments_due(book(lapsed), HALF_YEAR, as_of=AS_OF)
    assert rows.select("instalment", "fate").rows() == [(n, "suspended") for n in range(13, 19)]


def test_the_second_year_is_one_of_several() -> None:
    older = sold("P", 1, date(2023, 3, 10), payments={4: date(2026, 3, 10)})
    assert instalments_due(book(older), HALF_YEAR, policy_year=None, as_of=AS_OF)["instalment"].to_list() == [4]


def test_a_rider_without_rows_is_paid_with_its_main_policy_and_is_not_counted() -> None:
    facts = book(sold("P", 1_000, payments={2: date(2026, 3, 10)}), sold("R", 60, main="P", customer="C-P"))
    row = collection(facts, HALF_YEAR, as_of=AS_OF).row(0, named=True)
    assert (row["due"], row["collected"], row["due_count"]) == (yuan(1_060), yuan(1_060), 1)


RIDER_SOLD: dict[str, Any] = {"main": "P", "customer": "C-P"}


@pytest.mark.parametrize(
    ("payments", "events", "expected"),
    [
        ({2: date(2026, 5, 9)}, [], "collected"),
        ({2: date(2026, 5, 10)}, [], "suspended"),
        ({2: None}, [], "suspended"),
        ({2: (yuan(1), date(2026, 3, 10), 99)}, [], "suspended"),
        ({}, [], "open"),
        ({2: None}, [("premium_loan", date(2026, 5, 9))], "open"),
        ({}, [("surrender", date(2025, 3, 11))], "surrendered"),
        ({}, [("surrender", date(2025, 3, 10))], None),
        ({2: None}, [("surrender", date(2026, 5, 9))], "surrendered"),
        ({2: date(2026, 3, 10)}, [("surrender", date(2026, 4, 1))], "collected"),
        ({}, [("claim_termination", date(2025, 9, 1))], None),
        ({}, [("terminated", date(2025, 9, 1))], None),
        ({}, [("maturity", date(2026, 3, 10))], None),
        ({}, [("waiver", date(2025, 9, 1))], None),
        ({}, [("reduced_paid_up", date(2026, 3, 10))], None),
        ({2: date(2026, 3, 10)}, [("terminated", date(2026, 4, 1))], "collected"),
    ],
)
def test_a_rider_without_rows_shares_the_fate_of_its_main_policy(
    payments: dict[int, Payment], events: list[Happening], expected: str | None
) -> None:
    facts = book(sold("P", 1, payments=payments, events=events), sold("R", 1, **RIDER_SOLD))
    fates = instalments_due(facts, HALF_YEAR, as_of=AS_OF)["fate"].to_list()
    assert fates == ([expected] * 2 if expected else [])


@pytest.mark.parametrize(
    ("main", "due"),
    [({"ends_on": date(2026, 3, 9)}, 0), ({"ends_on": date(2026, 3, 10)}, 2), ({"pay_years": 1}, 0)],
    ids=["over the day before", "over on the due day", "paid up"],
)
def test_a_rider_without_rows_is_owed_no_longer_than_its_main_policy(main: dict[str, Any], due: int) -> None:
    facts = book(sold("P", 1, **main), sold("R", 1, **RIDER_SOLD))
    assert instalments_due(facts, HALF_YEAR, as_of=AS_OF).height == due


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        (("surrender", date(2025, 7, 1)), "surrendered"),
        (("surrender", date(2026, 3, 31)), "surrendered"),
        (("surrender", date(2026, 4, 2)), "collected"),
        (("terminated", date(2026, 3, 31)), None),
        (("terminated", date(2026, 4, 2)), "collected"),
    ],
)
def test_a_rider_that_ends_by_itself_is_paid_with_its_main_policy_only_until_then(
    event: Happening, expected: str | None
) -> None:
    """The main policy is paid on 1 April, in the grace."""
    rider = sold("R", 1, events=[event], **RIDER_SOLD)
    rows = instalments_due(book(sold("P", 1, payments={2: date(2026, 4, 1)}), rider), HALF_YEAR, as_of=AS_OF)
    assert rows.filter(~pl.col("main"))["fate"].to_list() == ([expected] if expected else [])
    assert rows.filter("main")["fate"].to_list() == ["collected"]


def test_a_rider_with_rows_of_its_own_ends_with_its_main_policy_too() -> None:
    rider = sold("R", 1, payments={2: None}, **RIDER_SOLD)
    for kind, fates in (("surrender", ["surrendered"] * 2), ("terminated", [])):
        facts = book(sold("P", 1, payments={2: None}, events=[(kind, date(2025, 9, 1))]), rider)
        assert instalments_due(facts, HALF_YEAR, as_of=AS_OF)["fate"].to_list() == fates


@pytest.mark.parametrize(("as_of", "status"), [(date(2026, 5, 9), "provisional"), (date(2026, 5, 10), "final")])
def test_it_is_final_when_the_last_grace_is_over(as_of: date, status: str) -> None:
    facts = book(sold("P", 1, payments={2: None}))
    assert collection(facts, HALF_YEAR, as_of=as_of)["status"].to_list() == [status]


def test_the_premiums_behind_the_figure_are_listed_by_due_day() -> None:
    agents = [{"agent_no": "A", "team": "T1"}, {"agent_no": "B", "team": "T2"}]
    facts = book(
        sold("P", 1_000, payments={2: date(2026, 3, 12)}), sold("R", 60, **RIDER_SOLD),
        sold("Q", 70, date(2025, 2, 1), agent="B", payments={2: None}), agents=agents,
    )  # fmt: skip
    listed = instalments_behind(facts, HALF_YEAR, by=["team"], as_of=AS_OF)
    assert listed.columns == ["branch", "team", *LISTED]
    assert listed.select("team", *LISTED).rows() == [
        ("T2", "Q", "C-Q", "B", False, 2, date(2026, 2, 1), "CNY", yuan(70), 0, None, "suspended"),
        ("T1", "P", "C-P", "A", False, 2, date(2026, 3, 10), "CNY", yuan(1_000), 0, date(2026, 3, 12), "collected"),
        ("T1", "R", "C-P", "A", True, 2, date(2026, 3, 10), "CNY", yuan(60), yuan(60), date(2026, 3, 12), "collected"),
    ]


def test_it_belongs_to_the_agent_who_served_the_policy_on_the_due_day() -> None:
    moved = sold("P", 1, agent="C", writing="A", payments={2: date(2026, 3, 10)}, events=[
        ("agent_changed", date(2025, 12, 31), "B"), ("agent_changed", date(2026, 3, 11), "C"),
    ])  # fmt: skip
    facts = book(moved, agents=[{"agent_no": no} for no in "ABC"])
    assert collection(facts, HALF_YEAR, by=["agent"], as_of=AS_OF)["agent_no"].to_list() == ["B"]


def test_currencies_are_never_added() -> None:
    facts: Book = book(sold("P", 10), sold("Q", 5, currency="USD"))
    assert collection(facts, HALF_YEAR, as_of=AS_OF).select("currency", "due").rows() == [
        ("CNY", yuan(10)),
        ("USD", yuan(5)),
    ]
