"""Changes of the agent before anybody was told are one hand-over, or none."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from books.small_books import book, contact, event, policy
from books.small_plans import only
from policyserve.plan.handovers import handovers

STANDARD = only("handover-notice", "handover-visit")
D = date(2026, 3, 3)
LATER, NEXT_MONTH = date(2026, 3, 10), date(2026, 4, 10)


def moved(number: int, before: str | None, after: str, on: date = D) -> dict[str, Any]:
    return event("agent_changed", on, policy=None, number=number) | {"previous": before, "detail": after}


def found(*events: dict[str, Any], told: tuple[tuple[str, int, date], ...] = ()) -> list[tuple[int, str | None]]:
    contacts = [contact(service, ordinal, on) for service, ordinal, on in told]
    known = book(policy(issued=date(2025, 9, 13)), events=list(events), contacts=contacts)
    return handovers(known, STANDARD).select("number", "previous").rows()


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        ([moved(1, "A1", "A2")], [(1, "A1")]),
        ([moved(1, "A1", "A2"), moved(2, "A2", "A1")], []),
        ([moved(1, "A1", "A2"), moved(2, "A2", "A1", LATER)], []),
        ([moved(1, "A1", "A2"), moved(2, "A2", "A3")], [(2, "A1")]),
        ([moved(1, "A1", "A2"), moved(2, "A2", "A3"), moved(3, "A3", "A1", LATER)], []),
        ([moved(1, "A1", "A2"), moved(2, "A2", "A1"), moved(3, "A1", "A2")], [(3, "A1")]),
        ([moved(1, "A1", "A2"), moved(2, "A2", "A1", NEXT_MONTH)], [(1, "A1"), (2, "A2")]),
        ([moved(1, None, "A2")], [(1, None)]),
    ],
)
def test_what_nobody_was_told_is_one_from_the_first_to_the_last(
    events: list[dict[str, Any]], expected: list[tuple[int, str | None]]
) -> None:
    assert found(*events) == expected


@pytest.mark.parametrize("service", ["handover-notice", "handover-visit"])
def test_what_was_told_is_taken_back_by_telling(service: str) -> None:
    changes = [moved(1, "A1", "A2"), moved(2, "A2", "A1", LATER)]
    assert found(*changes, told=((service, 1, D),)) == [(1, "A1"), (2, "A2")]


def test_another_service_tells_nothing_of_it() -> None:
    assert found(moved(1, "A1", "A2"), moved(2, "A2", "A1"), told=(("birthday-greeting", 1, D),)) == []
