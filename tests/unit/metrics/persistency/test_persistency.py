"""The fifteen worked examples of month 13: cohort March 2025, grace 60 days, yuan."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction

import polars as pl
import pytest
from dateutil.relativedelta import relativedelta

from books.described_book import book, policy, yuan
from books.worked_cases import worked_cases
from policyserve.book.columns import Book
from policyserve.metrics.persistency.persistency import PolicyResults, persistency, policies_behind, policy_results
from policyserve.metrics.profiles.profile import PROFILES, Cutoff

AS_OF = date(2026, 7, 31)


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
    return worked_cases()


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
    ("profile", "cutoff", "kept", "sums"),
    [
        ("CN_COMPANY", "strict", "E1 E2 E5 E9 E11 E15", (49_600, 91_000, 6, 11)),
        ("CN_COMPANY", "month-end", "E1 E2 E3 E5 E9 E11 E15", (55_600, 91_000, 7, 11)),
        ("CN_REG", "strict", "E1 E2 E5 E9 E11 E15", (49_600, 91_000, 6, 11)),
        ("UK_SUP16_8", "year-end", "E1 E3 E4 E9 E11", (42_600, 91_000, 5, 11)),
        ("IN_IRDAI", "year-end", "E1 E3 E4 E9 E11", (42_600, 91_000, 5, 11)),
        ("IN_IRDAI_AGENT", "year-end", "E1 E3 E4 E9 E11", (42_600, 84_000, 5, 10)),
        ("US_LIMRA", "strict", "E1 E9 E11", (31_600, 91_000, 3, 11)),
    ],
)
def test_the_examples_under_every_profile(
    examples: Book, profile: str, cutoff: Cutoff, kept: str, sums: tuple[int, int, int, int]
) -> None:
    """Grace of 30 days loses E2, E5, E15; an observation months later takes E3 and E4 back, reinstated by then."""
    asked = PROFILES[profile]
    results = policy_results(examples, asked, cutoff=cutoff, as_of=date(2027, 4, 1))
    listed = policies_behind(results, book=examples)
    assert listed.filter(pl.col("kept") == "both")["policy_no"].to_list() == kept.split()
    figure = persistency(results, book=examples).row(0, named=True)
    assert (figure["numerator"], figure["denominator"]) == (yuan(sums[0]), yuan(sums[1]))
    assert (figure["numerator_count"], figure["denominator_count"]) == sums[2:]
    assert figure["status"] == "final"
    assert (figure["ratio"] is None) == ("premium" not in asked.bases)
    assert figure["ratio_count"] == sums[2] / sums[3]


@pytest.mark.parametrize(
    ("profile", "last_day"),
    [
        ("CN_REG", date(2026, 5, 30)),
        ("UK_SUP16_8", date(2026, 12, 31)),
        ("IN_IRDAI", date(2027, 3, 31)),
        ("US_LIMRA", date(2026, 5, 1)),
    ],
)
def test_each_profile_has_its_own_last_day(examples: Book, profile: str, last_day: date) -> None:
    asked = [
        persistency(policy_results(examples, PROFILES[profile], as_of=day), book=examples).row(0, named=True)
        for day in (last_day, last_day + timedelta(days=1))
    ]
    assert [row["status"] for row in asked] == ["provisional", "final"]


def test_an_indian_year_begins_in_march() -> None:
    facts = book(*(policy(f"P{n}", day, yuan(1)) for n, day in enumerate((date(2025, 2, 28), date(2025, 3, 1)))))
    results = policy_results(facts, PROFILES["IN_IRDAI"], as_of=date(2027, 4, 1))
    assert persistency(results, by=["year"], book=facts)["year"].to_list() == [2024, 2025]
    assert results.policies["cutoff_on"].to_list() == [date(2026, 3, 31), date(2027, 3, 31)]


def test_the_example_of_the_british_rule() -> None:
    """SUP 16.8.5G: of 1,000 policies 143 cease and 2 end by death; of the rest 25 cease in the next year and 1 dies."""
    sold = [date(2024, 1, 1) + timedelta(days=n % 366) for n in range(1000)]
    rows = [
        policy(f"P{n}", day, yuan(100), payments={k: None if k - 1 in ceased(n) else due(day, k) for k in (2, 3)},
               events=[("claim_termination", due(day, k) - timedelta(days=9)) for k in dead(n)])
        for n, day in enumerate(sold)
    ]  # fmt: skip
    facts, rule = book(*rows), PROFILES["UK_SUP16_8"]
    for month, day, expected in ((13, date(2026, 2, 1), (855, 998)), (25, date(2027, 2, 1), (829, 997))):
        results = policy_results(facts, rule, month=month, as_of=day)
        (row,) = persistency(results, by=["year"], book=facts).to_dicts()
        assert (row["year"], row["numerator_count"], row["denominator_count"]) == (2024, *expected)
        assert (row["status"], f"{row['ratio_count']:.2%}") == ("final", {13: "85.67%", 25: "83.15%"}[month])


def due(day: date, instalment: int) -> date:
    return day + relativedelta(years=instalment - 1)


def ceased(number: int) -> tuple[int, ...]:
    """The years in which a policy pays no more: 143 from the first anniversary on, 25 from the second on."""
    return (1, 2) if number < 143 else (2,) if number < 168 else ()


def dead(number: int) -> tuple[int, ...]:
    """The instalment before which the person dies."""
    return {998: (2,), 999: (2,), 997: (3,)}.get(number, ())


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
    assert (figure["numerator_count"], figure["restated_count"], figure["status"]) == (6, 8, "final")
    assert figure["restated_ratio"] == 60_600 / 91_000


def test_a_final_figure_is_restated_only_when_the_policy_is_reinstated(examples: Book) -> None:
    """E3 comes back on 25 May and E4 on 2 July; the cohort is final from 31 May on."""
    on = [
        persistency(policy_results(examples, as_of=day), book=examples).row(0, named=True)
        for day in (date(2026, 5, 31), date(2026, 7, 1), date(2026, 7, 2))
    ]
    assert [(row["status"], row["numerator"]) for row in on] == [("final", yuan(49_600))] * 3
    assert [row["restated"] for row in on] == [yuan(55_600), yuan(55_600), yuan(60_600)]
