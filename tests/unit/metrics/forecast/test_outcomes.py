"""Outcomes of premiums: decided or open, in which stage, and what a policy would bring."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from books.described_book import book as described
from books.described_book import policy, yuan
from desks.forecast_book import AS_OF, EFFECTIVE
from policyserve.metrics.forecast.covariates import facts_on
from policyserve.metrics.forecast.outcomes import frozen, outcomes, premium_if_kept
from policyserve.metrics.forecast.past_cases import open_units

DUE = date(2026, 5, 20)


def outcome_of(*, as_of: date = AS_OF, **more: object) -> str:
    one = described(policy("P", EFFECTIVE, yuan(1000), **more))  # type: ignore[arg-type]
    found = outcomes(frozen(one, as_of=as_of))["outcome"].to_list()
    return str(found[0]) if found else "never in a cohort"


@pytest.mark.parametrize(
    ("more", "outcome"),
    [
        ({"payments": {2: DUE}}, "kept"),
        ({"payments": {2: None}}, "open"),
        ({}, "open"),
        ({"events": [("surrender", date(2025, 11, 1))]}, "lost"),
        ({"events": [("reduced_paid_up", DUE)], "payments": {2: None}}, "lost"),
        ({"events": [("claim_termination", date(2025, 11, 1))]}, "excluded"),
        ({"mode": "single"}, "never in a cohort"),
        ({"payments": {2: DUE}, "events": [("surrender", date(2026, 6, 20))]}, "kept"),
    ],
    ids=["paid", "in grace", "not listed", "surrendered", "paid-up", "claim", "single", "surrendered after paying"],
)
def test_a_premium_is_decided_or_open(more: dict[str, object], outcome: str) -> None:
    assert outcome_of(**more) == outcome  # type: ignore[arg-type]


@pytest.mark.parametrize(("day", "outcome"), [(date(2026, 7, 19), "open"), (date(2026, 7, 20), "lost")])
def test_what_is_unpaid_is_open_until_its_last_day_of_grace(day: date, outcome: str) -> None:
    assert outcome_of(payments={2: None}, as_of=day) == outcome


def test_a_premium_paid_ahead_is_kept_before_it_is_due() -> None:
    assert outcome_of(payments={2: date(2026, 5, 1)}, as_of=date(2026, 5, 2)) == "kept"


def test_an_open_policy_would_bring_its_changed_premium_and_its_rider() -> None:
    changed = policy("P1", EFFECTIVE, yuan(1000), payments={2: None}, events=[("premium_change", date(2025, 9, 1),
                     yuan(600))])  # fmt: skip
    ridden = policy("P2", EFFECTIVE, yuan(1000), events=[("rider_added", date(2025, 9, 1), yuan(50))])
    monthly = policy("P3", EFFECTIVE, yuan(100), mode="monthly", payments={1: EFFECTIVE})
    known = described(changed, ridden, monthly)
    worth = premium_if_kept(known, known.policies.select("policy_id"), as_of=AS_OF)
    assert worth["if_kept"].to_list() == [yuan(600), yuan(1050), yuan(1200)]


def stage_of(day: date, **more: object) -> str:
    known = described(policy("P", EFFECTIVE, yuan(1000), **more))  # type: ignore[arg-type]
    facts = facts_on(known, open_units(known, day), outcomes(frozen(known, as_of=day)))
    return str(facts["stage"].item())


@pytest.mark.parametrize(("lead", "stage"), [(-1, "not_due"), (0, "not_due"), (1, "in_grace"), (60, "in_grace")])
def test_grace_begins_on_the_day_after_the_due_day(lead: int, stage: str) -> None:
    assert stage_of(DUE + timedelta(days=lead), payments={2: None}) == stage


@pytest.mark.parametrize(("late", "stage"), [(0, "not_due"), (1, "behind"), (60, "behind"), (61, "lapsed")])
def test_an_earlier_instalment_is_not_behind_on_its_own_due_day(late: int, stage: str) -> None:
    tenth, paid = date(2026, 2, 20), dict.fromkeys(range(1, 10), EFFECTIVE)
    assert stage_of(tenth + timedelta(days=late), mode="monthly", payments={**paid, 10: None}) == stage
