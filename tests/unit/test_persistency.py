"""The fifteen worked examples of month 13: cohort March 2025, grace 60 days, yuan."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import polars as pl
import pytest
from dateutil.relativedelta import relativedelta

from described_book import book, policy, yuan
from policyserve.book.columns import Book
from policyserve.metrics.persistency import PolicyResults, persistency, policy_results
from policyserve.metrics.profiles import Cutoff

AS_OF = date(2026, 7, 31)


def monthly_payments(effective: date, *, last: date | None, unpaid: int | None = None) -> dict[int, date | None]:
    """Thirteen instalments paid on their due days, but for the 13th, and one that is never paid."""
    days: dict[int, date | None] = {n: effective + relativedelta(months=n - 1) for n in range(1, 13)}
    return {**days, 13: last} if unpaid is None else {n: day for n, day in days.items() if n < unpaid} | {unpaid: None}


EXAMPLES = (
    policy("E1", date(2025, 3, 10), yuan(10_000), payments={2: date(2026, 3, 10)}),
    policy("E2", date(2025, 3, 20), yuan(8_000), payments={2: date(2026, 5, 19)}),
    policy(
        "E3", date(2025, 3, 5), yuan(6_000), payments={2: date(2026, 5, 25)}, events=[("reinstated", date(2026, 5, 25))]
    ),
    policy(
        "E4", date(2025, 3, 15), yuan(5_000), payments={2: date(2026, 7, 2)}, events=[("reinstated", date(2026, 7, 2))]
    ),
    policy(
        "E5",
        date(2025, 3, 31),
        yuan(500),
        mode="monthly",
        payments=monthly_payments(date(2025, 3, 31), last=date(2026, 5, 30)),
    ),
    policy(
        "E6",
        date(2025, 3, 31),
        yuan(500),
        mode="monthly",
        payments=monthly_payments(date(2025, 3, 31), last=None, unpaid=8),
    ),
    policy("E7", date(2025, 3, 18), yuan(12_000), events=[("freelook_cancel", date(2025, 3, 28))]),
    policy("E8", date(2025, 3, 7), yuan(15_000), events=[("claim_termination", date(2025, 11, 2))]),
    policy(
        "E9",
        date(2025, 3, 12),
        yuan(20_000),
        payments={1: (yuan(20_000), date(2025, 3, 12)), 2: date(2026, 3, 12)},
        events=[("premium_change", date(2025, 9, 1), yuan(12_000))],
    ),
    policy("E10", date(2025, 3, 14), yuan(10_000), payments={2: None}, events=[("reduced_paid_up", date(2026, 3, 14))]),
    policy(
        "E11",
        date(2025, 3, 8),
        yuan(9_000),
        payments={1: (yuan(9_000), date(2025, 3, 8)), 2: (yuan(9_600), date(2026, 3, 8))},
        events=[("rider_added", date(2025, 9, 8), yuan(600))],
    ),
    policy("E12", date(2025, 3, 21), yuan(100_000), mode="single"),
    policy("E13", date(2025, 3, 22), yuan(7_500), events=[("waiver", date(2025, 12, 22))]),
    policy("E14", date(2025, 3, 25), yuan(7_000), events=[("surrender", date(2025, 7, 25))]),
    policy("E15", date(2025, 3, 28), yuan(4_000), writing="A", agent="B", payments={2: date(2026, 5, 1)}),
)

# denominator, numerator strict, numerator month-end (yuan); None: in neither
EXPECTED = {
    "E1": (10_000, 10_000, 10_000),
    "E2": (8_000, 8_000, 8_000),
    "E3": (6_000, 0, 6_000),
    "E4": (5_000, 0, 0),
    "E5": (6_000, 6_000, 6_000),
    "E6": (6_000, 0, 0),
    "E7": None,
    "E8": None,
    "E9": (20_000, 12_000, 12_000),
    "E10": (10_000, 0, 0),
    "E11": (9_000, 9_600, 9_600),
    "E12": None,
    "E13": None,
    "E14": (7_000, 0, 0),
    "E15": (4_000, 4_000, 4_000),
}


@pytest.fixture
def examples() -> Book:
    return book(*EXAMPLES)


def row_of(results: PolicyResults, facts: Book, number: str) -> dict[str, object]:
    numbered = results.policies.join(facts.policies.select("policy_id", "policy_no"), on="policy_id")
    return numbered.row(by_predicate=pl.col("policy_no") == number, named=True)


@pytest.mark.parametrize("number", EXPECTED)
@pytest.mark.parametrize(("cutoff", "place"), [("strict", 1), ("month-end", 2)])
def test_each_example_has_its_own_denominator_and_numerator(
    examples: Book, number: str, cutoff: Cutoff, place: int
) -> None:
    row = row_of(policy_results(examples, cutoff=cutoff, as_of=AS_OF), examples, number)
    expected = EXPECTED[number]
    if expected is None:
        assert (row["state"], row["denominator"], row["denominator_count"]) == ("excluded", 0, 0)
    else:
        assert (row["denominator"], row["numerator"]) == (yuan(expected[0]), yuan(expected[place]))


@pytest.mark.parametrize(
    ("cutoff", "numerator", "count", "shown"),
    [("strict", 49_600, 6, (54.5055, 54.5455)), ("month-end", 55_600, 7, (61.0989, 63.6364))],
)
def test_the_examples_add_up(
    examples: Book, cutoff: Cutoff, numerator: int, count: int, shown: tuple[float, float]
) -> None:
    figures = persistency(policy_results(examples, cutoff=cutoff, as_of=AS_OF), by=["cohort"], book=examples)
    assert figures.height == 1
    figure = figures.row(0, named=True)
    assert figure["cohort"] == "2025-03"
    assert (figure["denominator"], figure["numerator"]) == (yuan(91_000), yuan(numerator))
    assert (figure["denominator_count"], figure["numerator_count"]) == (11, count)
    assert figure["ratio"] == float(Fraction(numerator, 91_000))
    assert (round(figure["ratio"] * 100, 4), round(figure["ratio_count"] * 100, 4)) == shown
    assert (figure["status"], figure["profile"], figure["month"]) == ("final", "CN_COMPANY", 13)


@pytest.mark.parametrize(
    ("number", "due_on", "grace_end"),
    [
        ("E1", date(2026, 3, 10), date(2026, 5, 9)),
        ("E2", date(2026, 3, 20), date(2026, 5, 19)),
        ("E3", date(2026, 3, 5), date(2026, 5, 4)),
        ("E4", date(2026, 3, 15), date(2026, 5, 14)),
        ("E5", date(2026, 3, 31), date(2026, 5, 30)),
    ],
)
def test_the_grace_is_counted_per_policy(examples: Book, number: str, due_on: date, grace_end: date) -> None:
    row = row_of(policy_results(examples, as_of=AS_OF), examples, number)
    assert (row["due_on"], row["grace_end"], row["cutoff_on"]) == (due_on, grace_end, grace_end)


@pytest.mark.parametrize(
    ("number", "reason"),
    [
        ("E1", None),
        ("E3", "reinstated_later"),
        ("E4", "reinstated_later"),
        ("E6", "unpaid"),
        ("E7", "freelook_cancel"),
        ("E8", "claim_termination"),
        ("E10", "reduced_paid_up"),
        ("E12", "single"),
        ("E13", "waiver"),
        ("E14", "surrender"),
    ],
)
def test_each_example_says_why_it_does_not_count(examples: Book, number: str, reason: str | None) -> None:
    assert row_of(policy_results(examples, as_of=AS_OF), examples, number)["reason"] == reason


def test_month_13_belongs_to_the_agent_who_wrote_the_policy(examples: Book) -> None:
    results = policy_results(examples, as_of=AS_OF)
    assert persistency(results, by=["agent"], book=examples)["agent_no"].to_list() == ["A"]
    serving = persistency(results, by=["serving-agent"], book=examples)
    assert dict(serving.select("serving_agent_no", "denominator").iter_rows()) == {"A": yuan(87_000), "B": yuan(4_000)}


def test_what_is_reinstated_later_changes_the_restated_figure_alone(examples: Book) -> None:
    figure = persistency(policy_results(examples, as_of=AS_OF), book=examples).row(0, named=True)
    assert (figure["numerator"], figure["restated"]) == (yuan(49_600), yuan(60_600))
