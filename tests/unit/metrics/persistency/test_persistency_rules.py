"""Persistency, rule by rule: who is in, what counts as paid, what counts as in force."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from dateutil.relativedelta import relativedelta

from books.described_book import Row, book, policy, yuan
from desks.sold_policies import DUE, PAID, SOLD, lost, monthly, result, sold
from policyserve.dates import add_months
from policyserve.metrics.persistency.persistency import policy_results
from policyserve.metrics.profiles.profile import CN_COMPANY, PROFILES

GRACE_END = date(2026, 5, 9)

KEPT = ("counted", None, 1_000, 1_000, 1)


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
