"""People referred: counted once, by agent and year; the tree of a centre of influence."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest

from books.described_book import Row, book, policy, yuan
from policyserve.book.columns import Book
from policyserve.errors import NotFoundError, PolicyserveError
from policyserve.metrics.referrals.referrals import people_referred, referrals
from policyserve.metrics.referrals.tree import brought, centres_of_influence, referral_tree

DAY = date(2026, 3, 1)
AS_OF = date(2026, 11, 21)


def customer(number: str, referrer: str | None = None, on: date | None = DAY, agent: str = "A") -> Row:
    return {
        "customer_no": number,
        "agent": agent,
        "referred_by": referrer or "",
        "referred_on": on if referrer else None,
    }


def named(
    referrer: str, on: date = DAY, *, number: str = "", name: str | None = None, phone: str | None = None, **more: str
) -> Row:
    person = {"referred": number, "referred_name": name, "referred_phone": phone}
    return {"referrer": referrer, "referred_on": on, **person, **more}


def referred_by(facts: Book) -> list[str]:
    numbers = facts.customers.select("customer_no", referrer_id="customer_id")
    return people_referred(facts).join(numbers, on="referrer_id")["customer_no"].sort().to_list()


def counts(facts: Book, year: int = 2026) -> dict[str | None, int]:
    return dict(referrals(facts, year, as_of=AS_OF).select("agent_no", "referred").iter_rows())


def test_a_person_in_both_lists_counts_once() -> None:
    facts = book(customers=[customer("C1"), customer("C2", "C1")], referrals=[named("C1", number="C2")])
    assert counts(facts) == {"A": 1}


def test_the_first_referrer_wins() -> None:
    facts = book(
        customers=[customer("C1"), customer("C2"), customer("C3", "C1", date(2026, 3, 2))],
        referrals=[named("C2", date(2026, 3, 1), number="C3")],
    )
    assert referred_by(facts) == ["C2"]


def test_on_the_same_day_the_referrer_with_the_lowest_number_wins() -> None:
    facts = book(
        customers=[customer("C9"), customer("C2"), customer("C3")],
        referrals=[named("C9", number="C3"), named("C2", number="C3")],
    )
    assert referred_by(facts) == ["C2"]


def test_without_a_number_name_and_phone_tell_who_it_is() -> None:
    facts = book(
        customers=[customer("C1"), customer("C2")],
        referrals=[
            named("C1", name="王芳", phone="13800000001"),
            named("C2", date(2026, 4, 1), name="王芳", phone="13800000001"),
            named("C2", name="李明", phone="13800000001"),
            named("C2", name="王芳", phone="13800000002"),
        ],
    )
    assert referred_by(facts) == ["C1", "C2", "C2"]


def test_a_row_without_a_number_is_of_the_customer_with_the_same_name_and_phone() -> None:
    facts = book(
        customers=[customer("C1"), customer("C2"), customer("C3")],
        referrals=[
            named("C1", date(2026, 1, 1), name="王芳", phone="13800000001"),
            named("C2", date(2026, 4, 1), name="王芳", phone="13800000001", number="C3"),
        ],
    )
    assert referred_by(facts) == ["C1"]


def test_a_bare_name_is_one_person_for_one_referrer_only() -> None:
    facts = book(
        customers=[customer("C1"), customer("C2")],
        referrals=[named("C1", name="王芳"), named("C1", date(2026, 4, 1), name="王芳"), named("C2", name="王芳")],
    )
    assert referred_by(facts) == ["C1", "C2"]


def test_nobody_refers_himself() -> None:
    facts = book(customers=[customer("C1", "C1")], referrals=[named("C1", number="C1")])
    assert people_referred(facts).is_empty()


def test_the_year_is_that_of_the_first_referral() -> None:
    facts = book(
        customers=[customer("C1"), customer("C2", "C1", date(2025, 12, 31))],
        referrals=[named("C1", date(2026, 1, 1), number="C2")],
    )
    assert (counts(facts, 2025), counts(facts, 2026)) == ({"A": 1}, {"A": 0})


def test_a_referral_after_the_day_asked_for_is_not_known() -> None:
    facts = book(customers=[customer("C1"), customer("C2", "C1", date(2026, 11, 22))])
    assert counts(facts) == {"A": 0}


def test_an_agent_without_a_referral_shows_zero_unless_away_the_whole_year() -> None:
    agents: list[Row] = [
        {"agent_no": "A"},
        {"agent_no": "GONE", "name": "Gu", "left_on": date(2025, 12, 31)},
        {"agent_no": "LEFT", "name": "Lu", "left_on": date(2026, 1, 5)},
        {"agent_no": "NEXT", "joined_on": date(2027, 1, 1)},
    ]
    facts = book(customers=[customer("C1"), customer("C2", "C1")], agents=agents)
    assert counts(facts) == {"A": 1, "LEFT": 0}


@pytest.mark.parametrize("as_of", [date(2026, 6, 4), date(2026, 6, 5), AS_OF], ids=["before", "on", "after the import"])
def test_whom_no_list_of_agents_has_named_has_no_target_and_no_row_of_nothing(as_of: date) -> None:
    """Policies brought the number of the agent who wrote them, with the day of the import as that of leaving."""
    agents: list[Row] = [
        {"agent_no": "A"},
        {"agent_no": "QUIET", "name": None, "left_on": date(2026, 6, 5)},
        {"agent_no": "BUSY", "name": None, "left_on": date(2026, 6, 5)},
    ]
    facts = book(customers=[customer("C1", agent="BUSY"), customer("C2", "C1", agent="BUSY")], agents=agents)
    assert referrals(facts, 2026, as_of=as_of).select("agent_no", "referred", "target").rows() == [
        ("A", 0, 3),
        ("BUSY", 1, None),
    ]
    assert referrals(facts, 2026, by=["company"], as_of=as_of).select("referred", "target").rows() == [(1, 3)]


def test_a_year_is_final_when_it_is_over() -> None:
    facts = book(customers=[customer("C1"), customer("C2", "C1")])
    days = (date(2026, 12, 31), date(2027, 1, 1))
    assert [referrals(facts, 2026, as_of=day)["status"].to_list() for day in days] == [["provisional"], ["final"]]


def test_a_customer_without_an_agent_is_served_by_who_serves_the_policies() -> None:
    facts = book(
        policy("P1", date(2025, 1, 1), yuan(100), customer="C1", agent="B"),
        policy("P2", date(2025, 1, 1), yuan(100), customer="C1", agent="B"),
        policy("P3", date(2025, 1, 1), yuan(100), customer="C1", agent="A"),
        customers=[customer("C1", agent=""), customer("C2", "C1", agent="")],
    )
    assert counts(facts) == {"A": 0, "B": 1}


def test_where_nobody_serves_the_referrer_the_writer_of_the_list_counts() -> None:
    facts = book(
        customers=[customer("C1", agent="")], referrals=[named("C1", name="王芳", agent="B"), named("C1", name="李明")]
    )
    assert counts(facts) == {"B": 1, None: 1}


def test_the_target_of_a_team_is_three_for_each_agent() -> None:
    agents = [{"agent_no": no, "team": "T", "branch": "S"} for no in ("A", "B")]
    facts = book(customers=[customer("C1"), customer("C2", "C1")], agents=agents)
    row = referrals(facts, 2026, by=["team"], as_of=AS_OF).row(0, named=True)
    assert {name: row[name] for name in ("branch", "team", "year", "referred", "target")} == {
        "branch": "S", "team": "T", "year": 2026, "referred": 1, "target": 6,
    }  # fmt: skip


def test_referrals_are_not_grouped_by_product() -> None:
    with pytest.raises(PolicyserveError, match=r"cannot be grouped by 'product'.*company, branch, team, agent"):
        referrals(book(), 2026, by=["product"], as_of=AS_OF)


@pytest.fixture
def centre() -> Book:
    """The centre of influence of the standard: the friend's friend comes in the third generation."""
    premiums = {
        "HERSELF": [1_954],
        "SON": [20_000, 20_000, 20_000, 20_000, 36_000],
        "COLLEAGUE": [10_670],
        "NIECE": [2_868],
        "FRIEND-A": [20_000, 20_000, 20_000, 20_000, 20_000, 27_000],
        "FRIEND-B": [25_000, 25_000, 25_000, 25_000, 29_000],
        "FRIEND-C": [1_815],
    }
    held = [
        policy(f"{who}-{place}", date(2025, 1, 1), yuan(premium), customer=who)
        for who, amounts in premiums.items()
        for place, premium in enumerate(amounts)
    ]
    people = [customer("HERSELF"), *(customer(who, "HERSELF") for who in ("SON", "COLLEAGUE", "NIECE", "FRIEND-A"))]
    return book(*held, customers=[*people, customer("FRIEND-B", "FRIEND-A"), customer("FRIEND-C", "FRIEND-B")])


