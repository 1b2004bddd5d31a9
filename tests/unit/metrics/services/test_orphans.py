"""Orphan policies, and whether the hand-over was made in time."""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl

from books.described_book import Row, book, policy, yuan
from policyserve.book.columns import Book
from policyserve.dates import Days
from policyserve.metrics.services.orphans import orphan_service
from policyserve.metrics.services.task_states import TASKS
from policyserve.standard.parser import default_standard

STANDARD = default_standard()
MAY = Days.between(date(2026, 5, 1), date(2026, 5, 31))
AS_OF = date(2026, 6, 30)
OLD = date(2026, 1, 10)
GONE = {"agent_no": "GONE", "name": "Gu", "left_on": date(2026, 4, 30)}


def task(service: str, done: date | None = None, **more: Any) -> Row:
    return {
        "service": service,
        "agent_id": 1,
        "performer": "agent",
        "due": date(2026, 5, 10),
        "latest": date(2026, 5, 13),
        "status": "done" if done else "open",
        "done_on": done,
        **more,
    }


def figure(facts: Book, *rows: Row, as_of: date = AS_OF) -> Row:
    tasks = pl.DataFrame([{name: row.get(name) for name in TASKS} for row in rows], schema=TASKS)
    return orphan_service(facts, tasks, STANDARD, MAY, by=[], as_of=as_of).row(0, named=True)


def test_first_visits_in_time_are_counted_over_those_due() -> None:
    found = figure(
        book(),
        task("handover-visit", date(2026, 5, 13)),
        task("handover-visit", date(2026, 5, 14)),
        task("handover-visit"),
        task("handover-notice", date(2026, 5, 10), performer="office"),
        task("half-year-visit", date(2026, 5, 10)),
    )
    assert (found["visits_due"], found["visits_on_time"], found["ratio"]) == (3, 1, 1 / 3)
    assert (found["notices_due"], found["notices_on_time"], found["status"]) == (1, 1, "final")
    assert (found["visits_open"], found["small"]) == (0, True)


def test_a_visit_still_in_time_makes_the_figure_provisional() -> None:
    found = figure(book(), task("handover-visit", latest=AS_OF))
    assert (found["visits_due"], found["visits_open"], found["status"]) == (1, 1, "provisional")


def test_a_notice_still_in_time_makes_the_figure_provisional_too() -> None:
    found = figure(book(), task("handover-notice", latest=AS_OF, performer="office"))
    assert (found["visits_open"], found["status"]) == (0, "provisional")


def test_a_visit_not_due_yet_is_not_counted() -> None:
    found = figure(book(), task("handover-visit"), as_of=date(2026, 5, 9))
    assert (found["visits_due"], found["ratio"], found["status"]) == (0, None, "provisional")


def test_thirty_visits_are_no_small_figure() -> None:
    assert [figure(book(), *[task("handover-visit")] * count)["small"] for count in (29, 30)] == [True, False]


def test_policies_whose_writer_has_left_are_orphans_and_without_a_new_agent_unassigned() -> None:
    facts = book(
        policy("P1", OLD, yuan(100), agent="A", writing="GONE"),
        policy("P2", OLD, yuan(100), agent="GONE"),
        policy("P3", OLD, yuan(100), agent="A"),
        policy("R1", OLD, yuan(100), agent="A", writing="GONE", main="P1"),
        policy("P4", OLD, yuan(100), agent="A", writing="GONE", events=[("surrender", date(2026, 5, 1))]),
        agents=[{"agent_no": "A"}, GONE],
    )
    found = figure(facts)
    assert (found["orphan_policies"], found["unassigned"]) == (2, 1)


def test_before_the_agent_left_nothing_was_an_orphan() -> None:
    facts = book(policy("P1", OLD, yuan(100), agent="A", writing="GONE"), agents=[{"agent_no": "A"}, GONE])
    assert figure(facts, as_of=date(2026, 4, 29))["orphan_policies"] == 0


def test_a_hand_over_of_tomorrow_leaves_the_policy_unassigned_today() -> None:
    handed = policy("P1", OLD, yuan(100), agent="A", writing="GONE", events=[("agent_changed", date(2026, 7, 1), "A")])
    facts = book(handed, agents=[{"agent_no": "A"}, GONE])
    assert figure(facts)["unassigned"] == 1
    assert figure(facts, as_of=date(2026, 7, 1))["unassigned"] == 0


def test_orphans_belong_to_who_serves_them() -> None:
    facts = book(policy("P1", OLD, yuan(100), agent="A", writing="GONE"), agents=[{"agent_no": "A"}, GONE])
    empty = pl.DataFrame(schema=TASKS)
    found = orphan_service(facts, empty, STANDARD, MAY, by=["agent"], as_of=AS_OF)
    assert found.select("agent_no", "orphan_policies").rows() == [("A", 1)]
