"""Numbers come from an insurer's lists with any sign in them; each leads to its own page, and no other."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest
from httpx2 import Response
from sqlalchemy import text

from desks.page_book import Branch, branch_in
from policyserve import db
from policyserve.web.addresses import part

ODD = ["A/B", "A?q=1#2", "50%", "张 三+1", "..", "C2/contact", "%2F"]


@pytest.fixture(scope="module")
def branch(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Iterator[Branch]:
    with branch_in(tmp_path_factory.mktemp("numbers"), sqlite_template) as made:
        yield made


@pytest.fixture(params=ODD)
def number(branch: Branch, request: pytest.FixtureRequest) -> str:
    """Give a customer, their policy and an agent below the manager a number."""
    with db.writing(branch.engine) as connection:
        for table, of in (("customers", "customer_no"), ("policies", "policy_no")):
            connection.execute(text(f"UPDATE {table} SET {of} = :number WHERE id = 1"), {"number": request.param})
        connection.execute(text("UPDATE agents SET agent_no = :number WHERE id = 3"), {"number": request.param})
    return str(request.param)


def links(answer: Response, beginning: str) -> list[str]:
    """Return the links and forms of a page that begin so, as a browser follows them."""
    assert answer.status_code == 200, answer.text
    return [unescape(one) for one in re.findall(rf'(?:href|action)="({beginning}[^"]*)"', answer.text)]


def test_from_the_list_one_comes_to_the_card_the_policy_and_the_forms(branch: Branch, number: str) -> None:
    agent = branch.signed_in("agent")
    (card,) = links(agent.get("/customers"), "/customers/")
    assert card in links(agent.get("/today"), "/customers/")
    assert card in links(agent.get("/tasks/1"), "/customers/")
    (policy,) = {one for one in links(agent.get(card), "/policies/") if one != "/policies/P2"}
    assert links(agent.get(policy), "/customers/") == [card]
    *forms, visit = list(dict.fromkeys(one for one in links(agent.get(card), "/customers/") if one != card))
    assert forms == [f"{card}/{kind}" for kind in ("complaint", "contact", "referral", "event")]
    assert visit in links(agent.get(visit), "/customers/")
    for form in forms:
        assert links(agent.get(form), "/customers/") == [card, form]
    kept = agent.post(f"{card}/referral", data={"referred_name": f"李四 {number}"})
    assert (kept.url.raw_path.decode(), "李四" in kept.text) == (f"{card}?kept=referral", True)
    assert branch.troubles == []


def test_a_clerk_comes_to_the_personal_data(branch: Branch, number: str) -> None:
    clerk = branch.signed_in("clerk")
    (data,) = [
        one for card in links(clerk.get("/customers"), "/customers/") for one in links(clerk.get(card), "/customers/")
        if part(number) in one and one.endswith("/personal-data")
    ]  # fmt: skip
    assert links(clerk.get(data), "/customers/") == [data.removesuffix("/personal-data")]
    done = clerk.post(data, data={"deed": "restrict"})
    assert (done.url.raw_path.decode(), "No marketing since" in done.text) == (data, True)
    clerk.post(data, data={"deed": "lift"})
    assert branch.troubles == []


def test_a_manager_comes_from_the_board_to_the_agent_and_sees_a_phone(branch: Branch, number: str) -> None:
    manager = branch.signed_in("manager")
    to = f"/agents/{part(number)}"
    assert to in links(manager.get("/board"), "/agents/")
    assert unescape(manager.get(to).text).count(f"<h1>Targets {number}") == 1
    (form,) = links(manager.get(f"/customers/{part(number)}"), "/customers/.*/phone")
    assert "13900000001" in manager.post(form).text
    assert links(manager.get(form), "/customers/.*/phone") == [form]
    assert branch.troubles == []


def test_a_program_asks_for_it(branch: Branch, number: str) -> None:
    machine = branch.machine("agent")
    customer, policy = machine.get(f"customers/{part(number)}"), machine.get(f"policies/{part(number)}")
    assert (customer.json()["customer_no"], policy.json()["policy"]["policy_no"]) == (number, number)


def test_one_who_signs_in_and_one_who_chooses_a_language_comes_back(branch: Branch, number: str) -> None:
    card = f"/customers/{part(number)}"
    stranger = branch.browser()
    (asked,) = re.findall(r'name="next" value="(/customers[^"]*)"', stranger.get(card).text)[:1]
    assert unescape(asked) == card
    agent = branch.signed_in("agent")
    answer = agent.post("/language", data={"language": "zh", "next": card})
    assert (answer.url.raw_path.decode(), answer.status_code) == (card, 200)


def test_a_new_line_in_an_address_is_a_number_that_nobody_has(branch: Branch) -> None:
    answer = branch.signed_in("agent").get("/api/v1/customers/no%0Abody")
    assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")
