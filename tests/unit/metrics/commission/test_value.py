from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from books.described_book import book, policy, yuan
from policyserve.book.columns import Book
from policyserve.errors import NotFoundError, PolicyserveError
from policyserve.metrics.commission.rates import RateTable, load_rates
from policyserve.metrics.commission.value import agent_value, commissions, customer_value

AS_OF = date(2026, 6, 30)
RATES = RateTable.model_validate({
    "name": "test",
    "rates": [
        {"kind": "life", "pay_years": [10, 99], "by_year": [0.4, 0.2, 0.1]},
        {"kind": "life", "pay_years": [1, 9], "by_year": [0.1]},
        {"kind": "any", "pay_years": [1, 99], "by_year": [0.05]},
    ],
})  # fmt: skip

LAST = date(2026, 7, 31)


def life(number: str, premium: int = 1000, issued: date = date(2024, 3, 10), **more: Any) -> dict[str, Any]:
    """A life policy over 20 years whose first two premiums are paid."""
    described = {"product_kind": "life", "pay_years": 20, "payments": {1: issued, 2: issued.replace(year=2025)}}
    return policy(number, issued, yuan(premium), **{**described, **more})


def earned(described: Book) -> tuple[int, int, int]:
    row = commissions(described, RATES, as_of=AS_OF).row(0, named=True)
    return row["first_year"], row["renewal"], row["ahead"]


def test_commission_is_the_premium_paid_times_the_share_of_its_policy_year() -> None:
    paid = {n: date(2023 + n, 3, 10) for n in (1, 2, 3)}
    assert earned(book(life("P", payments=paid))) == (yuan(400), yuan(300), 0)


def test_what_is_still_to_come_is_told_apart() -> None:
    issued = date(2025, 9, 1)
    assert earned(book(life("P", issued=issued, payments={1: issued}))) == (yuan(400), 0, yuan(300))


def test_a_monthly_policy_earns_by_the_year_of_each_instalment() -> None:
    issued = date(2025, 4, 15)
    paid = {
        n: issued if n == 1 else date(2025, 4 + n - 1, 15) if n < 10 else date(2026, n - 9, 15) for n in range(1, 16)
    }
    first, renewal, ahead = earned(book(life("P", 100, issued=issued, mode="monthly", payments=paid)))
    assert (first, renewal) == (yuan(100 * 12 * 0.4), yuan(100 * 3 * 0.2))
    assert ahead == yuan(100 * (9 * 0.2 + 12 * 0.1))


@pytest.mark.parametrize(("as_of", "ahead"), [(date(2026, 6, 29), 2), (AS_OF, 1), (date(2026, 7, 30), 1)])
def test_an_instalment_of_the_31st_falls_due_on_the_last_day_of_a_shorter_month(as_of: date, ahead: int) -> None:
    facts = book(
        life("P", 100, issued=date(2025, 8, 31), mode="monthly", payments={1: date(2025, 8, 31)}, ends_on=LAST)
    )
    assert commissions(facts, RATES, as_of=as_of)["ahead"].to_list() == [ahead * yuan(40)]


@pytest.mark.parametrize(
    ("more", "first_year"),
    [({"pay_years": None}, 400), ({"pay_years": 5}, 100), ({"product_kind": "annuity"}, 50),
     ({"mode": "single", "pay_years": None}, 100), ({"product_kind": None}, 50)],
    ids=["for life", "short", "another kind", "single premium", "kind not known"],
)  # fmt: skip
def test_the_first_line_that_fits_holds(more: dict[str, Any], first_year: int) -> None:
    assert earned(book(life("P", payments={1: date(2024, 3, 10)}, **more)))[0] == yuan(first_year)


def test_a_policy_cancelled_in_the_free_look_earned_nothing() -> None:
    cancelled = life("P", events=[("freelook_cancel", date(2024, 3, 20))])
    assert commissions(book(cancelled), RATES, as_of=AS_OF).is_empty()


