"""The gap to the target: what is missing, the fewest policies that close it, and how the cohorts end."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from itertools import combinations
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from books.described_book import Row, book, policy, yuan
from books.worked_cases import worked_cases
from policyserve.book.columns import Book
from policyserve.errors import QuestionError
from policyserve.metrics.persistency.gap import Gap, gaps, target_of, targets_of
from policyserve.metrics.persistency.persistency import policy_results
from policyserve.metrics.profiles.profile import PROFILES, UK_SUP16_8

SOLD = date(2025, 3, 10)
DUE = date(2026, 3, 10)
GRACE_END = date(2026, 5, 9)
AS_OF = date(2026, 4, 1)


def sold(number: str, premium: int, *, paid: date | None = None, **more: Any) -> Row:
    return policy(number, more.pop("effective", SOLD), yuan(premium), **{"payments": {2: paid}, **more})


def names(found: Gap, *, needed: bool | None = None) -> list[str]:
    rows = found.policies.to_dicts()
    return [row["policy_no"] for row in rows if needed is None or row["needed"] is needed]


def only(found: Gap) -> dict[str, Any]:
    (row,) = found.groups.to_dicts()
    return row


def test_what_is_missing_and_the_fewest_that_close_it() -> None:
    """8,800 of 10,000 are asked for and 6,000 are paid: 2,500 and 500 close it, 2,500 alone does not."""
    facts = book(
        sold("PAID", 6_000, paid=DUE), sold("SMALL", 500), sold("LARGE", 2_500), sold("MIDDLE", 1_000)
    )  # fmt: skip
    found = gaps(facts, as_of=AS_OF)
    row = only(found)
    assert (row["missing"], row["open"], row["fewest"], row["by"]) == (yuan(2_800), 3, 2, GRACE_END)
    assert names(found) == ["LARGE", "MIDDLE", "SMALL"]
    assert names(found, needed=True) == ["LARGE", "MIDDLE"]
    assert (row["ratio"], row["if_nothing"], row["at_best"]) == (0.6, 0.6, 1.0)


def test_the_policies_missing_are_counted_too() -> None:
    facts = book(*(sold(f"P{n}", 100, paid=DUE if n < 6 else None) for n in range(10)))
    row = only(gaps(facts, as_of=AS_OF))
    assert (row["numerator_count"], row["missing_count"], row["missing"]) == (6, 3, yuan(280))


def test_policies_that_do_not_suffice_together_are_not_needed() -> None:
    found = gaps(book(sold("LOST", 900, effective=date(2025, 1, 1)), sold("OPEN", 500)), as_of=AS_OF)
    row = only(found)
    assert (row["open"], row["fewest"], row["by"]) == (1, None, None)
    assert (names(found), names(found, needed=True)) == (["OPEN"], [])


def test_it_is_known_whether_any_premium_has_fallen_due() -> None:
    facts = book(sold("PAID", 100, paid=DUE), sold("ENDED", 100, events=[("claim_termination", SOLD)]))
    assert gaps(facts, as_of=AS_OF).counted == 1
    assert gaps(facts, as_of=date(2026, 3, 9)).counted == 0
    assert gaps(facts, as_of=AS_OF, cohort_to=date(2024, 12, 1)).counted == 0
    assert gaps(book(), as_of=AS_OF).counted == 0


def test_a_group_at_its_target_has_no_gap() -> None:
    facts = book(sold("PAID", 8_800, paid=DUE), sold("OPEN", 1_200))
    assert gaps(facts, as_of=AS_OF).groups.is_empty()
    assert gaps(facts, as_of=AS_OF, target=8_801).groups.height == 1


def test_what_is_past_its_grace_or_has_ended_closes_nothing() -> None:
    facts = book(
        sold("LAPSED", 900, effective=date(2025, 1, 1)), sold("SURRENDERED", 800, events=[("surrender", AS_OF)]),
        sold("PAID-UP", 700, events=[("reduced_paid_up", DUE)]), sold("OPEN", 500),
        sold("DEAD", 600, events=[("claim_termination", AS_OF)]),
    )  # fmt: skip
    found = gaps(facts, as_of=AS_OF)
    assert names(found) == ["OPEN"]
    row = only(found)
    assert (row["fewest"], row["at_best"]) == (None, pytest.approx(500 / 2_900))


def test_a_monthly_policy_must_pay_by_the_grace_of_its_first_unpaid_instalment() -> None:
    days: dict[int, Any] = {n: date(2025, 2 + n, 10) for n in range(1, 11)}
    lost = sold("LOST", 100, effective=date(2025, 1, 1))
    facts = book(policy("P", SOLD, yuan(100), mode="monthly", payments=days), lost)
    found = gaps(facts, as_of=date(2026, 3, 5), cohort_to=SOLD).policies.to_dicts()
    assert [(one["due_on"], one["pay_by"], one["state"]) for one in found] == [
        (date(2026, 1, 10), date(2026, 3, 11), "in_grace")
    ]
    assert (found[0]["amount"], found[0]["gain"]) == (yuan(300), yuan(1_200))
    assert not names(gaps(facts, as_of=date(2026, 3, 12)))


def test_a_premium_not_yet_due_can_close_the_gap() -> None:
    later = date(2025, 3, 31)
    facts = book(sold("LOST", 100, effective=date(2025, 1, 1)), sold("AHEAD", 900, effective=later), sold("IN", 50))
    found = gaps(facts, as_of=date(2026, 3, 20))
    states = {row["policy_no"]: (row["state"], row["pay_by"]) for row in found.policies.to_dicts()}
    assert states == {"AHEAD": ("pending", date(2026, 5, 30)), "IN": ("in_grace", GRACE_END)}
    assert only(found)["at_best"] == pytest.approx(950 / 1_050)


def test_a_premium_paid_in_advance_is_safe_already() -> None:
    facts = book(sold("LOST", 100), sold("AHEAD", 900, effective=date(2025, 3, 31), paid=date(2026, 3, 1)))
    row = only(gaps(facts, as_of=date(2026, 3, 20)))
    assert (row["ratio"], row["if_nothing"], row["missing"]) == (0.0, 0.9, 0)
    assert row["fewest"] == 0


def test_a_policy_adds_its_premium_of_the_month_with_riders() -> None:
    facts = book(
        sold("P", 1_000, events=[("premium_change", date(2025, 9, 1), yuan(700))]),
        policy("R", SOLD, yuan(60), main="P", payments={2: None}),
        policy("S", SOLD, yuan(40), main="P"),
    )
    (row,) = gaps(facts, as_of=AS_OF).policies.to_dicts()
    assert (row["gain"], row["amount"], row["rider_amount"]) == (yuan(800), yuan(800), yuan(100))


def test_a_rider_left_unpaid_opens_a_policy_that_paid_for_itself() -> None:
    paid = sold("P", 1_000, paid=date(2026, 3, 1))
    facts = book(paid, policy("R", SOLD, yuan(60), main="P", payments={2: None}), sold("LOST", 900))
    rows = {row["policy_no"]: row for row in gaps(facts, as_of=AS_OF).policies.to_dicts()}
    found = rows["P"]
    assert (found["gain"], found["amount"], found["rider_amount"]) == (yuan(60), yuan(60), yuan(60))
    assert (found["due_on"], found["pay_by"]) == (rows["LOST"]["due_on"], rows["LOST"]["pay_by"])


def test_what_was_paid_in_part_is_no_longer_to_be_paid() -> None:
    facts = book(sold("P", 1_000, payments={2: (None, DUE, yuan(400))}))
    assert gaps(facts, as_of=AS_OF).policies["amount"].to_list() == [yuan(600)]


def test_the_premium_to_come_of_a_rider_whose_first_one_is_listed_is_added_too() -> None:
    facts = book(sold("P", 1_000), policy("R", SOLD, yuan(60), main="P", payments={1: SOLD}))
    (row,) = gaps(facts, as_of=AS_OF).policies.to_dicts()
    assert (row["gain"], row["amount"]) == (yuan(1_060), yuan(1_060))


def test_it_is_said_who_serves_the_policy_today() -> None:
    events = [("agent_changed", date(2026, 3, 20), "B")]
    facts = book(sold("P", 100, agent="B", writing="A", events=events), agents=[{"agent_no": no} for no in "AB"])
    found = gaps(facts, by=["agent"], as_of=AS_OF)
    assert only(found)["agent_no"] == "A"
    assert found.policies["serving_agent_no"].to_list() == ["B"]
    of_server = gaps(facts, by=["serving-agent"], as_of=AS_OF)
    assert only(of_server)["serving_agent_no"] == "A"
    assert of_server.policies["group"].to_list() == of_server.groups["group"].to_list()


def test_a_branch_or_an_agent_can_have_a_target_of_its_own() -> None:
    agents = [{"agent_no": "A", "branch": "North"}, {"agent_no": "B", "branch": "South"}]
    rows = (sold(f"{agent}{n}", 100, agent=agent, paid=DUE if n < 8 else None) for agent in "AB" for n in range(10))
    facts = book(*rows, agents=agents)
    asked = targets_of(["North=0.7", "B=0.95"], facts)
    assert gaps(facts, by=["branch"], as_of=AS_OF, targets=asked).groups["branch"].to_list() == ["South"]
    (row,) = gaps(facts, by=["agent"], as_of=AS_OF, target=8_000, targets=asked).groups.to_dicts()
    assert (row["agent_no"], row["target"], row["missing_count"]) == ("B", 0.95, 2)


def test_by_count_a_policy_is_a_policy() -> None:
    facts = book(sold("PAID", 100, paid=DUE), sold("P", 5_000), sold("Q", 1), sold("R", 300))
    found = gaps(facts, UK_SUP16_8, as_of=AS_OF, target=7_500)
    row = only(found)
    assert (found.basis, row["missing_count"], row["fewest"]) == ("count", 2, 2)
    assert found.policies["gain"].to_list() == [1, 1, 1]


@pytest.mark.parametrize("text", ["88", "0", "-0.1", "88%", "", "0.88888", "nan", "inf"])
def test_what_is_no_target_is_said(text: str) -> None:
    with pytest.raises(QuestionError, match="is no target"):
        target_of(text)


@pytest.mark.parametrize("text", ["North", "=0.9", "Nowhere=0.9"])
def test_a_target_of_nobody_is_said(text: str) -> None:
    with pytest.raises(QuestionError, match="names no agent, team or branch"):
        targets_of([text], book(sold("P", 1), agents=[{"agent_no": "A", "branch": "North"}]))


patient = settings(deadline=None, max_examples=30, suppress_health_check=[HealthCheck.too_slow])


@st.composite
def cohorts(draw: st.DrawFn) -> Book:
    """Draw up to nine policies: paid, in grace, not yet due, lapsed."""
    rows = []
    for number in range(draw(st.integers(1, 9))):
        effective = draw(st.sampled_from((SOLD, SOLD, SOLD, date(2025, 1, 1), date(2025, 4, 20))))
        paid = draw(st.sampled_from((None, None, None, AS_OF)))
        rows.append(sold(f"P{number}", draw(st.integers(1, 40)), effective=effective, paid=paid))
    return book(*rows)


@patient
@given(facts=cohorts(), target=st.sampled_from((5_000, 8_800, 9_999)), profile=st.sampled_from(list(PROFILES.values())))
def test_no_fewer_policies_close_the_gap(facts: Book, target: int, profile: Any) -> None:
    """Every choice of open policies is tried: the fewest that reach the target are as many as are said."""
    found = gaps(facts, profile, as_of=AS_OF, target=target)
    for row in found.groups.to_dicts():
        gains = found.policies["gain"].to_list()
        lacking = row["missing" if found.basis == "premium" else "missing_count"]
        sizes = [
            size
            for size in range(len(gains) + 1)
            if any(sum(chosen) >= lacking for chosen in combinations(gains, size))
        ]
        assert row["fewest"] == (sizes[0] if sizes else None)
        if sizes:
            assert sum(one["gain"] for one in found.policies.to_dicts() if one["needed"]) >= lacking


@patient
@given(facts=cohorts(), target=st.sampled_from((5_000, 8_800, 9_999)), profile=st.sampled_from(list(PROFILES.values())))
def test_the_ratios_in_the_end_are_those_of_the_book_to_come(facts: Book, target: int, profile: Any) -> None:
    """Wait until all is over without a further payment: the figure is the one that was said."""
    found = gaps(facts, profile, as_of=AS_OF, target=target)
    later = policy_results(facts, profile, as_of=date(2028, 1, 1)).policies
    suffix = "" if found.basis == "premium" else "_count"
    kept, whole = (int(later[f"{part}{suffix}"].sum()) for part in ("numerator", "denominator"))
    for row in found.groups.to_dicts():
        assert row["if_nothing"] == kept / whole
        best = kept + sum(found.policies["gain"].to_list())
        assert row["at_best"] == best / whole
        lacking = row["missing" if found.basis == "premium" else "missing_count"]
        assert lacking == max(0, -(-whole * target // 10_000) - kept)
        assert lacking == 0 or Fraction(kept + lacking - 1, whole) < Fraction(target, 10_000)


@pytest.mark.parametrize("day", [date(2026, 3, 1), date(2026, 4, 1), date(2026, 5, 9), date(2026, 7, 31)])
def test_the_gap_of_a_day_is_not_changed_by_what_comes_later(day: date) -> None:
    facts = worked_cases()
    asked = gaps(facts, by=["agent", "cohort"], as_of=day)
    known = gaps(facts.as_of(day), by=["agent", "cohort"], as_of=day)
    assert asked.groups.equals(known.groups)
    assert asked.policies.equals(known.policies)
