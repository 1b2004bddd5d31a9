"""Spot checks on their pages: a manager draws among those below, asks, and reads what it comes to."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from desks.page_book import Branch, branch_in
from desks.task_book import run, tasks, touch
from policyserve.dates import Days
from policyserve.metrics.spot_checks.scopes import Scope
from policyserve.operations import spot_checks
from policyserve.tasks.transitions import Stamp

DRAW = {"from": "2026-05-01", "to": "2026-05-03", "size": "5", "seed": "7"}


@pytest.fixture(scope="module")
def branch(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Iterator[Branch]:
    with branch_in(tmp_path_factory.mktemp("checks"), sqlite_template) as made:
        run(made.engine, [touch("policy-review", policy=2), touch("policy-review", policy=3)])
        done = {"channel": "visit", "on": "2026-05-02", "outcome": "met"}
        for who, task in zip(("agent", "other"), tasks(made.engine)[-2:], strict=True):
            answer = made.signed_in(who).post(f"/tasks/{task.id}/done", data=done, follow_redirects=False)
            assert answer.status_code == 303, answer.text
        yield made


def drawn(browser: TestClient, **form: str) -> str:
    answer = browser.post("/spot-checks", data=DRAW | form, follow_redirects=False)
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


def test_a_sample_is_drawn_of_those_below_and_the_same_again(branch: Branch) -> None:
    manager = branch.signed_in("manager")
    where = drawn(manager)
    assert drawn(manager) == where
    said = manager.get(where).text
    assert [number in said for number in ("C1", "C2")] == [True, True]
    assert "everybody below 1001" in manager.get("/spot-checks").text
    assert branch.log().count(("manager", "spot check drawn", where.rpartition("/")[2])) == 1


def test_what_customers_say_leads_from_task_to_task_and_to_the_figures(branch: Branch) -> None:
    manager = branch.signed_in("manager")
    where = drawn(manager, seed="8")
    keys = re.findall(r"task=(\d+)#ask", manager.get(where).text)
    for key, result in zip(keys, ("confirmed", "not-confirmed"), strict=True):
        asked = manager.get(f"{where}?task={key}")
        assert 'id="ask"' in asked.text
        said = {"task": key, "result": result, "note": "thanks", "form_key": f"key {key}"}
        answers = [manager.post(where, data=said, follow_redirects=False) for _ in range(2)]
        assert [one.status_code for one in answers] == [303, 303]
    assert answers[-1].headers["location"].endswith("#estimate")
    assert "True rate 50" in manager.get(where).text
    check = int(where.rpartition("/")[2])
    [row] = [
        one for one in spot_checks.list_samples(branch.engine, as_of=branch.house.today()) if one["check_id"] == check
    ]
    assert row["answered"] == 2
    assert [entry for entry in branch.log() if entry[1] == "spot check noted"] == [
        ("manager", "spot check noted", key) for key in keys
    ]
    assert manager.get(f"{where}?form=xlsx&table=0").status_code == 200


def test_phones_are_masked_and_samples_of_others_are_not_found(branch: Branch) -> None:
    manager = branch.signed_in("manager")
    where = drawn(manager, seed="9", agent_no="1002")
    assert "13900000001" not in manager.get(where).text
    stamp = Stamp(at=branch.moment, as_of=branch.house.today(), actor="desk")
    days = Days.between(stamp.as_of.replace(day=1), stamp.as_of.replace(day=3))
    for _ in range(2):  # drawn once, then read
        whole = spot_checks.draw_sample(branch.engine, days, stamp, scope=Scope(), size=5, seed=1)
    alien = whole.check["check_id"]
    assert [one for one in branch.log() if one[0] == "desk"] == [("desk", "spot check drawn", str(alien))]
    assert manager.get(f"/spot-checks/{alien}").status_code == 200  # everybody in it is below the manager
    assert manager.get("/spot-checks/999").status_code == 404
    assert manager.post("/spot-checks/999", data={"task": "1", "result": "confirmed"}).status_code == 404


@pytest.mark.parametrize(
    "wrong",
    [
        {"size": "many"}, {"size": "0"}, {"seed": "-1"}, {"size": "9" * 30}, {"from": ""},
        {"from": "2026-05-03", "to": "2026-05-01"},
        {"to": "2026-05-04"}, {"agent_no": "1004"}, {"from": "2026-01-01", "to": "2026-01-02"},
    ],
)  # fmt: skip
def test_what_cannot_be_drawn_is_refused_in_words(branch: Branch, wrong: dict[str, str]) -> None:
    answer = branch.signed_in("manager").post("/spot-checks", data=DRAW | wrong)
    assert (answer.status_code, 'role="alert"' in answer.text) == (422, True)
    assert branch.troubles == []


def test_an_answer_that_is_none_is_refused_and_the_form_stays(branch: Branch) -> None:
    manager = branch.signed_in("manager")
    where = drawn(manager, seed="10")
    key = re.findall(r"task=(\d+)#ask", manager.get(where).text)[0]
    answer = manager.post(where, data={"task": key, "result": "maybe", "note": "typed"})
    assert (answer.status_code, "typed" in answer.text) == (422, True)
    assert manager.post(where, data={"task": "1", "result": "confirmed"}).status_code in {404, 422}
    assert manager.post(where, data={"task": "x", "result": "confirmed"}).status_code == 404
    assert branch.troubles == []


def test_an_auditor_reads_samples_with_masked_names_and_enters_nothing(branch: Branch) -> None:
    where, auditor = drawn(branch.signed_in("manager"), seed="11"), branch.signed_in("auditor")
    assert 'id="draw"' not in auditor.get("/spot-checks").text
    said = auditor.get(where).text
    assert ("C1" in said, "客户1" in said, "13900000001" in said, "#ask" in said) == (True, False, False, False)
    key = tasks(branch.engine)[-1].id
    assert 'id="ask"' not in auditor.get(f"{where}?task={key}").text
    assert auditor.post(where, data={"task": str(key), "result": "confirmed"}).status_code == 403
