"""The referral as a funnel, and the people who are still on their way."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from books.described_book import Row, book, policy, yuan
from policyserve.book.columns import Book
from policyserve.errors import PolicyserveError
from policyserve.metrics.referrals.funnel import PEOPLE, funnel, open_leads, people, people_behind
from policyserve.metrics.referrals.referrals import STAGES, people_referred, referrals

AS_OF = date(2026, 11, 21)
DAY = date(2026, 3, 1)


def named(
    referrer: str = "C1", *, who: Row | None = None, on: date = DAY, stage: str | None = None, number: str = ""
) -> Row:
    return {
        "referrer": referrer,
        "referred": number,
        "referred_on": on,
        "stage": stage,
        "referred_name": (who or {}).get("name"),
        "referred_phone": (who or {}).get("phone"),
    }


C1 = {"customer_no": "C1", "agent": "A"}
C2 = {"customer_no": "C2", "agent": "B"}
LEE, WANG, ZHAO = (
    {"name": "李小明", "phone": "15400000001"},
    {"name": "王芳", "phone": "15400000002"},
    {"name": "赵敏", "phone": "15400000003"},
)


def counts(facts: Book, as_of: date = AS_OF) -> tuple[int, ...]:
    return funnel(facts, by=[], as_of=as_of).select(STAGES).row(0)


def test_who_is_at_a_stage_has_passed_those_before() -> None:
    facts = book(
        customers=[C1], referrals=[named(who=LEE, stage="met"), named(who=WANG, stage="contacted"), named(who=ZHAO)]
    )
    assert counts(facts) == (3, 2, 1, 1, 0)


def test_each_step_is_a_share_of_the_one_before() -> None:
    facts = book(
        customers=[C1], referrals=[named(who=LEE, stage="met"), named(who=WANG, stage="contacted"), named(who=ZHAO)]
    )
    row = funnel(facts, by=[], as_of=AS_OF).row(0, named=True)
    assert [row[f"{stage}_rate"] for stage in STAGES[1:]] == [2 / 3, 1 / 2, 1.0, 0.0]
    assert row["conversion"] == 0.0


def test_a_step_from_nobody_has_no_rate() -> None:
    row = funnel(book(customers=[C1], referrals=[named(who=LEE)]), by=[], as_of=AS_OF).row(0, named=True)
    assert (row["contacted_rate"], row["consented_rate"]) == (0.0, None)


def test_a_person_in_several_rows_is_as_far_as_the_furthest() -> None:
    facts = book(
        customers=[C1, C2],
        referrals=[named(who=LEE), named("C2", who=LEE, on=date(2026, 5, 1), stage="consented")],
    )
    assert counts(facts) == (1, 1, 1, 0, 0)


def test_who_bought_since_the_referral_is_issued_whatever_the_list_says() -> None:
    bought = policy("P1", date(2026, 4, 1), yuan(100), customer="C3", agent="A")
    facts = book(bought, customers=[C1], referrals=[named(number="C3", stage="contacted")])
    assert counts(facts) == (1, 1, 1, 1, 1)


def test_a_policy_of_before_the_referral_or_cancelled_does_not_make_it_issued() -> None:
    before = policy("P1", date(2026, 2, 28), yuan(100), customer="C3", agent="A")
    undone = policy(
        "P2", date(2026, 4, 1), yuan(100), customer="C3", agent="A", events=[("freelook_cancel", date(2026, 4, 9))]
    )
    facts = book(before, undone, customers=[C1], referrals=[named(number="C3")])
    assert counts(facts) == (1, 0, 0, 0, 0)


def test_a_policy_of_tomorrow_makes_nobody_issued_today() -> None:
    bought = policy("P1", date(2026, 12, 1), yuan(100), customer="C3", agent="A")
    facts = book(bought, customers=[C1], referrals=[named(number="C3", stage="met")])
    assert counts(facts) == (1, 1, 1, 1, 0)
    assert counts(facts, date(2026, 12, 1)) == (1, 1, 1, 1, 1)


def test_a_cancellation_of_tomorrow_leaves_issued_today() -> None:
    undone = policy(
        "P1", date(2026, 11, 1), yuan(100), customer="C3", agent="A", events=[("freelook_cancel", date(2026, 11, 22))]
    )
    facts = book(undone, customers=[C1], referrals=[named(number="C3")])
    assert counts(facts) == (1, 1, 1, 1, 1)
    assert counts(facts, date(2026, 11, 22)) == (1, 0, 0, 0, 0)


def test_a_stage_is_known_from_the_day_of_the_list_that_brought_it() -> None:
    history = [(date(2026, 4, 1), "contacted"), (date(2026, 9, 1), "met")]
    facts = book(customers=[C1], referrals=[named(who=LEE) | {"stages": history}])
    found = [counts(facts, day) for day in (DAY, date(2026, 4, 1), date(2026, 8, 31), date(2026, 9, 1))]
    assert found == [(1, 0, 0, 0, 0), (1, 1, 0, 0, 0), (1, 1, 0, 0, 0), (1, 1, 1, 1, 0)]


def test_a_stage_that_was_a_mistake_is_corrected_from_the_next_list_on() -> None:
    history = [(date(2026, 4, 1), "met"), (date(2026, 5, 1), "contacted"), (date(2026, 6, 1), None)]
    facts = book(customers=[C1], referrals=[named(who=LEE) | {"stages": history}])
    found = [counts(facts, day) for day in (date(2026, 4, 30), date(2026, 5, 31), date(2026, 6, 1))]
    assert found == [(1, 1, 1, 1, 0), (1, 1, 0, 0, 0), (1, 0, 0, 0, 0)]


def test_a_person_of_the_customers_list_is_named_at_least() -> None:
    facts = book(customers=[C1, {"customer_no": "C3", "agent": "A", "referred_by": "C1", "referred_on": DAY}])
    assert counts(facts) == (1, 0, 0, 0, 0)


def test_a_person_named_tomorrow_is_in_no_funnel_of_today() -> None:
    facts = book(customers=[C1], referrals=[named(who=LEE), named(who=WANG, on=AS_OF + timedelta(days=1))])
    assert counts(facts) == (1, 0, 0, 0, 0)


def test_the_funnel_belongs_to_who_serves_the_referrer_and_to_the_year_of_the_referral() -> None:
    agents = [{"agent_no": no, "team": "T", "branch": "S"} for no in "AB"]
    facts = book(
        agents=agents,
        customers=[C1, C2],
        referrals=[named(who=LEE), named("C2", who=WANG, on=date(2025, 12, 31)), named("C2", who=ZHAO)],
    )
    by_agent = funnel(facts, by=["agent", "year"], as_of=AS_OF)
    assert by_agent.select("agent_no", "year", "named").rows() == [("A", 2026, 1), ("B", 2025, 1), ("B", 2026, 1)]
    by_team = funnel(facts, by=["team"], as_of=AS_OF)
    assert by_team.select("branch", "team", "named").rows() == [("S", "T", 3)]


def test_a_funnel_is_not_grouped_by_product() -> None:
    with pytest.raises(PolicyserveError, match="cannot be grouped by 'product'"):
        funnel(book(), by=["product"], as_of=AS_OF)


def test_open_leads_show_how_long_ago_they_were_named_and_nobody_s_name() -> None:
    facts = book(customers=[C1], referrals=[named(who=LEE, on=date(2026, 11, 20)), named(who=WANG, stage="met")])
    assert open_leads(facts, as_of=AS_OF).rows() == [
        ("C1", "A", None, "王*", "154****0002", DAY, 265, "met", False),
        ("C1", "A", None, "李*明", "154****0001", date(2026, 11, 20), 1, "named", False),
    ]


@pytest.mark.parametrize(("days", "delete"), [(30, False), (31, True)])
def test_a_lead_without_contact_is_to_be_deleted_after_30_days(days: int, delete: bool) -> None:
    facts = book(customers=[C1], referrals=[named(who=LEE, on=AS_OF - timedelta(days=days))])
    assert open_leads(facts, as_of=AS_OF)["delete"].to_list() == [delete]


def test_a_customer_or_a_lead_that_was_contacted_is_not_deleted() -> None:
    facts = book(
        customers=[C1, {"customer_no": "C3", "agent": "A"}],
        referrals=[named(number="C3", who=LEE), named(who=WANG, stage="contacted")],
    )
    assert open_leads(facts, as_of=AS_OF)["delete"].to_list() == [False, False]


def test_who_was_issued_is_no_open_lead() -> None:
    assert open_leads(book(customers=[C1], referrals=[named(who=LEE, stage="issued")]), as_of=AS_OF).is_empty()


def test_the_people_behind_the_figure_of_a_year_are_listed_without_their_names() -> None:
    facts = book(
        customers=[C1, C2, {"customer_no": "C3", "agent": "A", "referred_by": "C2", "referred_on": date(2026, 2, 1)}],
        referrals=[
            named(who=LEE), named("C2", who=LEE, on=date(2026, 4, 1)), named("C2", who=WANG, on=date(2025, 12, 31)),
        ],
    )  # fmt: skip
    listed = people_behind(facts, 2026, as_of=AS_OF)
    assert listed.columns == list(PEOPLE)
    assert listed.rows() == [
        (date(2026, 2, 1), "C2", "B", "C3", None, None),
        (DAY, "C1", "A", None, "李*明", "154****0001"),
    ]
    assert people_behind(facts, 2026, by=["company"], as_of=AS_OF)["company"].to_list() == ["all", "all"]


def test_an_empty_book_has_an_empty_funnel() -> None:
    assert counts(book()) == (0, 0, 0, 0, 0)
    assert open_leads(book(), as_of=AS_OF).is_empty()


mention = st.builds(
    lambda referrer, who, day, stage: named(referrer, who=who, on=DAY + timedelta(days=day), stage=stage),
    st.sampled_from(["C1", "C2"]),
    st.sampled_from([LEE, WANG, ZHAO]),
    st.integers(0, 400),
    st.sampled_from([None, *STAGES]),
)


@settings(max_examples=40, deadline=None)
@given(st.lists(mention, max_size=8))
def test_one_person_at_a_time_gives_the_same_funnel(rows: list[Row]) -> None:
    facts = book(customers=[C1, C2], referrals=rows)
    furthest: dict[str, int] = {}
    for row in rows:
        if row["referred_on"] <= AS_OF:
            place = STAGES.index(row["stage"] or "named")
            furthest[row["referred_name"]] = max(furthest.get(row["referred_name"], 0), place)
    expected = tuple(sum(place >= number for place in furthest.values()) for number in range(len(STAGES)))
    assert counts(facts) == expected
    assert people(facts, as_of=AS_OF).height == people_referred(facts.as_of(AS_OF)).height
    for year in (2026, 2027):
        listed = people_behind(facts, year, as_of=AS_OF)["agent_no"].to_list()
        figures = referrals(facts, year, as_of=AS_OF).select("agent_no", "referred").rows()
        assert {agent: listed.count(agent) for agent, _ in figures} == dict(figures)
