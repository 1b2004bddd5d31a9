"""The fact that removed a task, found in the book."""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl
import pytest

from policyserve.book.columns import CONTACTS, CUSTOMERS, DEBITS, EVENTS, POLICIES, PREMIUMS, Book
from policyserve.standard import reasons
from policyserve.standard.parser import default_standard
from policyserve.tasks.cancellation import why_not
from policyserve.tasks.columns import STORED

TODAY = date(2026, 5, 4)
ISSUED = date(2024, 3, 1)
STANDARD = default_standard()


def frame(schema: pl.Schema, *rows: dict[str, Any]) -> pl.DataFrame:
    return pl.DataFrame([dict.fromkeys(schema) | row for row in rows], schema=schema)


def book(**others: pl.DataFrame) -> Book:
    """One customer, born on 10 May 1980, with one annual policy issued on 1 March 2024."""
    customer = {"customer_id": 1, "customer_no": "C1", "birthday": date(1980, 5, 10), "known_on": ISSUED}
    policy = {
        "policy_id": 1,
        "policy_no": "P1",
        "customer_id": 1,
        "agent_id": 1,
        "issue_date": ISSUED,
        "effective_date": ISSUED,
        "mode": "annual",
        "premium": 500_000,
        "currency": "CNY",
        "known_on": ISSUED,
    }
    return Book(**{"customers": frame(CUSTOMERS, customer), "policies": frame(POLICIES, policy)} | others)


def task(service: str, **others: Any) -> pl.DataFrame:
    row = {"id": 7, "service": service, "subject_kind": "policy", "subject_id": 1, "ordinal": 1, "customer_id": 1}
    days = dict.fromkeys(("anchor", "nominal", "due", "earliest", "latest"), TODAY)
    return frame(STORED, row | days | {"status": "open", "assigned": False, "by_hand": False} | others)


UNKNOWN = "the facts no longer call for it"


def why(facts: Book, asked: pl.DataFrame) -> str:
    row = why_not(facts, STANDARD, asked, TODAY).row(0, named=True)
    return str(reasons.sentence(row["reason"], row["arguments"]))


def happened(kind: str, on: date = TODAY, *, policy: int | None = 1, number: int = 1) -> pl.DataFrame:
    return frame(EVENTS, {"customer_id": 1, "policy_id": policy, "number": number, "kind": kind, "occurred_on": on})


OF_CUSTOMER = {"subject_kind": "customer"}


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("surrender", "the policy was surrendered on 2026-05-04"),
        ("freelook_cancel", "the policy was cancelled in the free-look on 2026-05-04"),
        ("claim_termination", "a claim ended the policy on 2026-05-04"),
        ("terminated", "the policy was terminated on 2026-05-04"),
        ("maturity", "the policy matured on 2026-05-04"),
    ],
)
def test_a_policy_that_ended_says_how_and_when(kind: str, words: str) -> None:
    assert why(book(events=happened(kind)), task("visit-m4")) == words


def test_a_signed_receipt_ends_the_delivery() -> None:
    policies = book().policies.with_columns(receipt_on=pl.lit(TODAY))
    assert why(book(policies=policies), task("contract-delivery")) == "the receipt was signed on 2026-05-04"
    assert why(book(policies=policies), task("visit-m4")) == UNKNOWN


@pytest.mark.parametrize("service", ["renewal-reminder-d90", "lapse-reminder-d45"])
def test_a_paid_instalment_ends_its_reminders(service: str) -> None:
    paid = frame(PREMIUMS, {"policy_id": 1, "instalment": 3, "paid_on": date(2026, 4, 20)})
    assert why(book(premiums=paid), task(service, ordinal=3)) == "instalment 3 was paid on 2026-04-20"
    assert why(book(premiums=paid), task(service, ordinal=4)) == UNKNOWN


