"""Forms for users that were refused: each keeps what was typed, and its refusal stands beside it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from httpx2 import Response

from desks.page_book import Branch, branch_in


@pytest.fixture(scope="module")
def branch(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Iterator[Branch]:
    with branch_in(tmp_path_factory.mktemp("users"), sqlite_template) as made:
        yield made
        assert made.troubles == []


def refused(answer: Response) -> dict[str, str]:
    """Return the parts of the page that hold a refusal, by whose they are; "" is the form for another user."""
    assert answer.status_code == 422
    rows, _, another = answer.text.partition('id="add"')
    parts = {re.sub(r"<[^>]+>", "", one.partition("</td>")[0]): one for one in rows.split('<tr><td class="held">')}
    return {name: part for name, part in {**parts, "": another}.items() if 'role="alert"' in part}


def test_another_role_that_is_refused_stays_in_its_row(branch: Branch) -> None:
    typed = {"deed": "role", "role": "manager", "agent_no": "nobody-77", "branch": ""}
    (found,) = refused(branch.signed_in("administrator").post("/users/other", data=typed)).items()
    name, row = found
    assert (name, "<details open>" in row, row.count('value="nobody-77"')) == ("other", True, 1)
    assert '<option value="manager" selected>' in row


def test_a_short_password_is_refused_in_its_row(branch: Branch) -> None:
    answer = branch.signed_in("administrator").post("/users/clerk", data={"deed": "reset", "password": "short"})
    assert list(refused(answer)) == ["clerk"]
    assert "short" not in answer.text


def test_another_user_who_is_refused_stays_in_the_form_below(branch: Branch) -> None:
    typed = {"login": "agent", "name": "王一", "role": "clerk", "branch": "North", "password": "long enough for all"}
    (found,) = refused(branch.signed_in("administrator").post("/users", data=typed)).items()
    assert found[0] == ""
    assert ['value="王一"' in found[1], 'value="North"' in found[1]] == [True, True]


def test_a_row_begins_with_what_its_user_is(branch: Branch) -> None:
    rows = branch.signed_in("administrator").get("/users").text.split('<tr><td class="held">')
    (other,) = [one for one in rows if one.startswith("other<")]
    assert ['<option value="agent" selected>' in other, 'value="1003"' in other] == [True, True]
