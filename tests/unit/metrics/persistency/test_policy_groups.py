"""Figures of persistency put together: provisional, small, by currency, cohort and group."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from books.described_book import Row, book, yuan
from desks.sold_policies import AS_OF, DUE, PAID, SOLD, sold
from policyserve.book.columns import Book
from policyserve.errors import PolicyserveError, QuestionError
from policyserve.metrics.persistency.cohorts import cohort_month
from policyserve.metrics.persistency.persistency import persistency, policies_behind, policy_results


def figures(
    facts: Book, *by: str, as_of: date = AS_OF, rolling: int | None = None, **question: Any
) -> list[dict[str, Any]]:
    results = policy_results(facts, as_of=as_of, **question)
    return persistency(results, by=by, rolling=rolling, book=facts).to_dicts()


def test_a_figure_is_provisional_until_the_last_policy_of_the_cohort_is_past_its_grace() -> None:
    facts = book(sold("P", payments=PAID), sold("Q", effective=date(2025, 3, 31), payments={2: date(2026, 3, 31)}))
    on = {as_of: figures(facts, "cohort", as_of=as_of)[0] for as_of in (DUE, date(2026, 5, 30), date(2026, 5, 31))}
    assert [row["status"] for row in on.values()] == ["provisional", "provisional", "final"]
    assert [(row["denominator_count"], row["pending"]) for row in on.values()] == [(1, 1), (2, 0), (2, 0)]


def test_a_month_end_figure_is_provisional_until_the_observation_month_is_over() -> None:
    facts = book(sold(payments=PAID))
    assert figures(facts, as_of=date(2026, 5, 31), cutoff="month-end")[0]["status"] == "provisional"
    assert figures(facts, as_of=date(2026, 6, 1), cutoff="month-end")[0]["status"] == "final"


def test_a_figure_over_no_policy_has_no_ratio() -> None:
    row = figures(book(sold(mode="single")), "cohort")[0]
    assert (row["denominator"], row["ratio"], row["ratio_count"], row["excluded"]) == (0, None, None, 1)
    (row,) = figures(book())
    assert (row["denominator"], row["ratio"], row["ratio_count"]) == (0, None, None)


def test_a_ratio_above_one_is_not_capped() -> None:
    row = figures(book(sold(payments={1: (yuan(1_000), SOLD), 2: (yuan(1_100), DUE)})))[0]
    assert row["ratio"] == 1.1


def test_a_small_cohort_is_flagged() -> None:
    facts = book(*(sold(f"P{n}", payments=PAID) for n in range(30)))
    assert figures(facts)[0]["small"] is False
    assert figures(book(*(sold(f"P{n}") for n in range(29))))[0]["small"] is True


def test_currency_becomes_a_grouping_by_itself() -> None:
    rows = figures(book(sold("P", payments=PAID), sold("Q", 5, payments=PAID, currency="USD")), "company")
    assert [(row["company"], row["currency"], row["numerator"]) for row in rows] == [
        ("all", "CNY", yuan(1_000)),
        ("all", "USD", yuan(5)),
    ]


def test_both_ends_of_a_range_of_cohorts_are_in_it() -> None:
    facts = book(*(sold(f"P{n}", effective=date(2025, n, 28)) for n in (1, 2, 3, 4)))
    asked: dict[str, Any] = {"cohort_from": cohort_month("2025-02"), "cohort_to": cohort_month("2025-03")}
    assert [row["cohort"] for row in figures(facts, "cohort", **asked)] == ["2025-02", "2025-03"]


@pytest.fixture
def branches() -> Book:
    agents: list[Row] = [
        {"agent_no": "A", "team": "One", "branch": "North", "left_on": date(2025, 12, 31)},
        {"agent_no": "B", "team": "One", "branch": "South"},
    ]
    return book(
        sold("P", 1_000, payments=PAID, writing="A", agent="B", product="X", channel="bank"),
        sold("Q", 500, date(2024, 12, 5), payments={2: None}, writing="B", agent="B", product="Y", channel="agent"),
        agents=agents,
    )


@pytest.mark.parametrize(
    ("by", "expected"),
    [
        (["agent"], {("A",): 1_000, ("B",): 500}),
        (["branch"], {("North",): 1_000, ("South",): 500}),
        (["team"], {("North", "One"): 1_000, ("South", "One"): 500}),
        (["serving-agent"], {("B",): 1_500}),
        (["serving-agent", "orphan"], {("B", True): 1_000, ("B", False): 500}),
        (["product"], {("X",): 1_000, ("Y",): 500}),
        (["channel"], {("bank",): 1_000, ("agent",): 500}),
        (["mode"], {("annual",): 1_500}),
        (["year"], {(2025,): 1_000, (2024,): 500}),
        (["cohort", "agent"], {("2025-03", "A"): 1_000, ("2024-12", "B"): 500}),
        (["company"], {("all",): 1_500}),
    ],
)
def test_figures_are_grouped(branches: Book, by: list[str], expected: dict[tuple[object, ...], int]) -> None:
    rows = figures(branches, *by)
    fields = list(rows[0])[: len(next(iter(expected)))]
    assert {tuple(row[field] for field in fields): row["denominator"] // 100 for row in rows} == expected


def test_an_orphan_is_a_policy_whose_writer_has_left_whether_or_not_somebody_took_it_over(branches: Book) -> None:
    assert {row["orphan"]: row["denominator"] // 100 for row in figures(branches, "orphan")} == {
        True: 1_000,
        False: 500,
    }
    agents: list[Row] = [{"agent_no": "A", "left_on": date(2025, 12, 31)}]
    (row,) = figures(book(sold(payments=PAID, agent="A"), agents=agents), "orphan")
    assert row["orphan"] is True
    (row,) = figures(book(sold(payments=PAID, agent="A"), agents=agents), "orphan", as_of=date(2025, 12, 30))
    assert row["orphan"] is False


def test_a_rolling_figure_is_that_of_the_twelve_cohorts_up_to_its_month() -> None:
    """June of a year shows the policies effective from May two years before to April of the last year."""
    dates = [date(2024, 4, 30), date(2024, 5, 1), date(2025, 4, 30)]
    facts = book(*(sold(f"P{n}", 100 * 10**n, day) for n, day in enumerate(dates)))
    rows = {row["cohort"]: row for row in figures(facts, "cohort", rolling=12)}
    assert (rows["2025-04"]["since"], rows["2025-04"]["denominator"]) == ("2024-05", yuan(11_000))
    assert (rows["2025-03"]["since"], rows["2025-03"]["denominator"]) == ("2024-04", yuan(1_100))
    assert max(rows) == "2025-04"
    for by, said in (("year", "instead of 'year'"), ("agent", "Group by 'cohort' as well")):
        with pytest.raises(QuestionError, match=f"by cohort can roll.*{said}"):
            figures(facts, by, rolling=12)


def test_the_serving_agent_is_the_one_of_the_due_day() -> None:
    changes = [("agent_changed", DUE, "B"), ("agent_changed", date(2026, 3, 11), "C")]
    facts = book(sold(agent="C", writing="A", events=changes), agents=[{"agent_no": no} for no in "ABC"])
    assert figures(facts, "serving-agent")[0]["serving_agent_no"] == "B"
    assert figures(facts, "serving-agent", as_of=date(2026, 3, 9))[0]["serving_agent_no"] == "A"


def test_the_policies_behind_a_figure_are_listed_with_their_reasons(branches: Book) -> None:
    results = policy_results(branches, as_of=AS_OF)
    listed = policies_behind(results, group={"cohort": "2024-12", "agent_no": "B"}, book=branches)
    assert listed.select("policy_no", "cohort", "state", "reason").rows() == [("Q", "2024-12", "counted", "unpaid")]
    assert policies_behind(results, book=branches).height == 2


def test_what_cannot_be_asked_is_said() -> None:
    with pytest.raises(QuestionError, match="no month 14"):
        policy_results(book(), month=14, as_of=AS_OF)
    with pytest.raises(QuestionError, match="no cutoff 'late'"):
        policy_results(book(), cutoff="late", as_of=AS_OF)  # type: ignore[arg-type]
    with pytest.raises(QuestionError, match="'2025-13' is no month"):
        cohort_month("2025-13")
    with pytest.raises(PolicyserveError, match="cannot be grouped by 'colour'"):
        figures(book(), "colour")
