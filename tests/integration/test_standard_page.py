"""The standard on its page: read by all but agents, changed by clerks after they have seen what would be different."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import httpx2
import pytest
from starlette.testclient import TestClient

from desks.page_book import Branch, branch_in
from desks.standard_text import HEAD, VISIT, visit
from policyserve.operations.standards import standard_on
from policyserve.web.carried_files import LARGEST, packed

CHECK = {"deed": "check", "from": "2026-06-01"}


@pytest.fixture(scope="module")
def branch(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Iterator[Branch]:
    with branch_in(tmp_path_factory.mktemp("standards"), sqlite_template) as made:
        yield made


def sent(browser: TestClient, text: str | bytes, **form: str) -> httpx2.Response:
    content = text if isinstance(text, bytes) else text.encode()
    return browser.post("/standard", data=CHECK | form, files={"file": ("ours.yaml", content)})


def hidden(said: str) -> dict[str, str]:
    return dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', said.partition('id="checked"')[2]))


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("who", ["manager", "clerk", "administrator", "auditor"])
def test_the_standard_in_force_is_told_in_words(branch: Branch, who: str, language: str) -> None:
    said = branch.signed_in(who, language).get("/standard").text
    assert ("half-year-visit" in said, "生日" in said) == (False, language == "zh")
    assert ('type="file"' in said) == (who in {"clerk", "administrator"})


def test_what_would_change_is_told_before_anything_changes(branch: Branch) -> None:
    clerk = branch.signed_in("clerk")
    said = sent(clerk, visit(name="Call", channels="[call]")).text
    assert "&#39;Small&#39;, version 1, is valid" in said
    rows = [re.findall(r"<td[^>]*>(.*?)</td>", row) for row in re.findall(r"<tr>(.*?)</tr>", said, re.DOTALL)]
    assert ["Call", "new", "When", "", "issue + 1 month; on the day"] in rows
    assert sum(row[1:2] == ["gone"] for row in rows) > 20
    assert len(standard_on(branch.engine, date(2026, 6, 1)).services) > 20


def test_a_standard_is_put_to_use_once_and_noted(branch: Branch) -> None:
    clerk = branch.signed_in("clerk")
    form = hidden(sent(clerk, HEAD + VISIT).text) | {"deed": "use"}
    assert [clerk.post("/standard", data=form, follow_redirects=False).status_code for _ in range(2)] == [303, 303]
    assert standard_on(branch.engine, date(2026, 6, 1)).name == "Small"
    assert standard_on(branch.engine, date(2026, 5, 31)).name != "Small"
    assert branch.log().count(("clerk", "standard put to use", "2026-06-01")) == 1
    assert "2026-06-01" in clerk.get("/standard").text
    assert "Nothing would change." in sent(clerk, HEAD + VISIT).text


def test_a_changed_rule_is_told_field_by_field(branch: Branch) -> None:
    clerk = branch.signed_in("clerk")
    clerk.post("/standard", data=hidden(sent(clerk, HEAD + VISIT).text) | {"deed": "use"})
    said = sent(clerk, "grace_days: 30\n" + visit(window="{after: 3}", once_per="customer")).text
    rows = [re.findall(r"<td[^>]*>(.*?)</td>", row) for row in re.findall(r"<tr>(.*?)</tr>", said, re.DOTALL)]
    assert ["", "changed", "Days of grace", "60", "30"] in rows
    assert ["Visit", "changed", "On time", "on the day", "the day to 3 days after"] in rows
    assert ["Visit", "changed", "once_per", "policy", "customer"] in rows


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (visit(level="nice"), "ours.yaml line"),
        ("a: [", "the YAML cannot be read here"),
        ("services: !!python/object/apply:os.system [x]", "ours.yaml line 1"),
        ("&a [*a, *a]", "ours.yaml"),
        ("", "the file is empty"),
        (b"\xff\xfe\x00", "cannot be read as a UTF-8 text"),
        ("[" * 5000, "ours.yaml"),
    ],
)
def test_a_bad_file_is_refused_with_the_sentence_of_the_command(branch: Branch, text: str | bytes, told: str) -> None:
    answer = sent(branch.signed_in("clerk"), text)
    assert (answer.status_code, told in answer.text, 'id="checked"' in answer.text) == (422, True, False)
    assert branch.troubles == []


def test_a_large_file_and_one_that_unpacks_to_more_are_refused(branch: Branch) -> None:
    clerk = branch.signed_in("clerk")
    assert sent(clerk, "# x\n" * LARGEST).status_code == 413
    for field in (packed(b"#" * (LARGEST + 1)), "no such thing", ""):
        answer = clerk.post("/standard", data={"deed": "use", "from": "2026-06-01", "document": field})
        assert answer.status_code == 403, field[:20]
    assert sent(clerk, HEAD + VISIT, **{"from": "soon"}).status_code == 422
    assert branch.troubles == []


def test_a_day_without_a_file_is_refused(branch: Branch) -> None:
    assert branch.signed_in("clerk").post("/standard", data=CHECK).status_code == 422
