"""Jobs begun from their page: once, with the rules of every day, and noted."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from desks.page_book import Branch, branch_in, hashed
from desks.standard_text import HEAD, VISIT
from policyserve import db
from policyserve.access import users
from policyserve.access.users import Place
from policyserve.operations import standards
from policyserve.scheduler import locks
from policyserve.scheduler.job_run import begin
from policyserve.web.carried_files import packed

RUNS = text("SELECT job, status FROM job_runs ORDER BY id")


@pytest.fixture
def branch(tmp_path: Path, sqlite_template: Path) -> Iterator[Branch]:
    with branch_in(tmp_path, sqlite_template) as made:
        yield made


def runs(branch: Branch) -> list[tuple[str, str]]:
    branch.house.hand_runs.finish()
    with db.reading(branch.engine) as connection:
        return [(row.job, row.status) for row in connection.execute(RUNS)]


@pytest.mark.parametrize("who", ["clerk", "administrator"])
def test_a_job_is_begun_once_however_often_its_form_is_sent(branch: Branch, who: str) -> None:
    browser = branch.signed_in(who)
    form = {"job": "release", "form_key": "one tap"}
    for _ in range(2):
        assert browser.post("/jobs", data=form, follow_redirects=False).status_code == 303
    assert runs(branch) == [("release", "done")]
    assert branch.log() == [(who, "job begun", "release")]
    said = browser.get("/jobs").text
    assert "unchanged" in said
    assert branch.troubles == []


def test_a_second_run_of_the_same_minute_is_refused_and_one_of_the_next_is_not(branch: Branch) -> None:
    clerk = branch.signed_in("clerk")
    assert clerk.post("/jobs", data={"job": "release"}, follow_redirects=False).status_code == 303
    runs(branch)
    again = clerk.post("/jobs", data={"job": "release"})
    assert (again.status_code, "in this minute" in again.text) == (422, True)
    branch.later(minutes=1)
    assert clerk.post("/jobs", data={"job": "release"}, follow_redirects=False).status_code == 303
    assert len(runs(branch)) == 2


def test_a_job_that_another_process_has_in_hand_is_refused_and_nothing_noted(branch: Branch) -> None:
    lock = locks.take(branch.engine, "release")
    assert lock
    try:
        answer = branch.signed_in("clerk").post("/jobs", data={"job": "release", "form_key": "x"})
    finally:
        lock.release()
    assert (answer.status_code, "running already" in answer.text) == (422, True)
    assert (runs(branch), branch.log()) == ([], [])


def test_a_day_in_doubt_is_confirmed_first(branch: Branch) -> None:
    past = branch.moment - timedelta(days=30)
    begin(branch.engine, "notices", past, at=past).lock.release()
    clerk = branch.signed_in("clerk")
    refused = clerk.post("/jobs", data={"job": "release"})
    assert (refused.status_code, 'name="confirmed"' in refused.text) == (422, True)
    assert "policyserve" not in refused.text.partition("<main")[2].partition("</form>")[0]
    assert clerk.post("/jobs", data={"job": "release", "confirmed": "yes"}, follow_redirects=False).status_code == 303
    assert runs(branch)[-1] == ("release", "done")


def test_an_auditor_reads_how_the_jobs_stand_and_runs_none(branch: Branch) -> None:
    auditor = branch.signed_in("auditor")
    said = auditor.get("/jobs")
    assert (said.status_code, 'id="run"' in said.text) == (200, False)
    assert auditor.post("/jobs", data={"job": "release"}).status_code == 403
    assert 'type="file"' not in auditor.get("/days-off").text


def test_what_is_no_job_is_refused(branch: Branch) -> None:
    for job in ("", "drop tables"):
        assert branch.signed_in("clerk").post("/jobs", data={"job": job}).status_code == 422
    assert runs(branch) == []


def test_a_clerk_of_one_branch_runs_no_job_and_changes_no_standard(branch: Branch) -> None:
    with db.writing(branch.engine) as connection:
        users.add(
            connection, "north", Place(role="clerk", branch="North"), password=hashed(), name=None, at=branch.moment
        )
    clerk = branch.signed_in("north")
    for path, form in (("/jobs", 'id="run"'), ("/standard", 'id="send"')):
        answer = clerk.get(path)
        assert (answer.status_code, form in answer.text) == (200, False)
    assert clerk.post("/jobs", data={"job": "release"}).status_code == 403
    sent = {"deed": "use", "from": "2026-06-01", "name": "x", "document": packed((HEAD + VISIT).encode())}
    assert clerk.post("/standard", data=sent).status_code == 403
    assert runs(branch) == []
    assert standards.standards(branch.engine) == []
