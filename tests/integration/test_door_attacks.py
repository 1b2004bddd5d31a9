"""What is sent to the door before anybody has come in: addresses that lead on, files of strangers, half sessions."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.testclient import TestClient

from desks.page_book import PASSWORD, Branch, branch_in
from policyserve.access.users import Place
from policyserve.access.viewer import SYSTEM
from policyserve.operations import users
from policyserve.web.probes import Probes
from policyserve.web.webhooks import Gateways, make_app

FILE = {"file": ("a.csv", b"customer_no,name\nC9,y\n")}


@pytest.fixture(scope="module")
def branch(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Iterator[Branch]:
    with branch_in(tmp_path_factory.mktemp("door"), sqlite_template) as made:
        yield made


def whole(pages: Starlette | None) -> TestClient:
    probes = Probes(leads=lambda: True, stopping=lambda: False, look=dict, ready=lambda: True)
    app = make_app(Gateways({}), lambda *_: None, probes=probes, trouble=lambda *_: None, pages=pages)
    return TestClient(app, base_url="http://evil.example")


def test_an_address_with_a_slash_too_many_leads_nowhere(branch: Branch) -> None:
    """A way on would name the host that the request has named."""
    for client in (branch.signed_in("agent"), whole(branch.pages), whole(None)):
        for path in ("/today/", "/sign-in/", "/api/v1", "/api/v1/tasks/", "/callbacks/file/", "/live/", "/static/"):
            answer = client.get(path, headers={"host": "evil.example"}, follow_redirects=False)
            assert (answer.status_code, "location" in answer.headers) == (404, False), path


def test_a_file_is_read_only_of_whoever_may_send_one(branch: Branch, monkeypatch: pytest.MonkeyPatch) -> None:
    def read(*_given: object, **_named: object) -> None:
        raise AssertionError("this was read")

    agent, clerk, stranger = branch.signed_in("agent"), branch.signed_in("clerk"), branch.browser()
    monkeypatch.setattr(Request, "form", read)
    assert agent.post("/import", data={"kind": "customers"}, files=FILE).status_code == 403
    elsewhere = clerk.post("/import", data={"kind": "customers"}, files=FILE, headers={"sec-fetch-site": "cross-site"})
    assert elsewhere.status_code == 403
    answer = stranger.post("/import", data={"kind": "customers"}, files=FILE, follow_redirects=False)
    assert answer.headers["location"].startswith("/sign-in?")
    for browser, path in ((agent, "/tasks/1/done"), (stranger, "/sign-in"), (clerk, "/language"), (clerk, "/nowhere")):
        assert browser.post(path, data={"channel": "visit"}, files=FILE).status_code in {403, 404, 405}, path
    assert (branch.status(1), branch.troubles) == ("open", [])


def test_a_half_session_is_signed_out(branch: Branch) -> None:
    users.add_user(
        branch.engine, SYSTEM, "second", Place(role="administrator"), password=PASSWORD, name=None,
        at=branch.moment,
    )  # fmt: skip
    browser = branch.signed_in("second")
    browser.post("/account/second-factor")
    key = browser.get("/second-factor").text.partition('class="secret">')[2].partition("<")[0]
    pyotp = pytest.importorskip("pyotp")
    browser.post("/second-factor", data={"code": pyotp.TOTP(key).at(branch.moment)})
    half = branch.signed_in("second")
    assert 'action="/sign-out"' in half.get("/second-factor").text
    answer = half.post("/sign-out", follow_redirects=False)
    assert (answer.headers["location"], branch.log()[-1]) == ("/sign-in", ("second", "signed out", None))
    assert half.get("/second-factor", follow_redirects=False).headers["location"] == "/sign-in"
    assert branch.browser().post("/sign-out", follow_redirects=False).headers["location"] == "/sign-in"
    assert branch.log()[-2][1] != "signed out"
