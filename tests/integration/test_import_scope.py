"""Lists and who may send them: whoever sees the whole book, as long as they do."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from desks.page_book import Branch, branch_in, hashed
from desks.sent_lists import GOOD, MIXED, act, counts, said, send
from desks.task_book import AT
from policyserve import db
from policyserve.access import users
from policyserve.access.users import Place
from policyserve.access.viewer import SYSTEM
from policyserve.config import Settings
from policyserve.operations.users import change_role, disable_user
from policyserve.scheduler import locks
from policyserve.web.import_worker import LOCK
from policyserve.web.service import Service, Standing, application


@pytest.fixture
def branch(tmp_path: Path, sqlite_template: Path) -> Iterator[Branch]:
    with branch_in(tmp_path, sqlite_template) as made:
        with db.writing(made.engine) as connection:
            place = Place(role="clerk", branch="South")
            users.add(connection, "south", place, password=hashed(), name=None, at=AT)
        yield made


def statuses(branch: Branch) -> list[str]:
    with db.reading(branch.engine) as connection:
        return list(connection.scalars(text("SELECT status FROM import_jobs ORDER BY id")))


def narrowed(branch: Branch, login: str) -> None:
    change_role(branch.engine, SYSTEM, login, Place(role="clerk", branch="South"), at=branch.moment)


def test_a_clerk_of_one_branch_sends_no_list_by_any_way(branch: Branch) -> None:
    clerk, machine = branch.signed_in("south"), branch.machine("south")
    sent = {"kind": "customers"}, {"file": ("list.csv", b"customer_no,name,agent_no\nC1,x,1004\n")}
    pages = [clerk.get("/import"), clerk.post("/import", data=sent[0], files=sent[1]), clerk.get("/import/1")]
    calls = [machine.get("/imports"), machine.post("/imports?kind=customers&name=a.csv", content=GOOD.encode())]
    assert [one.status_code for one in (*pages, *calls)] == [403] * 5
    assert "somebody who sees all branches" in pages[0].text
    assert statuses(branch) == []
    assert 'href="/import"' not in clerk.get("/customers").text
    assert clerk.get("/", follow_redirects=False).headers["location"] != "/import"
    assert branch.troubles == []


def test_a_clerk_who_sees_less_than_before_goes_on_with_no_list(branch: Branch) -> None:
    path = send(branch, branch.signed_in("clerk"), MIXED)
    machine = branch.machine("clerk")
    narrowed(branch, "clerk")
    clerk = branch.signed_in("clerk")
    answers = [clerk.get(path), clerk.get(f"{path}/rejects"), clerk.post(path, data={"deed": "apply"})]
    answers += [machine.get("/imports/1"), machine.get("/imports/1/rejects"), machine.post("/imports/1/apply")]
    assert [one.status_code for one in answers] == [403] * 6
    branch.house.imports.finish()
    assert statuses(branch) == ["waiting"]


@pytest.mark.parametrize("way", ["disabled", "narrowed"])
def test_what_waits_of_somebody_who_may_send_none_any_more_is_stopped(branch: Branch, way: str) -> None:
    clerk = branch.signed_in("clerk")
    send(branch, clerk, GOOD)
    lock = locks.take(branch.engine, LOCK)
    assert lock is not None
    send(branch, clerk, GOOD)
    clerk.post("/import/1", data={"deed": "apply"})
    branch.house.imports.finish()
    lock.release()
    assert statuses(branch) == ["to apply", "to read"]
    if way == "disabled":
        disable_user(branch.engine, SYSTEM, "clerk", at=branch.moment)
    else:
        narrowed(branch, "clerk")
    branch.house.imports.wake()
    branch.house.imports.finish()
    assert statuses(branch) == ["stopped", "stopped"]
    assert ("clerk", "list imported", "customers") not in branch.log()


def test_a_list_whose_days_are_over_is_not_worked_on(branch: Branch) -> None:
    clerk = branch.signed_in("clerk")
    path = send(branch, clerk, GOOD)
    lock = locks.take(branch.engine, LOCK)
    assert lock is not None
    act(branch, clerk, path, "apply")
    lock.release()
    branch.later(days=4)
    branch.house.imports.wake()
    branch.house.imports.finish()
    assert statuses(branch) == ["expired"]
    clerk = branch.signed_in("clerk")
    assert clerk.get("/customers/0008").status_code == 404
    assert "Expired" in said(clerk, path)


def test_a_service_that_starts_goes_on_with_what_waits(branch: Branch, monkeypatch: pytest.MonkeyPatch) -> None:
    clerk = branch.signed_in("clerk")
    lock = locks.take(branch.engine, LOCK)
    assert lock is not None
    path = send(branch, clerk, GOOD)
    lock.release()
    started: list[object] = []

    def woken(worker: object) -> None:
        started.append(worker)

    monkeypatch.setattr("policyserve.web.import_worker.ImportWorker.wake", woken)
    service = Service(settings=Settings(database_url=str(branch.engine.url)))
    with application(service, "pages", Standing(leads=lambda: True, stopping=lambda: False)):
        assert len(started) == 1
    with application(service, "webhooks", Standing(leads=lambda: True, stopping=lambda: False)):
        assert len(started) == 1
    monkeypatch.undo()
    branch.house.imports.wake()
    branch.house.imports.finish()
    assert counts(said(clerk, path)) == [2, 2, 0, 0, 0, 0]