def test_a_surrendered_policy_keeps_what_it_earned_and_has_nothing_ahead() -> None:
    assert earned(book(life("P", events=[("surrender", date(2025, 9, 1))]))) == (yuan(400), yuan(200), 0)


def test_premiums_paid_after_the_day_do_not_count_yet() -> None:
    row = commissions(book(life("P")), RATES, as_of=date(2025, 3, 9)).row(0, named=True)
    assert (row["first_year"], row["renewal"]) == (yuan(400), 0)


FAMILY = book(
    life("P1", customer="Mother"), life("P2", customer="Mother", issued=date(2025, 1, 1), payments={}),
    life("P3", customer="Son"), life("P4", customer="Friend"), life("P5", customer="Friend's friend", agent="B"),
    customers=[
        {"customer_no": "Mother", "agent": "A"},
        {"customer_no": "Son", "referred_by": "Mother", "referred_on": date(2024, 1, 1), "agent": "A"},
        {"customer_no": "Friend", "referred_by": "Son", "referred_on": date(2024, 2, 1), "agent": "A"},
        {"customer_no": "Friend's friend", "referred_by": "Friend", "referred_on": date(2024, 3, 1), "agent": "B"},
    ],
)  # fmt: skip


def test_a_customer_is_worth_what_came_down_the_referral_tree() -> None:
    mother = customer_value(FAMILY, RATES, as_of=AS_OF, customer_no="Mother").row(0, named=True)
    assert (mother["first_year"], mother["renewal"], mother["of_add_ons"]) == (yuan(800), yuan(200), yuan(400))
    assert (mother["through_referrals"], mother["people"]) == (3 * yuan(600), 3)
    assert mother["together"] == yuan(1000 + 1800)


def test_the_greatest_customer_comes_first() -> None:
    assert customer_value(FAMILY, RATES, as_of=AS_OF, top=2)["customer_no"].to_list() == ["Mother", "Son"]


def test_a_circle_of_referrals_ends() -> None:
    circle = book(
        life("P1", customer="One"), life("P2", customer="Two"),
        customers=[
            {"customer_no": "One", "referred_by": "Two", "referred_on": date(2024, 1, 1)},
            {"customer_no": "Two", "referred_by": "One", "referred_on": date(2024, 1, 2)},
        ],
    )  # fmt: skip
    found = customer_value(circle, RATES, as_of=AS_OF)
    assert dict(found.select("customer_no", "through_referrals").iter_rows()) == {"One": yuan(600), "Two": yuan(600)}


def test_a_book_is_worth_what_its_customers_brought() -> None:
    books = {row["agent_no"]: row for row in agent_value(FAMILY, RATES, as_of=AS_OF).to_dicts()}
    assert (books["A"]["customers"], books["A"]["policies"], books["A"]["first_year"]) == (3, 4, yuan(1600))
    assert (books["A"]["of_add_ons"], books["A"]["of_referred"]) == (yuan(400), yuan(1200))
    assert books["B"]["of_referred"] == yuan(600)


def test_who_is_no_customer_is_said() -> None:
    with pytest.raises(NotFoundError, match="Nobody"):
        customer_value(FAMILY, RATES, as_of=AS_OF, customer_no="Nobody")


def test_the_sample_of_rates_can_be_read() -> None:
    assert load_rates().lines().select(pl.col("share").max()).item() <= 0.5


@pytest.mark.parametrize(
    ("text", "said"),
    [("rates: []", "name"), ("name: x\nrates: [{kind: life, pay_years: [9, 2], by_year: [0.1]}]", "smaller"),
     ("name: x\nrates: [{kind: life, pay_years: [1, 9], by_year: [40]}]", "rates > 1 > by_year > 1"),
     (":\n -", "YAML")],
)  # fmt: skip
def test_wrong_rates_are_refused_with_the_place(tmp_path: Path, text: str, said: str) -> None:
    file = tmp_path / "rates.yaml"
    file.write_text(text)
    with pytest.raises(PolicyserveError, match=said):
        load_rates(file)
