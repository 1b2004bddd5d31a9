"""Settings and days off on their pages: every setting with its meaning, no secret, and what a calendar would change."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from desks.page_book import Branch, branch_in
from policyserve.config import Settings, fixture
from policyserve.settings_file import SettingsFile
from policyserve.settings_file.meanings import FIELDS, VARIABLES
from policyserve.settings_file.section import Section

HUSH = "hush-hush-hush"

GIVEN: dict[str, Any] = {
    "messages": {"signature": "Ours", "approval": ["marketing"]},
    "gateways": {"vendor": {"kind": "http", "url": f"https://{HUSH}", "push": {"token": HUSH}}},
    "sign_in": {"oidc": {"issuer": "https://id.example", "client_id": "us", "client_secret": HUSH}},
}


@pytest.fixture(scope="module")
def branch(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Iterator[Branch]:
    with branch_in(tmp_path_factory.mktemp("settings"), sqlite_template) as made:
        made.settings = Settings(
            database_url=f"postgresql://desk:{HUSH}@db.example/book?sslpassword={HUSH}",
            file=SettingsFile.model_validate(GIVEN),
        )
        made.__post_init__()
        yield made


def rows(said: str, key: int = 0) -> dict[str, list[str]]:
    found = (re.findall(r"<td[^>]*>(.*?)</td>", row) for row in re.findall(r"<tr>(.*?)</tr>", said, re.DOTALL))
    told = [[re.sub(r"<[^>]+>", "", cell) for cell in row] for row in found if row]
    return {row[key]: row[1:] for row in told}


def test_every_setting_has_its_value_its_meaning_and_where_it_comes_from(
    branch: Branch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("POLICYSERVE_SECRET_KEY", HUSH)
    monkeypatch.delenv("POLICYSERVE_METRICS_TOKEN", raising=False)
    said = branch.signed_in("administrator").get("/settings").text
    told = rows(said, -1)
    assert told["messages.signature"][:2] == ["Ours", "file"]
    assert told["messages.hotline"][:2] == ["95500", "default"]
    assert told["messages.hours.duty"][:2] == ["08:00 - 21:00", "default"]
    assert told["gateways.vendor"][:2] == ["http", "file"]
    assert told["sign_in.oidc"][0].startswith("issuer: https://id.example; client_id: us; client_secret: set")
    assert told["POLICYSERVE_SECRET_KEY"][:2] == ["set", "environment"]
    assert told["POLICYSERVE_METRICS_TOKEN"][:2] == ["not set", "default"]
    assert told["POLICYSERVE_DATABASE_URL"][:2] == ["postgresql: db.example/book", "command"]
    plain = html.unescape(said)
    assert [one for one in (*FIELDS.values(), *VARIABLES.values()) if one not in plain] == []


@pytest.mark.parametrize("language", ["en", "zh"])
def test_no_secret_stands_on_the_page_or_in_its_files(
    branch: Branch, language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("POLICYSERVE_SECRET_KEY", HUSH)
    browser = branch.signed_in("administrator", language)
    assert HUSH not in browser.get("/settings").text
    for table in (0, 1):
        answer = browser.get(f"/settings?form=xlsx&table={table}")
        assert (answer.status_code, HUSH.encode() in answer.content) == (200, False)


def leaves(section: type[Section], path: str = "") -> Iterator[str]:
    for name, field in section.model_fields.items():
        kind = field.annotation
        if path + name in FIELDS or not (isinstance(kind, type) and issubclass(kind, Section)):
            yield path + name
        else:
            yield from leaves(kind, f"{path}{name}.")


def test_every_field_of_the_file_has_a_meaning_and_no_meaning_is_left_over() -> None:
    assert set(leaves(SettingsFile)) - {"gateways"} == set(FIELDS)


def sent(branch: Branch, content: bytes) -> httpx2.Response:
    return branch.signed_in("administrator").post("/days-off", files={"file": ("ours.yaml", content)})


def test_the_calendar_in_force_is_told_by_year_with_what_is_missing(branch: Branch) -> None:
    said = branch.signed_in("administrator").get("/days-off").text
    told = rows(said)
    assert told["2026"][0] == "yes"
    assert "10-01.." in told["2026"][1]
    assert told["2027"][0] == "no"
    assert "The days off of 2027 are not yet published" in said


def test_a_calendar_that_is_sent_tells_which_days_would_be_different(branch: Branch) -> None:
    shipped = fixture("calendars", "cn.yaml").read_text("utf-8")
    assert "Nothing would change." in sent(branch, shipped.encode()).text
    more = shipped.replace(
        "published_years:\n", "published_years:\n  - year: 2027\n    off: [12-30]\n    work: [01-02]\n"
    )
    assert more != shipped
    told = rows(sent(branch, more.encode()).text)
    assert told["2027-12-30"] == ["working day", "day off"]
    assert told["2027-01-02"] == ["day off", "working day"]


@pytest.mark.parametrize(
    "content",
    [
        b"", b"\xff\xff", b"- 1", b"name: x", b"a: &a [1]\nb: *a", b"x: !!python/object/apply:os.getcwd []",
        b"[" * 3000, b"# x\n" * 200_000,
    ],
)  # fmt: skip
def test_a_file_that_is_no_calendar_is_refused_in_words(branch: Branch, content: bytes) -> None:
    answer = sent(branch, content)
    assert (answer.status_code in {413, 422}, 'id="checked"' in answer.text) == (True, False)
    assert branch.troubles == []
