"""What is owed, and what proves it, on books of a few rows."""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl
import pytest

from books.small_books import book, customer, debit, event, policy, premium
from policyserve.book.columns import Book
from policyserve.dates import Days
from policyserve.obligations.evidence import DEEDS, WORK, Evidence
from policyserve.obligations.occasions import Ground
from policyserve.obligations.owed import owed_of
from policyserve.operations.calendars import calendar_named
from policyserve.standard.parser import default_standard

CHINA, STANDARD = calendar_named("cn"), default_standard()
ISSUED = date(2025, 1, 10)
DUE = date(2026, 1, 10)
LONG_AGO = date(2020, 1, 1)
ALL_DAYS = Days(start=date(2025, 1, 1), end=date(2027, 6, 1))


def deed(service: str, on: date, ordinal: int = 2, **fields: Any) -> dict[str, Any]:
    plain = {"subject_kind": "policy", "subject_id": 1, "kind": "text", "outcome": "accepted", "counts": True}
    return {"service": service, "on": on, "ordinal": ordinal, **plain, **fields}


def told(code: str, as_of: date, facts: Book, *deeds: dict[str, Any], since: date | None = LONG_AGO) -> list[Any]:
    """Return last day, state and why of what is owed by a code, the first last day first."""
    ground = Ground.of(facts, STANDARD, CHINA, ALL_DAYS, as_of)
    done = pl.DataFrame([{name: one.get(name) for name in DEEDS} for one in deeds], schema=DEEDS)
    found = owed_of(ground, ALL_DAYS, Evidence(deeds=done, work=pl.DataFrame(schema=WORK), since=since))
    return found.rows.filter(obligation=code).select("due", "state", "why").rows()


def one_policy(*premiums: dict[str, Any], **fields: Any) -> Book:
    return book(policy(issued=ISSUED, **fields), premiums=list(premiums))


D90, D30, D7 = (date(2025, 10, 12), date(2025, 12, 11), date(2026, 1, 3))
REMINDED = [deed("renewal-reminder-d90", D90), deed("renewal-reminder-d30", D30), deed("renewal-reminder-d7", D7)]
LAST = date(2026, 1, 9)


@pytest.mark.parametrize(
    ("deeds", "as_of", "state"),
    [
        (REMINDED, D7, "met"),
        (REMINDED[:2], LAST, "open"),
        (REMINDED[:2], DUE, "broken"),
        ([*REMINDED[:2], deed("renewal-reminder-d30", D7, kind="task")], DUE, "broken"),  # the same reminder again
        ([*REMINDED[:2], deed("renewal-reminder-d7", DUE)], DUE, "broken"),  # too late
        ([*REMINDED[:2], deed("renewal-reminder-d7", D7, ordinal=3)], DUE, "broken"),  # of another instalment
        ([*REMINDED[:2], deed("renewal-reminder-d7", D7, counts=False)], DUE, "broken"),
    ],
)
def test_three_different_reminders_are_owed_before_the_due_day(
    deeds: list[dict[str, Any]], as_of: date, state: str
) -> None:
    assert told("reminders-before-due", as_of, one_policy(), *deeds)[0] == (LAST, state, None)


def test_a_premium_paid_early_asks_for_no_more_reminders() -> None:
    paid = one_policy(premium(2, date(2025, 12, 1)))
    assert told("reminders-before-due", DUE, paid)[0] == (LAST, "not_applicable", "paid")
    assert told("reminders-before-due", DUE, one_policy(premium(2, DUE)))[0] == (LAST, "broken", None)


def test_what_began_before_the_first_release_is_not_judged_done_or_not() -> None:
    for since in (date(2025, 12, 20), None):
        found = told("reminders-before-due", DUE, one_policy(), *REMINDED, since=since)
        assert found[0] == (LAST, "not_applicable", "not_tracked")


