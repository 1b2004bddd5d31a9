"""Where agents were on a day: lists say it without one."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from random import Random

import polars as pl
from sqlalchemy import Engine

from books.lists_in import AGENTS, CUSTOMERS, POLICIES, import_text, rows_of
from policyserve import db
from policyserve.book.snapshot import load_agents, load_book
from policyserve.metrics.persistency.persistency import persistency, policy_results
from policyserve.reporting.material import read_material

PLACED = "agent_no,team,branch,name\n"


def said(engine: Engine, folder: Path, day: str, *rows: str, header: str = PLACED) -> None:
    import_text(
        engine, folder, "agents", header + "".join(f"{row},Gan\n" for row in rows), as_of=date.fromisoformat(day)
    )


def began(engine: Engine, folder: Path) -> None:
    import_text(engine, folder, "agents", AGENTS, as_of=date(2026, 3, 1))


def places(engine: Engine, day: str, agent_no: str = "A1") -> tuple[str | None, str | None]:
    with db.reading(engine) as connection:
        agents = load_agents(connection, date.fromisoformat(day))
        whole = load_book(connection)
    assert agents.equals(whole.agents_on(date.fromisoformat(day)))
    assert agents.equals(whole.as_of(date.fromisoformat(day)).agents)
    row = agents.filter(pl.col("agent_no") == agent_no).row(0, named=True)
    return row["team"], row["branch"]


def test_an_agent_who_moves_was_where_he_was_before(engine: Engine, tmp_path: Path) -> None:
    began(engine, tmp_path)
    said(engine, tmp_path, "2026-04-01", "A1,Blue,South")
    said(engine, tmp_path, "2026-05-01", "A1,Green,South")
    assert places(engine, "2020-01-01") == ("Red", "North")
    assert places(engine, "2026-03-31") == ("Red", "North")
    assert places(engine, "2026-04-01") == ("Blue", "South")
    assert places(engine, "2026-05-01") == ("Green", "South")
    assert places(engine, "2026-05-01", "A2") == ("Red", "North")


def test_the_first_place_of_an_agent_holds_for_all_days(engine: Engine, tmp_path: Path) -> None:
    said(engine, tmp_path, "2026-03-01", "A1", header="agent_no,name\n")
    said(engine, tmp_path, "2026-04-01", "A1,Blue,South")
    assert places(engine, "2026-01-01") == ("Blue", "South")
    assert rows_of(engine, "SELECT * FROM former_places") == []


def test_a_list_that_says_nothing_of_the_place_moves_nobody(engine: Engine, tmp_path: Path) -> None:
    began(engine, tmp_path)
    said(engine, tmp_path, "2026-04-01", "A1", header="agent_no,name\n")
    said(engine, tmp_path, "2026-04-02", "A1,,")
    said(engine, tmp_path, "2026-04-03", "A1,Red,North")
    assert rows_of(engine, "SELECT * FROM former_places") == []


def test_a_list_of_branches_alone_keeps_the_team_of_that_day(engine: Engine, tmp_path: Path) -> None:
    began(engine, tmp_path)
    said(engine, tmp_path, "2026-05-01", "A1,Blue,South")
    said(engine, tmp_path, "2026-04-01", "A1,East", header="agent_no,branch,name\n")
    assert places(engine, "2026-03-31") == ("Red", "North")
    assert places(engine, "2026-04-30") == ("Red", "East")
    assert places(engine, "2026-05-01") == ("Blue", "South")


def test_a_place_that_is_cleared_holds_no_more(engine: Engine, tmp_path: Path) -> None:
    began(engine, tmp_path)
    said(engine, tmp_path, "2026-04-01", "A1,-,-")
    said(engine, tmp_path, "2026-05-01", "A1,Blue,South")
    assert [places(engine, f"2026-0{month}-15") for month in (3, 4, 5)] == [
        ("Red", "North"), (None, None), ("Blue", "South")
    ]  # fmt: skip


def test_of_two_lists_of_one_day_the_later_one_goes(engine: Engine, tmp_path: Path) -> None:
    began(engine, tmp_path)
    said(engine, tmp_path, "2026-04-01", "A1,Blue,South")
    said(engine, tmp_path, "2026-04-01", "A1,Green,South")
    assert places(engine, "2026-03-31") == ("Red", "North")
    assert places(engine, "2026-04-01") == ("Green", "South")


def test_a_list_of_an_earlier_day_leaves_what_a_later_one_changed(engine: Engine, tmp_path: Path) -> None:
    began(engine, tmp_path)
    said(engine, tmp_path, "2026-05-01", "A1,Blue,South")
    said(engine, tmp_path, "2026-04-01", "A1,Green,North")
    said(engine, tmp_path, "2026-04-01", "A1,Grey,North")
    assert places(engine, "2026-03-31") == ("Red", "North")
    assert places(engine, "2026-04-30") == ("Grey", "North")
    assert places(engine, "2026-05-01") == ("Blue", "South")
    assert rows_of(engine, "SELECT count(*) FROM former_places") == [(2,)]


def test_places_are_those_of_the_last_list_whatever_was_listed(engine: Engine, tmp_path: Path) -> None:
    """The judge keeps what each list said, one agent at a time."""
    began(engine, tmp_path)
    draw = Random(11)
    day, told = (
        date(2026, 3, 1),
        {"A1": [(date(2026, 3, 1), ("Red", "North"))], "A2": [(date(2026, 3, 1), ("Red", "North"))]},
    )
    for _ in range(12):
        day += timedelta(days=draw.choice((0, 1, 5)))
        rows = {number: (draw.choice(("Red", "Blue")), draw.choice(("North", "South"))) for number in told}
        said(
            engine, tmp_path, day.isoformat(), *(f"{number},{team},{branch}" for number, (team, branch) in rows.items())
        )
        for number, place in rows.items():
            told[number].append((day, place))
    for number, lists in told.items():
        for back in range((day - date(2026, 3, 1)).days + 1):
            asked = day - timedelta(days=back)
            expected = [place for since, place in lists if since <= asked][-1]
            assert places(engine, asked.isoformat(), number) == expected


def test_a_move_changes_no_figure_and_no_report_of_an_earlier_day(engine: Engine, tmp_path: Path) -> None:
    began(engine, tmp_path)
    import_text(engine, tmp_path, "customers", CUSTOMERS)
    import_text(engine, tmp_path, "policies", POLICIES)
    march = date(2026, 3, 31)

    def asked() -> tuple[object, ...]:
        with db.reading(engine) as connection:
            book = load_book(connection)
            figure = persistency(policy_results(book, as_of=march), book=book, by=["team"])
            report = read_material(connection, as_of=march, language="en", branch="North")
        return (
            figure.rows(),
            report.agents.drop("name").rows(),
            *(gap.rows.rows() for gap in report.gaps.values()),
            report.results.policies.rows(),
        )

    before = asked()
    assert before[0], "there must be something to change"
    said(engine, tmp_path, "2026-04-01", "A1,Blue,South", "A2,Blue,South")
    assert asked() == before
