"""Lists that a clerk sends by a page: looked at, chosen, taken in, mended, and nobody else's."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from sqlalchemy import Engine, text

from desks.page_book import PASSWORD, Branch, take_branch
from desks.sent_lists import GOOD, MIXED, act, counts, said, send
from desks.task_book import MONDAY
from policyserve import db
from policyserve.scheduler import jobs, locks
from policyserve.web.import_worker import LOCK


@pytest.fixture
def branch(engine: Engine) -> Branch:
    return take_branch(engine)


def test_nothing_changes_before_the_clerk_has_seen_what_would_happen(branch: Branch) -> None:
    clerk = branch.signed_in("clerk")
    path = send(branch, clerk, MIXED)
    page = said(clerk, path)
    assert counts(page) == [4, 2, 0, 0, 2, 0]
    assert "customer_no" in page
    assert "客户8" in page
    assert "Waits for you" in page
    assert clerk.get("/customers/0008").status_code == 404
    assert branch.log() == []
    done = act(branch, clerk, path, "apply")
    assert counts(done) == [4, 2, 0, 0, 2, 0]
    assert clerk.get("/customers/0008").status_code == 200
    assert branch.log() == [("clerk", "list imported", "customers")]
    act(branch, clerk, path, "apply")
    assert len(branch.log()) == 1


def test_rejected_rows_are_mended_in_the_page_and_counts_add_up(branch: Branch) -> None:
    clerk = branch.signed_in("clerk")
    path = send(branch, clerk, MIXED)
    page = act(branch, clerk, path, "apply")
    assert 'name="cell-4-0" value=""' in page
    assert 'name="cell-5-2" value="1983-13-45"' in page
    half = act(branch, clerk, path, "mend", **{"cell-4-0": "0010", "cell-5-2": "1983-13-46"})
    assert counts(half) == [4, 3, 0, 0, 1, 0]
    assert "Line 5" in half
    assert 'value="1983-13-46"' in half
    assert "Line 4" not in half
    whole = act(branch, clerk, path, "mend", **{"cell-5-2": "1983-12-05"})
    assert counts(whole) == [4, 4, 0, 0, 0, 0]
    assert [clerk.get(f"/customers/{one}").status_code for one in ("0010", "0011")] == [200, 200]
    assert "cell-" not in whole


def test_a_column_that_is_not_known_is_chosen_or_left_out(branch: Branch) -> None:
    clerk = branch.signed_in("clerk")
    path = send(branch, clerk, "customer_no,叫什么,到期日\n0008,客户8,2027-01-02\n")
    page = said(clerk, path)
    assert "Choose below which it is, or leave it out." in page
    assert "--" not in page.partition("<main")[2]
    assert 'value="apply"' not in page
    columns = {
        "count": "3",
        "header-0": "customer_no",
        "field-0": "customer_no",
        "header-1": "叫什么",
        "header-2": "到期日",
    }
    twice = act(branch, clerk, path, "columns", **columns, **{"field-1": "customer_no", "field-2": "-"})
    assert "stands more than once in the header" in twice
    assert 'value="apply"' not in twice
    page = act(branch, clerk, path, "columns", **columns, **{"field-1": "name", "field-2": "-"})
    assert counts(page) == [1, 1, 0, 0, 0, 0]
    act(branch, clerk, path, "apply")
    assert "客户8" in clerk.get("/customers/0008").text


def test_a_list_and_its_rejects_are_nobody_elses(branch: Branch) -> None:
    clerk = branch.signed_in("clerk")
    path = send(branch, clerk, MIXED)
    act(branch, clerk, path, "apply")
    assert "客户10" in clerk.get(f"{path}/rejects").text
    added = {"login": "clerk2", "role": "clerk", "password": PASSWORD}
    branch.signed_in("administrator").post("/users", data=added)
    other = branch.signed_in("clerk2")
    assert [other.get(one).status_code for one in (path, f"{path}/rejects")] == [404, 404]
    assert other.post(path, data={"deed": "mend"}).status_code == 404
    assert "名单" not in other.get("/import").text


def test_what_a_job_holds_is_forgotten_after_some_days(branch: Branch) -> None:
    clerk = branch.signed_in("clerk")
    waiting, done = send(branch, clerk, GOOD), send(branch, clerk, MIXED)
    act(branch, clerk, done, "apply")
    branch.later(days=4)
    clerk = branch.signed_in("clerk")
    send(branch, clerk, "customer_no\n0001\n")
    assert "its file is forgotten" in said(clerk, waiting).lower()
    assert clerk.get(f"{done}/rejects").status_code == 404
    with db.reading(branch.engine) as connection:
        assert connection.scalar(text("SELECT count(*) FROM import_jobs WHERE content IS NOT NULL")) == 1
    assert counts(said(clerk, done)) == [4, 2, 0, 0, 2, 0]


def test_the_nightly_job_forgets_what_nobody_asks_for_and_no_page_shows_it_any_more(branch: Branch) -> None:
    clerk = branch.signed_in("clerk")
    waiting, clean, lost = (send(branch, clerk, GOOD) for _ in range(3))
    act(branch, clerk, clean, "apply")
    with db.writing(branch.engine) as connection:
        connection.execute(text("UPDATE import_jobs SET status = 'applying' WHERE id = 3"))
    branch.later(days=4)
    clerk = branch.signed_in("clerk")

    def told(path: str) -> str:
        return said(clerk, path).partition("<section")[2].partition("</main")[0]

    pages = [told(one) for one in (waiting, clean, lost)]
    assert "客户8" not in "".join(pages)
    assert [("its file is forgotten" in one.lower(), "are forgotten now" in one) for one in pages] == [
        (True, False), (False, True), (True, False),
    ]  # fmt: skip
    act(branch, clerk, waiting, "apply")
    call = jobs.Call(
        engine=branch.engine, settings=branch.settings, language="en", as_of=MONDAY, at=branch.moment,
        stop=threading.Event(),
    )  # fmt: skip
    jobs.WORKS["release"](call)
    with db.reading(branch.engine) as connection:
        kept = connection.execute(text("SELECT status, content, mendable, columns FROM import_jobs ORDER BY id")).all()
    assert [tuple(one) for one in kept] == [(status, None, None, None) for status in ("expired", "done", "expired")]
    assert [told(one) for one in (waiting, clean, lost)] == pages


def test_a_job_whose_process_ended_says_so_and_is_started_again(branch: Branch) -> None:
    clerk = branch.signed_in("clerk")
    path = send(branch, clerk, GOOD)
    with db.writing(branch.engine) as connection:
        connection.execute(text("UPDATE import_jobs SET status = 'applying'"))
    lock = locks.take(branch.engine, LOCK)
    assert lock is not None
    page = clerk.get(path)
    branch.house.imports.finish()
    assert page.headers["refresh"] == "2"
    assert "Being taken in" in said(clerk, path)  # another process is at work on it
    branch.house.imports.finish()
    lock.release()
    clerk.get(path)
    branch.house.imports.finish()
    assert "The work on this list was stopped before its end" in said(clerk, path)
    assert counts(act(branch, clerk, path, "again")) == [2, 2, 0, 0, 0, 0]
    assert counts(act(branch, clerk, path, "apply")) == [2, 2, 0, 0, 0, 0]


def test_a_file_that_is_no_list_fails_in_a_sentence(branch: Branch) -> None:
    clerk = branch.signed_in("clerk")
    path = send(branch, clerk, "PK\x03\x04 no workbook", name="../../list.xlsx")
    page = said(clerk, path)
    assert "Failed" in page
    assert ".." not in page.partition("<main")[2]
    assert "expired" in act(branch, clerk, path, "drop").lower()
    assert branch.troubles == []


@pytest.mark.parametrize("typed", [
    {"deed": "columns", "count": "abc"}, {"deed": "columns", "count": "99999"}, {"deed": "columns", "header-x": ""},
    {"deed": "mend", f"cell-{'9' * 5000}-0": "1"}, {"deed": "mend", "cell-²-0": "1"},
])  # fmt: skip
def test_a_form_that_no_page_of_ours_sends_fails_nothing(branch: Branch, typed: dict[str, str]) -> None:
    clerk = branch.signed_in("clerk")
    path = send(branch, clerk, MIXED)
    if typed["deed"] == "mend":
        act(branch, clerk, path, "apply")
    assert counts(act(branch, clerk, path, **typed)) == [4, 2, 0, 0, 2, 0]
    assert branch.troubles == []


def test_a_double_tap_sends_a_list_once(branch: Branch) -> None:
    clerk = branch.signed_in("clerk")
    for _ in range(2):
        sent = {"kind": "customers", "form_key": "one"}
        clerk.post("/import", data=sent, files={"file": ("list.csv", GOOD.encode())})
        branch.later(**{"seconds": timedelta(seconds=1).seconds})
    branch.house.imports.finish()
    assert clerk.get("/import").text.count("list.csv") == 1
