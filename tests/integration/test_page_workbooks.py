"""Tables of pages as files for Excel: the same rows and masks as on the page, and a name in its language."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import polars as pl
import pytest
from starlette.testclient import TestClient

from desks.page_book import USERS, Branch, branch_in


@pytest.fixture(scope="module")
def branch(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Iterator[Branch]:
    with branch_in(tmp_path_factory.mktemp("workbooks"), sqlite_template) as made:
        yield made


def sheet(browser: TestClient, path: str) -> list[tuple[Any, ...]]:
    answer = browser.get(path)
    assert (answer.status_code, answer.headers["content-type"]) == (
        200, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    )  # fmt: skip
    return cells(answer.content)


def cells(content: bytes) -> list[tuple[Any, ...]]:
    return pl.read_excel(io.BytesIO(content), has_header=False, infer_schema_length=0).rows()


def test_an_agents_list_has_their_customers_and_no_other(branch: Branch) -> None:
    rows = sheet(branch.signed_in("agent"), "/customers?q=C&form=xlsx")
    assert rows[0] == ("Customer", "Name", "Phone", "VIP", "Grade")
    assert [row[0] for row in rows[1:]] == ["C1"]
    assert "13900000001" in rows[1]


def test_a_managers_list_masks_phones_as_the_page_does(branch: Branch) -> None:
    rows = sheet(branch.signed_in("manager"), "/customers?form=xlsx")
    assert [row[0] for row in rows[1:]] == ["C1", "C2"]
    assert "13900000001" not in str(rows)


def test_a_file_is_called_as_its_table_in_the_language_of_the_page(branch: Branch) -> None:
    answer = branch.signed_in("manager", "zh").get("/customers?form=xlsx")
    kept = answer.headers["content-disposition"]
    assert unquote(kept).startswith("attachment; filename*=UTF-8''客户")
    assert cells(answer.content)[0][0] == "客户"


@pytest.mark.parametrize(
    ("who", "path"),
    [
        ("manager", "/board"),
        ("agent", "/targets"),
        ("administrator", "/users"),
        ("auditor", "/audit"),
        ("clerk", "/customers"),
        ("clerk", "/standard"),
        ("clerk", "/jobs"),
        ("administrator", "/settings"),
        ("administrator", "/days-off"),
        ("agent", "/today"),
        ("agent", "/schedule?day=2026-05-04"),
        ("agent", "/customers/C1"),
        ("manager", "/customers/C1"),
    ],
)
def test_every_table_has_a_link_to_its_file(branch: Branch, who: str, path: str) -> None:
    browser = branch.signed_in(who)
    links = [part.partition('"')[0] for part in browser.get(path).text.split('<p class="file"><a href="')[1:]]
    assert links
    base = path.partition("?")[0]
    for link in links:
        assert len(sheet(browser, base + link.replace("&amp;", "&"))) > 1, link
    assert browser.get(f"{base}?form=xlsx&table=77").status_code == 404
    assert branch.troubles == []


def test_the_users_file_says_who_they_are_and_nothing_secret(branch: Branch) -> None:
    rows = sheet(branch.signed_in("administrator"), "/users?form=xlsx")
    assert {row[0] for row in rows[1:]} == set(USERS)
    assert "argon2" not in str(rows)
