"""The lists behind the board's numbers: each has as many rows as its number says, of those whom the viewer sees."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from datetime import date
from itertools import product
from pathlib import Path
from urllib.parse import parse_qsl

import pytest
from sqlalchemy import insert, text
from starlette.testclient import TestClient

from desks.page_book import Branch, branch_in
from desks.task_book import MONDAY, run, touch
from policyserve import db
from policyserve.access.viewer import SYSTEM
from policyserve.operations.lists_behind import LISTS
from policyserve.tables import Policy, Team
from policyserve.web.pages.lists import behind


@pytest.fixture(scope="module")
def branch(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Iterator[Branch]:
    with branch_in(tmp_path_factory.mktemp("lists"), sqlite_template) as made:
        with db.writing(made.engine) as connection:
            rows = [
                {
                    "id": key, "policy_no": f"Q{key}", "customer_id": customer, "agent_id": agent, "mode": "annual",
                    "premium": 100_000 * key, "currency": "CNY", "issue_date": date(2025, 1 + key % 4, 4),
                    "known_on": date(2025, 6, 1), "pay_years": 10,
                }
                for key, customer, agent in [(11, 1, 2), (12, 1, 2), (13, 2, 3), (14, 2, 4)]
            ]  # fmt: skip
            connection.execute(insert(Policy), rows)
            connection.execute(insert(Team), {"id": 1, "name": "T1", "branch_id": 1})
            connection.execute(text("UPDATE agents SET team_id = 1 WHERE id IN (2, 3)"))
        late = MONDAY.replace(day=1)
        run(made.engine, [touch(policy=1, due=late), touch("half-year-visit", policy=2), touch(policy=3, due=late)])
        yield made


def links(said: str, to: str) -> list[str]:
    return [html.unescape(one) for one in re.findall(rf'href="({to}\?[^"]*)"', said)]


def count(said: str) -> int:
    found = re.search(r"([\d,]+) rows?\b", said)
    assert found
    return int(found[1].replace(",", ""))


@pytest.fixture(scope="module")
def manager(branch: Branch) -> TestClient:
    return branch.signed_in("manager")


@pytest.mark.parametrize("path", ["/board", "/persistency", "/collection", "/forecast", "/agents/1002", "/agents/1003"])
def test_every_number_of_a_page_leads_to_a_list(branch: Branch, manager: TestClient, path: str) -> None:
    said = manager.get(path).text
    for link in {*links(said, "/lists/[a-z-]+"), *links(said, "/gap"), *links(said, "/overdue")}:
        answer = manager.get(link)
        assert answer.status_code == 200, link
    assert branch.troubles == []


@pytest.mark.parametrize("name", ["agents", "own"])
def test_a_list_has_as_many_policies_as_its_number_counts(branch: Branch, manager: TestClient, name: str) -> None:
    (figure,) = branch.house.targets.in_scope(SYSTEM, (name,), as_of=MONDAY)
    rows = {row["agent_no"]: row for row in figure.rows.to_dicts()}
    assert rows
    for number in ("1002", "1003"):
        said = manager.get(f"/lists/{name}?agent_no={number}&state=counted").text
        assert count(said) == rows[number]["denominator_count"]
        assert {*re.findall(r"/policies/(\w+)", said)} <= {"Q11", "Q12", "Q13", "P1", "P2", "P3"}


@pytest.mark.parametrize("name", ["teams", "agents", "cohorts", "services", "referrals", "add-ons"])
def test_every_count_leads_to_a_list_of_that_length(branch: Branch, name: str) -> None:
    (figure,) = branch.house.targets.in_scope(SYSTEM, (name,), as_of=MONDAY)
    link, compared = behind(name, figure), 0
    for row, column in product(figure.rows.to_dicts(), figure.columns):
        leads = link(row, column) if column.kind == "count" else None
        if leads and row[column.name]:
            asked = dict(parse_qsl(leads.partition("?")[2], keep_blank_values=True))
            listed = branch.house.targets.behind(SYSTEM, name, asked, as_of=MONDAY)
            assert listed.rows.height == row[column.name], (row, column.name)
            compared += 1
    assert compared or name in {"referrals", "add-ons"}, figure.rows


def test_nothing_of_those_who_are_not_below_stands_in_a_list(branch: Branch, manager: TestClient) -> None:
    for name in LISTS:
        answer = manager.get(f"/lists/{name}")
        assert answer.status_code in {200, 422}, (name, answer.text)
        assert "Q14" not in answer.text
        assert count(answer.text) == 0 or answer.status_code == 422 or "1004" not in answer.text
    assert count(manager.get("/lists/agents?agent_no=1004").text) == 0
    agent = branch.signed_in("agent")
    said = agent.get("/lists/own").text
    assert (("Q11" in said), ("Q13" in said)) == (True, False)
    assert branch.troubles == []


def test_a_list_that_is_none_is_not_found_and_its_file_has_all_rows(manager: TestClient) -> None:
    assert manager.get("/lists/nothing").status_code == 404
    assert manager.get("/lists/agents?form=xlsx").status_code == 200


def test_the_board_counts_what_is_overdue_and_leads_to_it(manager: TestClient) -> None:
    said = manager.get("/board").text.partition("Overdue tasks")[2]
    assert links(said, "/overdue") == ["/overdue?agent_no=1002", "/overdue?agent_no=1003"]
    listed = manager.get("/overdue?agent_no=1002").text
    assert (count(listed), "C1" in listed, "C2" in listed) == (1, True, False)
    assert count(manager.get("/overdue").text) == 2
    assert count(manager.get("/overdue?agent_no=1004").text) == 0
    assert manager.get("/overdue?form=xlsx").status_code == 200


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_gap_is_told_with_the_policies_that_decide_and_its_months(branch: Branch, language: str) -> None:
    manager = branch.signed_in("manager", language)
    for query in (
        "",
        "?by=agent",
        "?month=25",
        "?from=2025-01&to=2025-06&by=agent",
        "?agent_no=1002",
        "?team=&branch=",
    ):
        assert manager.get(f"/gap{query}").status_code == 200, query
    assert manager.get("/gap?form=xlsx").status_code == 200
    for query in ("?from=2025-06&to=2025-01", "?from=soon", "?to=9999-99"):
        answer = manager.get(f"/gap{query}")
        assert (answer.status_code, 'role="alert"' in answer.text) == (422, True)
    assert branch.troubles == []


def test_a_call_lists_what_a_figure_counts_page_by_page(branch: Branch) -> None:
    client = branch.machine("manager")
    whole = client.get("/figures/agents/list", params={"most": 500}).json()
    assert {row["agent_no"] for row in whole["items"]} == {"1002", "1003"}
    assert whole["next"] is None
    rows, cursor = [], None
    for _ in whole["items"]:
        asked = {"most": 1} | ({"cursor": cursor} if cursor else {})
        found = client.get("/figures/agents/list", params=asked).json()
        rows += found["items"]
        cursor = found["next"]
    assert (rows, cursor) == (whole["items"], None)
    of_one = client.get("/figures/agents/list", params={"agent_no": "1002"}).json()["items"]
    assert {row["agent_no"] for row in of_one} == {"1002"}
    assert client.get("/figures/nothing/list").status_code in {404, 422}
    assert client.get("/figures/agents/list", params={"cursor": "no such thing"}).status_code == 404
    own = branch.machine("agent").get("/figures/own/list").json()["items"]
    assert {row["agent_no"] for row in own} == {"1002"}
    assert branch.troubles == []
