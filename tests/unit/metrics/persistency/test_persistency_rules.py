"""Persistency, rule by rule: who is in, what counts as paid, what counts as in force, how figures are put together."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from dateutil.relativedelta import relativedelta

from books.described_book import Row, book, policy, yuan
from policyserve.book.columns import Book
from policyserve.dates import add_months
from policyserve.errors import PolicyserveError, QuestionError
from policyserve.metrics.persistency.cohorts import cohort_month
from policyserve.metrics.persistency.persistency import persistency, policies_behind, policy_results
from policyserve.metrics.profiles.profile import CN_COMPANY, PROFILES, Cutoff

SOLD = date(2025, 3, 10)
DUE = date(2026, 3, 10)
GRACE_END = date(2026, 5, 9)
AS_OF = date(2026, 7, 31)
PAID = {2: DUE}


def sold(number: str = "P", premium: int = 1_000, effective: date = SOLD, **more: Any) -> Row:
    return policy(number, effective, yuan(premium), **more)


def monthly(*, until: int = 13, **more: Any) -> Row:
    """A monthly policy with its instalments paid on their due days, but for what `payments` says."""
    days = {n: SOLD + relativedelta(months=n - 1) for n in range(1, until + 1)}
    return policy("P", SOLD, yuan(100), mode="monthly", **{**more, "payments": {**days, **more.get("payments", {})}})


def result(
    *rows: Row, cutoff: Cutoff = "strict", as_of: date = AS_OF, month: int = 13
) -> tuple[str, str | None, int, int, int]:
    """State, reason, denominator and numerator in yuan, and the numerator by count of the first policy."""
    row = policy_results(book(*rows), month=month, cutoff=cutoff, as_of=as_of).policies.row(0, named=True)
    yuans = row["denominator"] // 100, row["numerator"] // 100
    return row["state"], row["reason"], *yuans, row["numerator_count"]


KEPT = ("counted", None, 1_000, 1_000, 1)


def lost(reason: str, premium: int = 1_000) -> tuple[str, str | None, int, int, int]:
    return ("counted", reason, premium, 0, 0)


# Who is in


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (sold(payments=PAID, is_group=True), "group"),
        (sold(mode="single"), "single"),
        (sold(payments=PAID, ends_on=DUE), "short_term"),
        (sold(pay_years=1), "paid_up"),
        *((sold(payments=PAID, events=[(kind, GRACE_END)]), kind) for kind in CN_COMPANY.exclusions),
    ],
)
def test_a_policy_is_left_out_of_both(row: Row, reason: str) -> None:
    assert result(row) == ("excluded", reason, 0, 0, 0)


@pytest.mark.parametrize("kind", CN_COMPANY.exclusions)
def test_what_happens_after_the_cutoff_leaves_nobody_out(kind: str) -> None:
    assert result(sold(payments=PAID, events=[(kind, date(2026, 5, 10))])) == KEPT


def test_a_policy_that_covers_a_day_more_than_a_year_is_in() -> None:
    assert result(sold(payments=PAID, ends_on=date(2026, 12, 31)))[0] == "counted"


def test_a_policy_is_pending_until_its_premium_of_the_month_is_due() -> None:
    assert result(sold(payments=PAID), as_of=date(2026, 3, 9)) == ("pending", None, 0, 0, 0)
    assert result(sold(payments=PAID), as_of=DUE) == KEPT


def test_a_pending_policy_can_already_be_left_out() -> None:
    row = sold(events=[("freelook_cancel", date(2025, 3, 20))])
    assert result(row, as_of=date(2025, 6, 1))[:2] == ("excluded", "freelook_cancel")


def test_a_policy_issued_later_is_not_known() -> None:
    assert policy_results(book(sold(issue_date=date(2025, 4, 1))), as_of=date(2025, 3, 31)).policies.is_empty()


# What counts as paid


@pytest.mark.parametrize(
    ("payments", "expected"),
    [
        ({2: GRACE_END}, KEPT),
        ({2: date(2026, 5, 10)}, lost("paid_late")),
        ({2: date(2025, 12, 1)}, KEPT),
        ({2: None}, lost("unpaid")),
        ({}, lost("not_known")),
        ({2: (yuan(1_000), DUE, yuan(999))}, lost("unpaid")),
        ({2: (yuan(1_000), DUE, yuan(1_001))}, KEPT),
        ({2: (None, DUE, yuan(999))}, lost("unpaid")),
        ({1: None, 2: DUE}, lost("unpaid")),
        ({1: (yuan(500), SOLD), 2: DUE}, ("counted", None, 500, 1_000, 1)),
    ],
)
def test_the_premium_of_the_month_is_paid_in_full_by_the_end_of_its_grace(
    payments: dict[int, Any], expected: tuple[object, ...]
) -> None:
    assert result(sold(payments=payments)) == expected


def test_an_unpaid_premium_is_in_grace_until_the_grace_is_over() -> None:
    assert result(sold(payments={2: GRACE_END}), as_of=date(2026, 5, 8)) == lost("in_grace")
    assert result(sold(payments={2: None}), as_of=GRACE_END) == lost("in_grace")
    assert result(sold(payments={2: None}), as_of=date(2026, 5, 10)) == lost("unpaid")


@pytest.mark.parametrize(("mode", "number", "yearly"), [("quarterly", 5, 400), ("semi-annual", 3, 200)])
def test_every_instalment_up_to_the_month_is_required(mode: str, number: int, yearly: int) -> None:
    step = 12 // (number - 1)
    days: dict[int, Any] = {n: SOLD + relativedelta(months=step * (n - 1)) for n in range(1, number + 1)}
    row: dict[str, Any] = {"premium": 100, "mode": mode}
    assert result(sold(**row, payments=days)) == ("counted", None, yearly, yearly, 1)
    assert result(sold(**row, payments={**days, number: None})) == lost("unpaid", yearly)
    assert result(sold(**row, payments={**days, 2: None})) == lost("unpaid", yearly)


def test_month_25_takes_both_years_over_the_premium_of_the_first() -> None:
    row = sold(payments={1: (yuan(1_000), SOLD), 2: (yuan(900), DUE), 3: (yuan(800), date(2027, 3, 10))})
    assert result(row, month=25, as_of=date(2027, 7, 1)) == ("counted", None, 1_000, 800, 1)
    row = sold(payments={2: None, 3: date(2027, 3, 10)})
    assert result(row, month=25, as_of=date(2027, 7, 1)) == lost("unpaid")


def test_of_two_changes_on_one_day_the_later_entry_holds() -> None:
    events = [("premium_change", DUE, yuan(700)), ("premium_change", DUE, yuan(800))]
    assert result(sold(payments=PAID, events=events))[3] == 800


def test_a_rider_added_comes_on_top_of_the_premium_that_was_changed() -> None:
    events = [
        ("rider_added", date(2025, 5, 1), yuan(60)),
        ("premium_change", date(2025, 8, 1), yuan(700)),
        ("rider_added", date(2025, 9, 1), yuan(60)),
        ("rider_added", date(2026, 3, 11), yuan(60)),
    ]
    assert result(sold(payments=PAID, events=events))[2:4] == (1_000, 760)


def test_the_amount_of_the_row_is_not_added_to_by_events() -> None:
    row = sold(payments={2: (yuan(1_060), DUE)}, events=[("rider_added", date(2025, 5, 1), yuan(60))])
    assert result(row)[3] == 1_060


# Ends, suspensions, loans


def test_a_surrender_after_payment_keeps_the_premium_and_drops_the_policy() -> None:
    for day in (DUE, GRACE_END):
        assert result(sold(payments=PAID, events=[("surrender", day)])) == ("counted", "surrender", 1_000, 1_000, 0)
    assert result(sold(payments=PAID, events=[("surrender", date(2026, 5, 10))])) == KEPT


def test_a_payment_after_the_surrender_counts_for_nothing() -> None:
    assert result(sold(payments=PAID, events=[("surrender", date(2026, 3, 9))])) == lost("surrender")


@pytest.mark.parametrize(
    ("day", "expected"),
    [(date(2025, 9, 1), lost("reduced_paid_up")), (DUE, lost("reduced_paid_up")), (date(2026, 3, 11), KEPT)],
)
def test_a_policy_made_paid_up_instead_of_paying_is_lost(day: date, expected: tuple[object, ...]) -> None:
    assert result(sold(payments=PAID, events=[("reduced_paid_up", day)])) == expected


def test_a_premium_loan_keeps_the_policy_but_not_the_premium() -> None:
    loan = [("premium_loan", GRACE_END)]
    assert result(sold(payments={2: None}, events=loan)) == ("counted", "premium_loan", 1_000, 0, 1)
    assert result(sold(payments={2: None}, events=[("premium_loan", date(2026, 3, 9))])) == lost("unpaid")


def test_a_premium_loan_of_an_earlier_instalment_leaves_no_suspension() -> None:
    late = {8: date(2026, 2, 1)}
    assert result(monthly(payments=late)) == ("counted", "suspended", 1_200, 1_200, 0)
    row = monthly(payments=late, events=[("premium_loan", date(2025, 12, 9))])
    assert result(row) == ("counted", None, 1_200, 1_200, 1)


def test_a_lapse_over_an_earlier_instalment_is_mended_by_arrears_and_reinstatement() -> None:
    late = {8: date(2026, 2, 1)}
    again = [("reinstated", date(2026, 2, 1))]
    assert result(monthly(payments=late, events=again)) == ("counted", None, 1_200, 1_200, 1)
    before = [("reinstated", date(2025, 10, 9))]
    assert result(monthly(payments=late, events=before)) == ("counted", "suspended", 1_200, 1_200, 0)


@pytest.mark.parametrize(
    ("day", "again", "expected"),
    [
        (date(2026, 5, 31), date(2026, 5, 31), KEPT),
        (date(2026, 6, 1), date(2026, 6, 1), lost("reinstated_later")),
        (date(2026, 5, 25), date(2026, 6, 1), lost("reinstated_later")),
        (date(2026, 5, 25), None, lost("paid_late")),
        (date(2026, 5, 25), date(2026, 3, 9), lost("paid_late")),
    ],
)
def test_month_end_takes_what_is_paid_and_reinstated_by_the_end_of_the_observation_month(
    day: date, again: date | None, expected: tuple[object, ...]
) -> None:
    row = sold(payments={2: day}, events=[("reinstated", again)] if again else [])
    assert result(row, cutoff="month-end") == expected


def test_month_end_never_comes_before_the_end_of_the_grace() -> None:
    """Due 31 December: the grace ends on 1 March, the observation month on 28 February."""
    row = sold(effective=date(2024, 12, 31), payments={2: date(2026, 3, 1)})
    assert result(row, cutoff="month-end") == KEPT


def test_a_policy_whose_cover_is_over_by_the_cutoff_is_not_counted() -> None:
    row = sold(payments=PAID, ends_on=date(2026, 4, 1))
    assert result(row, as_of=date(2026, 4, 1)) == KEPT
    assert result(row, as_of=date(2026, 4, 2))[2:] == (1_000, 1_000, 0)


# Riders with a number of their own


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


# How figures are put together


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


@pytest.mark.parametrize(
    ("trouble", "kept"),
    [
        ({}, True),
        ({6: None}, False),
        ({6: date(2025, 7, 15)}, True),
        ({6: date(2025, 7, 16)}, False),
        ({8: None}, True),
    ],
    ids=["all paid", "unpaid", "paid on the last day of grace", "paid a day later", "in grace at the end of the year"],
)
def test_who_is_suspended_by_the_end_of_the_year_is_not_in_force_then(
    trouble: dict[int, date | None], kept: bool
) -> None:
    """Quarterly from 15 March 2024: month 13 is due 2025-03-15, instalments 6 and 8 on 15 June and 15 December."""
    dues: dict[int, Any] = {number: add_months(date(2024, 3, 15), 3 * number - 3) for number in range(1, 10)}
    facts = book(policy("P1", date(2024, 3, 15), yuan(100), mode="quarterly", payments=dues | trouble))
    uk = PROFILES["UK_SUP16_8"]
    row = policy_results(facts, uk, as_of=date(2026, 6, 1)).policies.row(0, named=True)
    assert (row["numerator_count"] == 1, row["reason"]) == (kept, None if kept else "suspended")
    assert policy_results(facts, as_of=date(2026, 6, 1)).policies["numerator_count"].to_list() == [1], "China is strict"


@pytest.mark.parametrize("event", ["reinstated", "reduced_paid_up", "premium_loan"])
def test_who_came_back_owes_nothing_or_borrowed_is_in_force_at_the_end_of_the_year(event: str) -> None:
    dues = {number: add_months(date(2024, 1, 1), 3 * number - 3) for number in range(1, 6)} | {6: None}
    facts = book(
        policy("P1", date(2024, 1, 1), yuan(100), mode="quarterly", payments=dues, events=[(event, date(2025, 4, 1))])
    )
    uk = PROFILES["UK_SUP16_8"]
    for day, kept in ((date(2025, 7, 1), 1), (date(2026, 6, 1), int(event == "reduced_paid_up"))):
        assert policy_results(facts, uk, as_of=day).policies["numerator_count"].to_list() == [kept]
