"""What `explain` says of a service that is not there."""

from __future__ import annotations

import pytest

from commands import Desk
from desks.planned_book import book

DAY = "2026-11-21"
PREMIUMS = "policy_no,instalment,paid_on\nP1,2,2026-03-10\n"


@pytest.fixture
def small(desk: Desk) -> Desk:
    return book(desk, DAY, premiums=PREMIUMS)


def code_of(desk: Desk, service: str, day: str, *whom: str) -> tuple[str, str]:
    (row,) = desk.ask("explain", "--service", service, *whom, "--date", day, "--as-of", DAY)
    return row["code"], row["reason"]


def test_each_service_that_is_not_there_has_its_reason(small: Desk) -> None:
    policy, customer = ("--policy", "P1"), ("--customer", "C1")
    assert code_of(small, "renewal-reminder-d7", "2026-03-03", *policy) == (
        "instalment-paid",
        "instalment 2 was paid on 2026-03-10",
    )
    assert code_of(small, "visit-m4", "2025-07-10", *policy)[0] == "not-tracked"
    assert code_of(small, "visit-m4", "2025-12-01", *policy)[0] == "other-day"
    assert code_of(small, "gift", DAY, *customer)[0] == "only-by-hand"
    assert code_of(small, "birthday-greeting", DAY, *policy)[0] == "of-customers"
    assert code_of(small, "visit-m4", "2025-07-10", *policy, "--agent", "A2") == ("other-agent", "agent A1 serves it")


def test_one_subject_is_asked_about(small: Desk) -> None:
    assert small.run("explain", "--service", "visit-m4", "--as-of", DAY).status == 2
