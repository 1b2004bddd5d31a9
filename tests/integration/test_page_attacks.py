"""What no browser of ours would send: signs that no database takes, keys that no row has; no page fails by it."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine, text

from desks.page_book import PASSWORD, Branch, take_branch
from policyserve import db
from policyserve.access import throttle
from policyserve.access.audit import CODES

TOO_LARGE = ("2147483648", "9" * 30)
HIDDEN = "gl\0a\u202ed"


@pytest.fixture
def branch(engine: Engine) -> Branch:
    return take_branch(engine)


@pytest.mark.parametrize("path", ["/tasks/{}", "/tasks/{}/done", "/tasks/{}/skip", "/tasks/{}/put-off"])
def test_a_key_that_no_row_can_have_is_not_found(branch: Branch, path: str) -> None:
    agent = branch.signed_in("agent")
    for key in TOO_LARGE:
        assert agent.get(path.format(key)).status_code == 404
        assert agent.post(path.format(key), data={"channel": "visit"}).status_code in {404, 405}
    assert branch.troubles == []


def test_the_audit_log_before_no_entry_is_shown(branch: Branch) -> None:
    auditor = branch.signed_in("auditor")
    assert [auditor.get(f"/audit?before={key}").status_code for key in TOO_LARGE] == [200, 200]
    assert branch.troubles == []


@pytest.mark.parametrize("day", ["9999-12-31", "0001-01-01"])
def test_the_audit_log_of_a_day_at_the_end_of_time_is_shown(branch: Branch, day: str) -> None:
    assert branch.signed_in("auditor").get("/audit", params={"on": day}).status_code == 200
    assert branch.troubles == []


@pytest.mark.parametrize("path", ["/tasks/1/done", "/customers/C1/contact"])
def test_a_mark_of_thousands_of_digits_is_refused(branch: Branch, path: str) -> None:
    typed = {"service": "contact", "channel": "visit", "satisfaction": "9" * 5000}
    answer = branch.signed_in("agent").post(path, data=typed)
    assert answer.status_code == 422
    assert "The satisfaction is 999999999" in answer.text
    assert (branch.status(1), branch.troubles) == ("open", [])


def test_signs_that_no_database_takes_reach_none(branch: Branch) -> None:
    agent, administrator = branch.signed_in("agent"), branch.signed_in("administrator")
    assert agent.get("/customers/%00C9").status_code == 404
    assert agent.get("/customers?q=%00").status_code == 200
    assert administrator.post("/users/%00", data={"do": "disable"}).status_code == 404
    assert branch.browser().post("/sign-in", data={"login": "\0", "password": "\0"}).status_code == 422
    assert branch.troubles == []


def test_what_is_written_down_has_only_signs_that_one_sees(branch: Branch) -> None:
    typed = {"channel": "visit", "outcome": HIDDEN, "note": f"{HIDDEN}\r\nagain", "form_key": "\0"}
    assert branch.signed_in("agent").post("/tasks/1/done", data=typed, follow_redirects=False).status_code == 303
    with db.reading(branch.engine) as connection:
        assert connection.execute(text("SELECT outcome, note FROM contacts")).one() == ("glad", "glad\nagain")
    assert branch.troubles == []


def test_a_password_is_taken_as_it_was_typed(branch: Branch) -> None:
    wrong = {"login": "agent", "password": f"{PASSWORD}\u200b"}
    assert branch.browser().post("/sign-in", data=wrong).status_code == 422


def test_the_audit_log_is_searched_by_who_what_number_and_day(branch: Branch) -> None:
    branch.signed_in("agent").post("/tasks/1/done", data={"channel": "visit"})
    auditor = branch.signed_in("auditor")
    done = CODES.index("task done") + 1
    for asked, found in {
        f"who=agent&what={done}": True, "number=1": True, "on=2026-05-04&who=agent": True, "on=nonsense": True,
        f"who=other&what={done}": False, "number=2": False, "on=2026-05-05": False, "who=' OR 1=1": False,
    }.items():  # fmt: skip
        assert ("<td>task done</td>" in auditor.get(f"/audit?{asked}").text) is found, asked
    assert branch.troubles == []


def test_an_account_that_failed_meanwhile_is_throttled_and_the_try_counts_for_nothing(
    branch: Branch, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The right password is looked at while five wrong ones of others come in."""

    def slowly(*_given: str | None) -> bool:
        with db.writing(branch.engine) as connection:
            for _ in range(5):
                throttle.fail(connection, "agent", "elsewhere", branch.moment)
        return True

    monkeypatch.setattr("policyserve.operations.sessions.is_password", slowly)
    answer = branch.browser().post("/sign-in", data={"login": "agent", "password": PASSWORD})
    assert answer.status_code == 429
    with db.reading(branch.engine) as connection:
        assert connection.scalar(text("SELECT count(*) FROM sign_in_attempts")) == 5
    assert branch.log() == [("agent", "sign-in throttled", None)]


@pytest.mark.parametrize("origin", ["null", "http://branch.evil.example", "http://evil.example/http://branch", ""])
def test_a_form_from_elsewhere_does_nothing_where_the_browser_says_its_origin_alone(
    branch: Branch, origin: str
) -> None:
    agent = branch.signed_in("agent")
    del agent.headers["sec-fetch-site"]
    answer = agent.post("/tasks/1/done", data={"channel": "visit"}, headers={"origin": origin})
    assert (answer.status_code, branch.status(1)) == (403, "open")


def test_no_header_is_made_of_what_was_sent(branch: Branch) -> None:
    browser = branch.browser()
    typed = {"login": "agent", "password": PASSWORD, "next": "/today\r\nset-cookie: a=b"}
    answer = browser.post("/sign-in", data=typed, follow_redirects=False)
    assert "a=b" not in str(answer.headers.multi_items())
    assert answer.headers["location"] in {"/", "/today"} or "\n" not in answer.headers["location"]
