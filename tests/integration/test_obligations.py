"""Obligations out of the database: what proves them, as it was known on each day, and who sees it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, insert, update

from desks.outbox_rows import message
from desks.page_book import Branch, branch_in
from desks.task_book import MONDAY, fill, run, touch
from policyserve import db
from policyserve.calendars.calendar import Calendar
from policyserve.dates import Days
from policyserve.operations.calendars import calendar_named
from policyserve.operations.figures import Reading, figure
from policyserve.operations.obligations import owed, proof
from policyserve.tables import Debit, Message, Policy, table
from policyserve.tasks import deeds
from policyserve.tasks.transitions import Stamp

MAY = Days.between(date(2026, 5, 1), date(2026, 5, 31))
CHINA: Calendar = calendar_named("cn")


def may(day: int) -> date:
    return date(2026, 5, day)


def noon(day: int) -> datetime:
    return datetime(2026, 5, day, 4, 0, tzinfo=UTC)


def states(engine: Engine, as_of: date, zone: str = "Asia/Shanghai") -> dict[tuple[str, str], str]:
    """Return what has become of each obligation with its last day in May, by its code and policy."""
    with db.reading(engine) as connection:
        found, _ = owed(Reading(connection, as_of, CHINA, zone), MAY)
    rows = found.rows.select("obligation", "policy_no", "state").rows()
    return {(code, policy): state for code, policy, state in rows}


def debited(engine: Engine, **fate: Any) -> None:
    """Debit P1 on Monday, and send the feedback on Tuesday; work is tracked since Monday."""
    run(engine, [touch("new-policy-callback", performer="office", latest=may(19))])
    text = message(1, service="payment-feedback", subject_id=1, send_on=may(5), submitted_at=noon(5), **fate)
    with db.writing(engine) as connection:
        connection.execute(
            insert(table(Debit)),
            {"policy_id": 1, "number": 1, "instalment": 1, "debit_on": MONDAY, "result": "failed"},
        )
        connection.execute(insert(table(Message)), text)
        connection.execute(update(table(Policy)).where(table(Policy).c.id == 1).values(receipt_on=MONDAY))


def test_a_text_proves_from_its_day_until_it_is_known_to_have_failed(engine: Engine) -> None:
    fill(engine)
    debited(engine, status="failed", final_at=noon(7))
    told = [states(engine, may(day))["debit-result-told", "P1"] for day in (4, 5, 6, 7, 8)]
    assert told == ["open", "met", "met", "broken", "broken"]


def test_a_receipt_is_of_the_day_that_it_was_in_the_business_time_zone(engine: Engine) -> None:
    fill(engine)
    debited(engine, status="failed", final_at=datetime(2026, 5, 6, 16, 0, tzinfo=UTC))  # the first moment of 7 May
    told = {
        (zone, day): states(engine, may(day), zone)["debit-result-told", "P1"]
        for zone in ("Asia/Shanghai", "UTC") for day in (6, 7)
    }  # fmt: skip
    assert told == {
        ("Asia/Shanghai", 6): "met", ("Asia/Shanghai", 7): "broken", ("UTC", 6): "broken", ("UTC", 7): "broken"
    }  # fmt: skip


def test_a_call_counts_when_somebody_was_reached_and_each_day_keeps_what_it_knew(engine: Engine) -> None:
    fill(engine)
    debited(engine, status="delivered", final_at=noon(5))
    for day, outcome in [(8, "busy"), (12, "satisfied")]:
        stamp = Stamp(at=noon(day), as_of=may(day), actor="desk")
        with db.writing(engine) as connection:
            if day > 8:
                deeds.reopen(connection, 1, stamp, why="nobody answered")
            deeds.done(connection, 1, stamp, on=may(day), channel="call", outcome=outcome)
    code = "called-back-in-freelook", "P1"
    assert [states(engine, may(day))[code] for day in (7, 8, 11, 12, 25)] == ["open", "open", "open", "met", "met"]
    made = figure(engine, lambda facts: proof(facts, policy_no="P1"), as_of=may(25), calendar=CHINA)
    called, debit = made.exact()
    assert called["met_on"] == may(12)
    assert [(one["kind"], one["outcome"], one["counts"]) for one in called["evidence"]] == [("task", "satisfied", True)]
    assert [(one["kind"], one["on"], one["outcome"]) for one in debit["evidence"]] == [("text", may(5), "delivered")]


@pytest.fixture(scope="module")
def branch(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Iterator[Branch]:
    with branch_in(tmp_path_factory.mktemp("obligations"), sqlite_template) as made:
        debits = [
            {"policy_id": key, "number": number, "instalment": 1, "debit_on": on, "result": "failed"}
            for key in (1, 3) for number, on in [(1, may(2)), (2, MONDAY)]
        ]  # fmt: skip
        with db.writing(made.engine) as connection:
            connection.execute(insert(table(Debit)), debits)
            connection.execute(update(table(Policy)).values(receipt_on=MONDAY, freelook_days=10))
        yield made


def test_an_agent_sees_what_is_about_to_break_of_the_own_customers_alone(branch: Branch) -> None:
    page = branch.signed_in("agent").get("/obligations").text
    assert "/policies/P1" in page
    assert "/policies/P3" not in page
    assert "Called back inside the free-look" not in page, "which is the office's"
    assert "/policies/P3" in branch.signed_in("other").get("/obligations").text


@pytest.mark.parametrize(("language", "words"), [("en", "Obligations about to break"), ("zh", "犹豫期内完成回访")])
def test_a_manager_sees_those_of_everybody_below_and_the_office(branch: Branch, language: str, words: str) -> None:
    page = branch.signed_in("manager", language).get("/obligations").text
    assert words in page
    assert all(f"/policies/{number}" in page for number in ("P1", "P2", "P3"))
    assert branch.troubles == []


def test_a_policy_and_its_api_tell_the_proof_and_those_of_others_are_not_found(branch: Branch) -> None:
    assert "Result of the debit told the day after" in branch.signed_in("agent").get("/policies/P1").text
    agent = branch.machine("agent")
    items = agent.get("/policies/P1/obligations").json()["items"]
    assert [(one["obligation"], one["state"], one["due"], one["days_left"]) for one in items] == [
        ("called-back-in-freelook", "open", "2026-05-14", 10), ("debit-result-told", "open", "2026-05-05", 1),
    ]  # fmt: skip
    assert {one["policy_no"] for one in agent.get("/customers/C1/obligations").json()["items"]} == {"P1", "P2"}
    assert [agent.get(path).status_code for path in ("/policies/P3/obligations", "/customers/C2/obligations")] == [
        404
    ] * 2


def test_the_api_counts_and_lists_those_in_scope(branch: Branch) -> None:
    agent = branch.machine("agent")
    [row] = agent.get("/figures/obligations").json()["rows"]
    assert (row["agent_no"], row["obligation"], row["not_applicable"]) == ("1002", "debit-result-told", 1)
    listed = agent.get("/figures/obligations/list", params={"state": "open"}).json()["items"]
    assert {(one["agent_no"], one["days_left"]) for one in listed} == {("1002", 1), ("1002", 10)}


@pytest.mark.parametrize(
    ("language", "words"), [("en", "Told of the new agent within 30 days"), ("zh", "三十日内告知新服务人员")]
)
def test_the_page_of_the_standard_tells_what_is_owed(branch: Branch, language: str, words: str) -> None:
    page = branch.signed_in("clerk", language).get("/standard").text
    assert words in page.split({"en": "Obligations", "zh": "履约情况"}[language])[-1]
