"""What a manager holds at the desk: figures of everybody below, the worst first, and trees of referrals."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import polars as pl
import pytest
from sqlalchemy import delete, insert, text, update

from desks import outbox_rows
from desks.page_book import Branch, branch_in
from policyserve import db
from policyserve.access.viewer import SYSTEM
from policyserve.book.columns import Book
from policyserve.book.snapshot import load_book
from policyserve.locale import Sentence
from policyserve.metrics.figure import Figure
from policyserve.metrics.persistency.heat import heat_figure
from policyserve.operations import figures
from policyserve.operations.outbox import approve_messages
from policyserve.tables import Message


@pytest.fixture(scope="module")
def branch(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Iterator[Branch]:
    with branch_in(tmp_path_factory.mktemp("managers"), sqlite_template) as made:
        with db.writing(made.engine) as connection:
            connection.execute(text(
                "INSERT INTO customers (id, customer_no, agent_id, sms_optout, known_on) VALUES (3, 'C3', 4, false, "
                "'2026-01-01')"
            ))  # fmt: skip
            connection.execute(text("UPDATE customers SET referred_by_id = 1, referred_on = '2026-01-05' WHERE id > 1"))
        yield made


@pytest.mark.parametrize("path", ["/board", "/persistency", "/forecast", "/collection", "/referrals", "/approvals"])
@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_page_of_figures_is_shown_and_names_no_code(branch: Branch, path: str, language: str) -> None:
    answer = branch.signed_in("manager", language).get(path)
    assert answer.status_code in {200, 422}, answer.text  # a forecast has nothing to learn from in so small a book
    assert "CN_COMPANY" not in answer.text
    assert branch.troubles == []


def test_the_board_tells_who_was_never_here_and_who_has_sent_nothing(branch: Branch) -> None:
    def told() -> list[list[str]]:
        table = branch.signed_in("manager").get("/board").text.split("Who was here")[-1]
        rows = re.findall(r"<tr>(.*?)</tr>", table, re.DOTALL)[1:]
        return [re.sub(r"<[^>]+>", " ", row).split() for row in rows]

    assert {row[0] for row in told()} == {"1001", "1002", "1003"}
    assert all(row[-1] == "never" for row in told())
    branch.signed_in("agent").get("/today")
    *others, last = told()
    assert (last[0], last[-2:]) == ("1002", ["2026-05-04", "no"])
    assert [row[-1] for row in others] == ["never", "never"]


def test_a_tree_shows_whom_the_manager_sees_and_nobody_else(branch: Branch) -> None:
    manager = branch.signed_in("manager")
    said = manager.get("/referrals?q=C1").text
    assert re.findall(r'href="/customers/(C\d)"', said.partition("<main")[2])[:2] == ["C1", "C2"]
    assert "C3" not in said.partition("<table")[2]
    assert manager.get("/referrals?q=C9").status_code == 404


def test_referrals_of_agents_stand_with_the_fewest_first(branch: Branch) -> None:
    (found,) = branch.house.targets.in_scope(SYSTEM, ("referrals",), as_of=date(2026, 5, 4))
    counts = found.rows["referred"].to_list()
    assert len(counts) > 1
    assert counts == sorted(counts)


def test_a_heat_map_has_a_row_for_each_team_and_a_column_for_each_cohort() -> None:
    rows = pl.DataFrame({
        "branch": ["N"] * 3, "team": ["T1", "T1", "T2"], "cohort": ["2025-01", "2025-02", "2025-01"],
        "ratio": [0.9, 0.95, 0.5],
    })  # fmt: skip
    figure = Figure(title=Sentence("x"), columns=(), rows=rows, as_of=date(2026, 5, 4))
    found = heat_figure(figure)
    assert [one.name for one in found.shown] == ["branch", "team", "2025-01", "2025-02"]
    assert found.rows.rows() == [("N", "T2", 0.5, None), ("N", "T1", 0.9, 0.95)]


@pytest.fixture
def waiting(branch: Branch) -> Iterator[Branch]:
    """Messages 1 to 3 wait for a manager: of customers 1 and 2, whom the manager sees, and 3, whom they do not."""
    rows = [outbox_rows.message(key, customer_id=key, needs_approval=True) for key in (1, 2, 3)]
    with db.writing(branch.engine) as connection:
        connection.execute(insert(Message), rows)
    yield branch
    with db.writing(branch.engine) as connection:
        connection.execute(delete(Message))


def test_a_manager_lets_go_what_is_chosen_of_their_own_customers_alone(waiting: Branch) -> None:
    manager = waiting.signed_in("manager")
    assert re.findall(r'name="message-(\d)"', manager.get("/approvals").text) == ["1", "2"]
    manager.post("/approvals", data={"deed": "approve", "message-1": "yes", "message-3": "yes"})
    stored = outbox_rows.rows(waiting.engine)
    assert [stored[key].status for key in (1, 2, 3)] == ["approved", "planned", "planned"]
    assert waiting.log()[-1] == ("manager", "message let go", "1")


def test_a_command_that_lets_messages_go_notes_those_that_waited(waiting: Branch) -> None:
    for by, count in (("clerk 1", 2), ("clerk 2", 0)):
        assert approve_messages(waiting.engine, [1, 2], by=by, at=waiting.moment) == count
    assert waiting.log()[-2:] == [("clerk 1", "message let go", "1"), ("clerk 1", "message let go", "2")]


def test_the_board_reads_the_book_once(branch: Branch, monkeypatch: pytest.MonkeyPatch) -> None:
    manager, read = branch.signed_in("manager"), []

    def heard(*asked: object, **how: object) -> Book:
        read.append(asked)
        return load_book(*asked, **how)  # type: ignore[arg-type]

    monkeypatch.setattr(figures, "load_book", heard)
    branch.house.__dict__.pop("targets", None)
    manager.get("/board")
    manager.get("/board")
    assert len(read) == 1


def test_a_message_is_refused_with_a_reason(waiting: Branch) -> None:
    manager = waiting.signed_in("manager")
    without = manager.post("/approvals", data={"deed": "refuse", "message-1": "yes"})
    assert (without.status_code, "Say why" in without.text) == (422, True)
    assert manager.post("/approvals", data={"deed": "approve"}).status_code == 422
    manager.post("/approvals", data={"deed": "refuse", "message-1": "yes", "why": "wrong text"})
    assert outbox_rows.rows(waiting.engine)[1].status == "cancelled"


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_clerk_sees_what_failed_and_why_and_how_the_jobs_stand(waiting: Branch, language: str) -> None:
    with db.writing(waiting.engine) as connection:
        connection.execute(update(Message).where(text("id = 2")).values(
            status="failed", send_on=date(2026, 5, 3), reason="tried", said="HTTP 503"
        ))  # fmt: skip
    clerk = waiting.signed_in("clerk", language)
    said = clerk.get("/outbox").text
    assert "HTTP 503" in said, said
    assert (">failed<" in said, ">失败<" in said) == (language == "en", language == "zh")
    assert clerk.get("/outbox?form=xlsx&table=1").status_code == 200
    assert clerk.get("/jobs").status_code == 200
    assert waiting.troubles == []