def test_the_centre_of_influence_of_the_standard_is_reproduced(centre: Book) -> None:
    tree = referral_tree(centre, "HERSELF")
    assert tree.select("customer_no", "depth").rows() == [
        ("HERSELF", 0), ("COLLEAGUE", 1), ("FRIEND-A", 1), ("NIECE", 1), ("SON", 1), ("FRIEND-B", 2), ("FRIEND-C", 3),
    ]  # fmt: skip
    assert brought(tree).rows(named=True) == [
        {
            "currency": "CNY",
            "policies": 1,
            "premium": yuan(1_954),
            "policies_through": 19,
            "premium_through": yuan(387_353),
            "policies_together": 20,
            "premium_together": yuan(389_307),
        }
    ]


def test_each_member_of_a_tree_shows_who_referred_him(centre: Book) -> None:
    tree = referral_tree(centre, "HERSELF")
    assert dict(tree.select("customer_no", "referrer_no").iter_rows()) == {
        "HERSELF": None, "COLLEAGUE": "HERSELF", "FRIEND-A": "HERSELF", "NIECE": "HERSELF", "SON": "HERSELF",
        "FRIEND-B": "FRIEND-A", "FRIEND-C": "FRIEND-B",
    }  # fmt: skip


def test_the_list_of_centres_agrees_with_each_one_s_tree(centre: Book) -> None:
    centres = centres_of_influence(centre)
    assert centres["customer_no"].to_list() == ["HERSELF", "FRIEND-A", "FRIEND-B"]
    for row in centres.iter_rows(named=True):
        assert {
            "customer_no": row["customer_no"],
            **brought(referral_tree(centre, row["customer_no"])).row(0, named=True),
        } == row


