"""What a manager holds at the desk: figures of everybody below, the worst first, and trees of referrals."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import polars as pl
import pytest
from sqlalchemy import text

from desks.page_book import Branch, take_branch
from policyserve import db
from policyserve.access.viewer import SYSTEM
from policyserve.locale import Sentence
from policyserve.metrics.figure import Figure
from policyserve.metrics.persistency.heat import heat_figure


@pytest.fixture(scope="module")
def branch(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Iterator[Branch]:
    copy = tmp_path_factory.mktemp("managers") / "book.sqlite3"
    shutil.copyfile(sqlite_template, copy)
    engine = db.open_engine(f"sqlite:///{copy}")
    made = take_branch(engine)
    with db.writing(engine) as connection:
        connection.execute(text("UPDATE customers SET referred_by_id = 1, referred_on = '2026-01-05' WHERE id > 1"))
    yield made
    engine.dispose()


@pytest.mark.parametrize("path", ["/board", "/persistency", "/forecast", "/collection", "/referrals"])
@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_page_of_figures_is_shown_and_names_no_code(branch: Branch, path: str, language: str) -> None:
    answer = branch.signed_in("manager", language).get(path)
    assert answer.status_code in {200, 422}, answer.text  # a forecast has nothing to learn from in so small a book
    assert "CN_COMPANY" not in answer.text
    assert branch.troubles == []


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