def test_a_demand_is_owed_while_the_premium_is_unpaid_and_must_have_been_delivered() -> None:
    demand, last = deed("grace-demand", date(2026, 2, 9)), date(2026, 2, 12)
    unpaid = one_policy(premium(2))
    assert told("demand-in-grace", date(2026, 2, 8), unpaid) == []
    assert told("demand-in-grace", last, unpaid, demand) == [(last, "open", None)]
    assert told("demand-in-grace", last, unpaid, {**demand, "outcome": "delivered"}) == [(last, "met", None)]
    paid = one_policy(premium(2, date(2026, 2, 11)))
    assert told("demand-in-grace", date(2026, 3, 1), paid, demand) == [(last, "not_applicable", "paid")]
    assert told("demand-in-grace", date(2026, 3, 1), one_policy(premium(2, date(2026, 2, 9)))) == []


def test_an_event_proves_the_confirmation_within_a_month_of_the_suspension() -> None:
    last = date(2026, 4, 12)  # the suspension begins on 12 March
    lapsed = policy(issued=ISSUED)
    for on, state in [(last, "met"), (date(2026, 4, 13), "broken"), (date(2026, 3, 11), "broken")]:
        facts = book(lapsed, premiums=[premium(2)], events=[event("suspension_confirmed", on)])
        assert told("suspension-confirmed", date(2026, 5, 1), facts) == [(last, state, None)]
    reinstated = book(lapsed, premiums=[premium(2)], events=[event("reinstated", date(2026, 3, 20))])
    assert told("suspension-confirmed", date(2026, 5, 1), reinstated) == [(last, "not_applicable", "reinstated")]


def test_the_last_day_of_the_free_look_is_a_working_day() -> None:
    signed = one_policy(receipt_on=date(2026, 1, 23), freelook_days=15)
    [(last, state, _)] = told("called-back-in-freelook", date(2026, 1, 25), signed)
    assert (last, state) == (date(2026, 2, 9), "open")


def test_the_new_agent_comes_within_three_working_days_and_the_last_change_counts() -> None:
    friday, monday = date(2026, 3, 6), date(2026, 3, 9)
    changes = [
        event("agent_changed", friday, policy=None) | {"previous": "A2", "detail": "A10"},
        event("agent_changed", monday, policy=None, number=2) | {"previous": "A10", "detail": "B1"},
    ]
    facts = book(policy(issued=ISSUED), customers=[customer(agent_id=1)], events=changes)
    visit = deed("handover-visit", date(2026, 3, 12), ordinal=2, subject_kind="customer", kind="task")
    code = "first-visit-of-new-agent"
    assert told(code, friday, facts) == [(date(2026, 3, 11), "open", None)]
    assert told(code, date(2026, 3, 20), facts) == [(date(2026, 3, 12), "broken", None)]
    assert told(code, date(2026, 3, 20), facts, visit) == [(date(2026, 3, 12), "met", None)]
    assert told("told-of-new-agent", date(2026, 3, 20), facts) == [(date(2026, 4, 8), "open", None)]


def test_a_dividend_is_told_every_policy_year_of_a_participating_policy() -> None:
    sharing = one_policy(premium(2, DUE), participating=True)
    report = deed("dividend-report", date(2026, 12, 30), ordinal=1, kind="task")
    assert told("dividend-told", date(2026, 12, 31), sharing, report) == [(date(2027, 1, 9), "met", None)]
    assert told("dividend-told", date(2026, 12, 31), one_policy(premium(2, DUE))) == []


def test_the_result_of_a_debit_is_told_the_day_after() -> None:
    facts = book(policy(issued=ISSUED), debits=[debit(2, DUE, "failed")])
    last, feedback = date(2026, 1, 11), deed("payment-feedback", date(2026, 1, 11), ordinal=1)
    assert told("debit-result-told", DUE, facts) == [(last, "open", None)]
    assert told("debit-result-told", date(2026, 1, 12), facts) == [(last, "broken", None)]
    assert told("debit-result-told", date(2026, 1, 12), facts, feedback) == [(last, "met", None)]
