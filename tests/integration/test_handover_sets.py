"""Sets of hand-overs: proposed, applied, taken back; the book is then what it was before."""

from __future__ import annotations

import signal
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from sqlalchemy import Connection, Engine, text

from books.lists_in import AT, import_text, rows_of
from policyserve import db
from policyserve.access.viewer import SYSTEM
from policyserve.book.snapshot import load_book
from policyserve.calendars.calendar import Calendar, load_calendar
from policyserve.config import fixture
from policyserve.dates import Days
from policyserve.errors import PolicyserveError
from policyserve.handovers.records import HandoverSet
from policyserve.operations.absences import add_absence
from policyserve.operations.events import add_event
from policyserve.operations.handovers import apply_set, choose_agent, list_sets, propose_set, read_set, undo_set
from policyserve.operations.release import release_tasks
from policyserve.plan.planner import plan
from policyserve.tasks.absences import Away
from policyserve.tasks.nightly_release import work_of
from policyserve.tasks.stored_standard import current_standard
from policyserve.tasks.transitions import Stamp

MONDAY = date(2026, 3, 2)
STAMP = Stamp(at=AT, as_of=MONDAY, actor="Wu")
CALENDAR: Calendar = load_calendar(fixture("calendars", "cn.yaml"))

AGENTS = """agent_no,name,team,branch,left_on
A1,Gan,Red,North,2026-02-15
A2,Hu,Red,North,
A3,Jin,Blue,North,
A4,Ke,Blue,South,
"""
CUSTOMERS = """customer_no,name,agent_no,family_no,birthday
C1,Li,A1,F1,1980-03-20
C2,Wang,A1,F1,1982-03-25
C3,Zhao,A1,,1975-04-04
C4,Qian,A3,F4,1970-05-05
C5,Sun,,,1971-03-15
C6,Zhou,A1,F4,1990-03-30
"""
POLICIES = """policy_no,customer_no,agent_no,issue_date,mode,premium
P1,C1,A1,2025-03-31,annual,1200
P2,C2,A2,2025-02-01,annual,99.50
P3,C3,A1,2024-04-10,annual,500
P4,C4,A1,2024-03-28,annual,700
P5,C5,A1,2024-05-28,annual,800
P6,C6,A1,2025-03-12,annual,600
"""
STATE = (
    "SELECT id, agent_id, listed_agent_id FROM customers ORDER BY id",
    "SELECT id, agent_id, listed_agent_id FROM policies ORDER BY id",
    "SELECT id, service, status, agent_id, assigned, due, snoozed_to FROM tasks ORDER BY id",
)
OPEN_OF_LEAVER = (
    "SELECT count(*) FROM tasks t JOIN agents a ON a.id = t.agent_id WHERE a.agent_no = 'A1' AND status = 'open'"
)
CHANGE = {"customer_no": "C3", "kind": "agent_changed", "occurred_on": "2026-03-02", "detail": "A4"}
TO = "SELECT l.subject_kind, l.subject_id, a.agent_no FROM handover_lines l JOIN agents a ON a.id = l.to_agent_id"

SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""What both databases do alike is tried on one."""


@pytest.fixture(autouse=True)
def _book(engine: Engine, tmp_path: Path) -> None:
    for kind, rows in (("agents", AGENTS), ("customers", CUSTOMERS), ("policies", POLICIES)):
        assert import_text(engine, tmp_path, kind, rows).rejected == 0
    release_tasks(engine, CALENDAR, as_of=MONDAY, at=AT)


def state(engine: Engine) -> list[list[tuple[Any, ...]]]:
    return [rows_of(engine, query) for query in STATE]


def proposed(engine: Engine) -> HandoverSet:
    return propose_set(engine, CALENDAR, STAMP, ["A1"])


def applied(engine: Engine) -> HandoverSet:
    return apply_set(engine, CALENDAR, proposed(engine).key, STAMP)


@SQLITE
def test_everything_of_the_leaver_goes_each_household_to_one_agent_of_the_branch(engine: Engine) -> None:
    found = proposed(engine)
    goes = found.lines.group_by("household").agg(pl.col("to_no").unique(), pl.col("subject").sort())
    takers = {household: (tuple(to), tuple(subjects)) for household, to, subjects in goes.iter_rows()}
    assert {household: subjects for household, (_, subjects) in takers.items()} == {
        "F1": ("C1", "C2", "P1"), "C3": ("C3", "P3"), "F4": ("C6", "P4", "P6"), "C5": ("C5", "P5"),
    }  # fmt: skip
    assert {household: to for household, (to, _) in takers.items() if household.startswith("F")} == {
        "F1": ("A2",), "F4": ("A3",),
    }  # fmt: skip
    assert all(len(to) == 1 and to[0] in {"A2", "A3"} for to, _ in takers.values())


def test_applied_no_open_work_is_the_leavers_and_undone_the_book_is_what_it_was(engine: Engine) -> None:
    before = state(engine)
    key = applied(engine).key
    assert rows_of(engine, OPEN_OF_LEAVER) == [(0,)]
    for kind, place in (("customers", "customer"), ("policies", "policy")):
        now = dict(rows_of(engine, f"SELECT s.id, a.agent_no FROM {kind} s JOIN agents a ON a.id = s.agent_id"))
        lines = [(one, to) for of, one, to in rows_of(engine, TO) if of == place]
        assert {one: now[one] for one, _ in lines} == dict(lines)
    release_tasks(engine, CALENDAR, as_of=MONDAY, at=AT)
    assert rows_of(engine, OPEN_OF_LEAVER) == [(0,)]
    undo_set(engine, key, STAMP, why="he stays")
    release_tasks(engine, CALENDAR, as_of=MONDAY, at=AT)
    told = "service NOT IN ('handover-notice', 'handover-visit')"
    after = [*state(engine)[:2], rows_of(engine, STATE[2].replace("ORDER", f"WHERE {told} ORDER"))]
    assert after == before
    fresh = f"SELECT DISTINCT status FROM tasks WHERE NOT {told}"
    assert rows_of(engine, fresh) == [("cancelled",)]


@SQLITE
def test_lists_that_still_name_the_leaver_change_nothing_of_a_set(engine: Engine, tmp_path: Path) -> None:
    applied(engine)
    after = state(engine)
    import_text(engine, tmp_path, "customers", CUSTOMERS)
    import_text(engine, tmp_path, "policies", POLICIES)
    assert state(engine) == after


@SQLITE
def test_a_proposal_that_facts_have_overtaken_is_refused_and_nothing_is_changed(engine: Engine, tmp_path: Path) -> None:
    key = proposed(engine).key
    import_text(engine, tmp_path, "customers", "customer_no,agent_no\nC3,A2\n")
    before = state(engine)
    with pytest.raises(PolicyserveError, match="propose it anew"):
        apply_set(engine, CALENDAR, key, STAMP)
    assert (state(engine), list_sets(engine, as_of=MONDAY)[0]["status"]) == (before, "proposed")


def test_what_fails_in_the_middle_leaves_nothing(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    key, before = proposed(engine).key, state(engine)

    def dies(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("policyserve.handovers.application.open_tasks.give", dies)
    with pytest.raises(KeyboardInterrupt):
        apply_set(engine, CALENDAR, key, STAMP)
    monkeypatch.undo()
    assert state(engine) == before
    assert read_set(engine, key, as_of=MONDAY).row["status"] == "proposed"
    apply_set(engine, CALENDAR, key, STAMP)
    with pytest.raises(PolicyserveError, match="is applied, so nothing was changed"):
        apply_set(engine, CALENDAR, key, STAMP)


DRIVER = Path(__file__).parents[1] / "peers" / "dying_office.py"


@pytest.mark.parametrize(
    ("database_url", "deed"), [("sqlite", "undo"), ("postgresql", "apply")], indirect=["database_url"]
)
def test_a_set_whose_process_is_killed_before_its_end_is_as_it_was_and_can_be_carried_out(
    engine: Engine, database_url: str, deed: str
) -> None:
    key = (applied if deed == "undo" else proposed)(engine).key
    before = state(engine), read_set(engine, key, as_of=MONDAY).row["status"]
    command = [sys.executable, str(DRIVER), database_url, deed, str(key), MONDAY.isoformat()]
    assert subprocess.run(command, check=False).returncode == -signal.SIGKILL
    assert (state(engine), read_set(engine, key, as_of=MONDAY).row["status"]) == before
    if deed == "undo":
        assert undo_set(engine, key, STAMP, why="he stays").row["status"] == "undone"
    else:
        assert apply_set(engine, CALENDAR, key, STAMP).row["status"] == "applied"


@SQLITE
def test_a_household_is_given_to_another_by_hand_before_the_set_is_applied(engine: Engine) -> None:
    key = proposed(engine).key
    choose_agent(engine, key, "F1", "A4", STAMP)
    found = apply_set(engine, CALENDAR, key, STAMP)
    mine = found.lines.filter(pl.col("household") == "F1", pl.col("subject_kind") != "task")
    assert set(mine["to_no"]) == {"A4"}
    assert set(mine["why"]) == {"by-hand"}
    with pytest.raises(PolicyserveError, match="Agent A1 left on"):
        choose_agent(engine, proposed_for_nobody(engine), "F1", "A1", STAMP)


def proposed_for_nobody(engine: Engine) -> int:
    """Propose for the one agent of a branch: nobody is there who could take."""
    return propose_set(engine, CALENDAR, STAMP, ["A4"]).key


@SQLITE
@pytest.mark.parametrize(("last", "takes"), [("2026-03-12", True), ("2026-03-13", False)])
def test_who_is_away_for_more_than_ten_of_the_next_thirty_days_takes_nothing(
    engine: Engine, last: str, *, takes: bool
) -> None:
    away = Away(agent_no="A2", first=date(2026, 3, 3), last=date.fromisoformat(last), substitute_no="A4")
    later = Away(agent_no="A3", first=date(2026, 4, 1), last=date(2026, 5, 20), substitute_no="A4")
    for one in (away, later):
        add_absence(engine, SYSTEM, CALENDAR, one, STAMP)
    found = proposed(engine)
    assert ("A2" in set(found.lines["to_no"])) is takes
    assert "A3" in set(found.lines["to_no"])


@SQLITE
def test_loads_are_what_the_standard_says_that_work_takes(engine: Engine) -> None:
    with db.reading(engine) as connection:
        takes = {one.code: one.takes for one in current_standard(connection, MONDAY).services}
        planned = [touch for agent in ("A1", "A2", "A3") for touch in touches_of(connection, agent)]
    expected = {
        agent: round(sum(takes[service] for one, service in planned if one == agent), 2) for agent, _ in planned
    }
    found = dict(proposed(engine).members.select("agent_no", "load").iter_rows())
    assert found == {agent: pytest.approx(expected.get(agent, 0.0)) for agent in found}
    assert sum(found.values()) < len(planned)  # greetings that also go by SMS take nothing


def touches_of(connection: Connection, agent_no: str) -> list[tuple[str, str]]:
    """Return the agent and the service of each touch of 90 days that an agent does."""
    standard = work_of(current_standard(connection, MONDAY))
    days = Days.between(MONDAY, MONDAY + timedelta(days=89))
    touches = plan(load_book(connection), standard, CALENDAR, days, MONDAY)
    own = touches.filter(pl.col("performer") == "agent", agent_no=agent_no)
    return [(agent_no, service) for service in own["service"].cast(pl.String)]


@SQLITE
def test_a_branch_without_anybody_else_says_so_and_is_not_applied(engine: Engine) -> None:
    add_event(engine, CHANGE, as_of=MONDAY)
    key = proposed_for_nobody(engine)
    found = read_set(engine, key, as_of=MONDAY)
    assert (found.ownerless, set(found.lines["why"])) == (1, {"nobody"})
    with pytest.raises(PolicyserveError, match=r"1 household of set .* have nobody yet"):
        apply_set(engine, CALENDAR, key, STAMP)


def test_whom_nobody_told_goes_back_quietly_and_whom_somebody_told_by_another_change(engine: Engine) -> None:
    key = applied(engine).key
    release_tasks(engine, CALENDAR, as_of=MONDAY, at=AT)
    with db.writing(engine) as connection:
        visit = "SELECT id FROM tasks WHERE service = 'handover-visit' AND customer_id = 3"
        connection.execute(
            text(f"INSERT INTO contacts (task_id, done_on, channel) SELECT id, '2026-03-02', 'call' FROM ({visit}) t")
        )
        connection.execute(text(f"UPDATE tasks SET status = 'done' WHERE id IN ({visit})"))
    found = undo_set(engine, key, STAMP, why="he stays")
    outcomes = {
        row["subject"]: row["outcome"] for row in found.lines.filter(pl.col("subject_kind") != "task").to_dicts()
    }
    assert {one for one, outcome in outcomes.items() if outcome == "corrected"} == {"C3", "P3"}
    assert set(outcomes.values()) == {"corrected", "restored"}
    standing = "kind = 'agent_changed' AND retracted_on IS NULL AND policy_id IS NULL"
    last = f"SELECT customer_id, detail FROM events WHERE {standing} ORDER BY number"
    assert rows_of(engine, last)[-1] == (3, "A1")
    release_tasks(engine, CALENDAR, as_of=MONDAY, at=AT)
    again = "SELECT count(*) FROM tasks WHERE service = 'handover-visit' AND customer_id = 3 AND status = 'open'"
    assert rows_of(engine, again) == [(1,)]


@SQLITE
def test_what_has_gone_on_to_a_third_agent_stays_there(engine: Engine) -> None:
    key = applied(engine).key
    add_event(engine, {**CHANGE, "event_no": "E9"}, as_of=MONDAY)
    found = undo_set(engine, key, STAMP, why="he stays")
    outcomes = dict(found.lines.filter(subject_kind="customer").select("subject", "outcome").iter_rows())
    assert (outcomes["C3"], outcomes["C1"]) == ("moved-on", "restored")
    query = "SELECT a.agent_no FROM customers c JOIN agents a ON a.id = c.agent_id WHERE customer_no = 'C3'"
    assert rows_of(engine, query) == [("A4",)]
