"""Deeds by the API: once for their key, of the version that was seen, refused in words."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine, text

from desks.page_book import Branch, take_branch
from policyserve import db

KEY = {"idempotency-key": "5f0c9a4e"}


@pytest.fixture
def branch(engine: Engine) -> Branch:
    return take_branch(engine)


def transitions(branch: Branch) -> int:
    with db.reading(branch.engine) as connection:
        return int(connection.execute(text("SELECT count(*) FROM transitions")).scalar_one())


def test_the_same_key_with_the_same_body_acts_once_and_is_answered_the_same(branch: Branch) -> None:
    agent = branch.machine("agent")
    first = agent.post("/tasks/1/done", json={"channel": "sms"}, headers=KEY)
    before = transitions(branch)
    again = agent.post("/tasks/1/done", json={"channel": "sms"}, headers=KEY)
    assert (first.status_code, again.status_code, first.json()["status"]) == (200, 200, "done")
    assert (again.content, again.headers["etag"]) == (first.content, first.headers["etag"])
    assert transitions(branch) == before
    assert branch.log()[1:] == [("agent", "task done", "1")]


def test_the_same_key_with_another_body_or_for_another_task_is_refused(branch: Branch) -> None:
    agent = branch.machine("agent")
    agent.post("/tasks/1/done", json={"channel": "sms"}, headers=KEY)
    for path, body in {"/tasks/1/done": {"channel": "call"}, "/tasks/2/done": {"channel": "sms"}}.items():
        answer = agent.post(path, json=body, headers=KEY)
        assert (answer.status_code, answer.json()["type"]) == (422, "urn:policyserve:key-sent-before")
    assert branch.status(2) == "open"


def test_a_key_belongs_to_its_user(branch: Branch) -> None:
    branch.machine("agent").post("/tasks/1/done", json={}, headers=KEY)
    answer = branch.machine("other").post("/tasks/3/done", json={}, headers=KEY)
    assert (answer.status_code, answer.json()["task_id"]) == (200, 3)


def test_a_key_whose_call_was_refused_is_free(branch: Branch) -> None:
    agent = branch.machine("agent")
    assert agent.post("/tasks/1/put-off", json={"to": "2027-01-01"}, headers=KEY).status_code == 409
    assert agent.post("/tasks/1/put-off", json={"to": "2026-05-06"}, headers=KEY).status_code == 200


def test_a_task_that_has_changed_since_it_was_seen_is_left_alone(branch: Branch) -> None:
    agent = branch.machine("agent")
    seen = agent.post("/tasks/1/put-off", json={"to": "2026-05-06"}).json()["version"]
    agent.post("/tasks/1/put-off", json={"to": "2026-05-07"})
    late = agent.post("/tasks/1/done", json={}, headers={"if-match": f'"{seen}"'})
    assert (late.status_code, late.json()["type"], branch.status(1)) == (412, "urn:policyserve:changed", "open")


def test_the_tag_of_a_deed_is_what_the_next_one_names(branch: Branch) -> None:
    agent = branch.machine("agent")
    tag = agent.post("/tasks/1/done", json={}).headers["etag"]
    weak = agent.post("/tasks/1/reopen", json={"why": "x"}, headers={"if-match": f"W/{tag}"})
    assert weak.status_code == 412
    assert agent.post("/tasks/1/reopen", json={"why": "x"}, headers={"if-match": tag}).status_code == 200


def test_the_agenda_is_not_sent_again_while_it_is_the_same(branch: Branch) -> None:
    agent = branch.machine("agent")
    tag = agent.get("/agenda").headers["etag"]
    same = agent.get("/agenda", headers={"if-none-match": f'"other", W/{tag}'})
    assert (same.status_code, same.content, same.headers["etag"]) == (304, b"", tag)
    agent.post("/tasks/1/done", json={})
    assert agent.get("/agenda", headers={"if-none-match": tag}).status_code == 200


def test_a_refusal_is_a_problem_document_in_the_language_of_who_asks(branch: Branch) -> None:
    agent = branch.machine("agent", language="zh-CN")
    agent.post("/tasks/1/done", json={})
    answer = agent.post("/tasks/1/done", json={})
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["content-language"] == "zh"
    assert answer.json() == {
        "type": "urn:policyserve:task-closed", "title": "Conflict", "status": 409, "errors": [],
        "detail": "任务1已于2026-05-04由agent登记完成（2026-05-04，方式：亲访），不能再登记完成。",
    }  # fmt: skip


def test_what_a_call_does_not_take_is_named_with_its_place_and_not_repeated(branch: Branch) -> None:
    agent = branch.machine("agent")
    typed = {"on": "yesterday-secret", "satisfaction": 6, "colour": "red"}
    answer = agent.post("/tasks/1/done", json=typed)
    assert answer.status_code == 422
    assert [one["place"] for one in answer.json()["errors"]] == ["body/on", "body/satisfaction", "body/colour"]
    assert "secret" not in answer.text
    for content, status in {b"{": 422, b"\xff": 422, b" " * 100_000: 413}.items():
        refused = agent.post("/tasks/1/done", content=content, headers={"content-type": "application/json"})
        assert (refused.status_code, refused.headers["content-type"]) == (status, "application/problem+json")


def test_what_is_no_call_is_a_problem_too(branch: Branch) -> None:
    agent = branch.machine("agent")
    nowhere, method = agent.get("/nowhere"), agent.delete("/tasks/1/done")
    assert (nowhere.status_code, nowhere.json()["status"]) == (404, 404)
    assert (method.status_code, method.headers["allow"]) == (405, "POST")
    assert agent.post("/tasks/9999999999/done", json={}).status_code == 422


def test_headers_and_texts_carry_nothing_further(branch: Branch) -> None:
    agent = branch.machine("agent")
    hidden = "gl\0a\u202ed\r\nSet-Cookie: a=b"
    answer = agent.post("/tasks/1/done", json={"outcome": hidden}, headers={"idempotency-key": "a%0d%0aX-Y: 1"})
    assert answer.status_code == 422
    answer = agent.post("/tasks/1/done", json={"outcome": hidden})
    assert answer.status_code == 200
    assert "set-cookie" not in answer.headers
    with db.reading(branch.engine) as connection:
        assert "\0" not in connection.execute(text("SELECT outcome FROM contacts")).scalar_one()
    assert branch.troubles == []