def test_only_the_first_centres_are_listed(centre: Book) -> None:
    assert centres_of_influence(centre, top=1)["customer_no"].to_list() == ["HERSELF"]


def test_a_circle_of_referrals_ends() -> None:
    facts = book(
        policy("P1", date(2025, 1, 1), yuan(100), customer="C1"),
        policy("P2", date(2025, 1, 1), yuan(10), customer="C2"),
        policy("P3", date(2025, 1, 1), yuan(1), customer="C3"),
        customers=[customer("C1", "C2"), customer("C2", "C1"), customer("C3", "C1")],
    )
    assert referral_tree(facts, "C3")["customer_no"].to_list() == ["C3"]
    assert referral_tree(facts, "C2")["customer_no"].to_list() == ["C2", "C1", "C3"]
    assert centres_of_influence(facts).select("customer_no", "premium_through").rows() == [
        ("C2", yuan(101)),
        ("C1", yuan(11)),
    ]


def test_premium_is_annualised_with_riders_and_without_cancelled_policies() -> None:
    facts = book(
        policy("P1", date(2025, 1, 1), yuan(500), customer="C1", mode="monthly"),
        policy("R1", date(2025, 1, 1), yuan(60), customer="C1", main="P1"),
        policy("P2", date(2025, 1, 1), yuan(9_000), customer="C1", events=[("freelook_cancel", date(2025, 1, 9))]),
        policy("P3", date(2025, 1, 1), yuan(70), customer="C1", mode="single", currency="USD"),
    )
    assert referral_tree(facts, "C1").select("currency", "policies", "premium").rows() == [
        ("CNY", 1, yuan(6_060)),
        ("USD", 1, yuan(70)),
    ]


def test_an_unknown_customer_is_said_to_be_unknown() -> None:
    with pytest.raises(NotFoundError, match="No customer has the number 'C9'"):
        referral_tree(book(), "C9")


def test_an_empty_book_has_no_referrals() -> None:
    assert referrals(book(), 2026, as_of=AS_OF).is_empty()
    assert centres_of_influence(book()).is_empty()
    assert pl.Series(people_referred(book()).columns).len() == 4
