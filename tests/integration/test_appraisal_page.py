"""The appraisal on its page and by the API: whom a manager sees, a sheet for each, verdicts in words."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from desks.page_book import Branch, branch_in


@pytest.fixture(scope="module")
def branch(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Iterator[Branch]:
    with branch_in(tmp_path_factory.mktemp("appraisal"), sqlite_template) as made:
        yield made
        assert made.troubles == []


def test_a_manager_sees_a_sheet_for_each_agent_below_and_for_nobody_else(branch: Branch) -> None:
    page = branch.signed_in("manager", "zh").get("/appraisal?month=2026-05").text
    sheets = page.split('class="card sheet"')[1:]
    assert len(sheets) == len(rows := told(branch, "manager"))
    assert all(any(str(row["agent_no"]) in sheet for sheet in sheets) for row in rows)
    assert all("三项指标" in sheet for sheet in sheets)
    assert any(word in page for word in ("达标", "无可考核"))
    assert "1004" not in page


def told(branch: Branch, login: str, by: str = "agent") -> list[dict[str, object]]:
    answer = branch.machine(login).get(f"/appraisals/2026-05?by={by}")
    assert answer.status_code == 200, answer.text
    rows: list[dict[str, object]] = answer.json()["rows"]
    return rows


def test_the_api_tells_the_same_of_those_in_scope(branch: Branch) -> None:
    assert {row["agent_no"] for row in told(branch, "agent")} == {"1002"}
    row = told(branch, "manager")[0]
    assert {"reached", "kept_enough", "referred_enough", "added_enough"} <= set(row)
    assert all("agent_no" not in row for row in told(branch, "manager", "team"))
    assert branch.machine("manager").get("/appraisals/2999-01").status_code == 422


def test_a_month_that_is_none_is_refused_beside_the_one_of_today(branch: Branch) -> None:
    manager = branch.signed_in("manager")
    for month in ("2999-01", "soon"):
        page = manager.get(f"/appraisal?month={month}")
        assert "2026-05" in page.text
        assert month in page.text
    assert manager.get("/appraisal?form=xlsx&table=0&month=2026-05").status_code == 200
    assert 'value="team" selected' in manager.get("/appraisal?month=2026-05&by=team").text