def test_a_retry_of_a_debit_ends_with_its_instalment_whatever_the_debits_number() -> None:
    paid = frame(PREMIUMS, {"policy_id": 1, "instalment": 3, "paid_on": date(2026, 4, 20)})
    debit = {"policy_id": 1, "number": 9, "instalment": 3, "debit_on": date(2026, 4, 10), "result": "failed"}
    facts = book(premiums=paid, debits=frame(DEBITS, debit))
    assert why(facts, task("debit-retry-d7", ordinal=9)) == "instalment 3 was paid on 2026-04-20"


def test_a_suspension_ends_what_needs_cover() -> None:
    unpaid = frame(PREMIUMS, {"policy_id": 1, "instalment": 2})
    assert why(book(premiums=unpaid), task("dividend-report")) == "the cover was suspended on 2025-05-01"


def test_a_reinstatement_ends_the_work_of_a_lapse() -> None:
    suspended = task("lapse-confirmation", ordinal=2, anchor=date(2026, 5, 1))
    assert why(book(events=happened("reinstated")), suspended) == "the policy was reinstated on 2026-05-04"
    before = happened("reinstated", date(2026, 4, 30))
    assert why(book(events=before), suspended) == UNKNOWN


def test_a_signed_confirmation_ends_the_visit_that_asks_for_it() -> None:
    facts = book(events=happened("suspension_confirmed"))
    asked = task("lapse-confirmation", ordinal=2, anchor=date(2026, 5, 1))
    assert why(facts, asked) == "the confirmation of suspension was signed on 2026-05-04"


def test_a_waiver_ends_the_reminders() -> None:
    asked = task("renewal-reminder-d90", ordinal=3)
    assert why(book(events=happened("waiver")), asked) == "the premiums were waived on 2026-05-04"


def test_a_death_ends_the_services_of_the_customer() -> None:
    customers = book().customers.with_columns(deceased_on=pl.lit(TODAY))
    assert why(book(customers=customers), task("half-year-visit", **OF_CUSTOMER)) == "the customer died on 2026-05-04"


def test_the_end_of_the_last_policy_ends_the_services_of_the_customer() -> None:
    facts = book(events=happened("surrender"))
    asked = task("half-year-visit", **OF_CUSTOMER)
    assert why(facts, asked) == "the customer's last policy ended on 2026-05-04"


def test_a_birthday_taken_out_ends_the_greeting() -> None:
    customers = book().customers.with_columns(birthday=pl.lit(None, dtype=pl.Date))
    asked = task("birthday-greeting", ordinal=46, **OF_CUSTOMER)
    assert why(book(customers=customers), asked) == "the birthday is no longer known"


def test_a_closed_case_and_a_retracted_one_end_the_errand() -> None:
    events = pl.concat([happened("service_request"), happened("request_closed", number=2)])
    assert why(book(events=events), task("errand")) == "the case was closed on 2026-05-04"
    assert why(book(), task("errand")) == "the event was retracted"


def test_a_greeting_given_lately_is_not_given_again() -> None:
    done = {"service": "birthday-greeting", "subject_kind": "customer", "subject_id": 1, "ordinal": 45}
    facts = book(contacts=frame(CONTACTS, done | {"done_on": date(2026, 2, 1)}))
    asked = task("birthday-greeting", ordinal=46, **OF_CUSTOMER)
    assert why(facts, asked) == "it was done already on 2026-02-01"


def test_a_service_that_the_standard_dropped_goes_before_every_fact() -> None:
    assert why(book(events=happened("surrender")), task("old-visit")) == "the standard no longer has this service"


def test_of_several_facts_the_earliest_counts() -> None:
    paid = frame(PREMIUMS, {"policy_id": 1, "instalment": 3, "paid_on": date(2026, 4, 20)})
    facts = book(premiums=paid, events=happened("surrender"))
    assert why(facts, task("renewal-reminder-d90", ordinal=3)) == "instalment 3 was paid on 2026-04-20"


def test_a_fact_of_tomorrow_is_no_reason_today() -> None:
    assert why(book(events=happened("surrender", date(2026, 5, 5))), task("visit-m4")) == UNKNOWN
