"""A changed standard is rehearsed: what it would do, against the one that holds, before it is put to use."""

from __future__ import annotations

from pathlib import Path

import pytest

from commands import Desk, in_a_sentence
from desks.branch_desk import LATE

SHIPPED = (Path(__file__).parents[2] / "fixtures" / "standards" / "life-cn.yaml").read_text("utf-8")
BIRTHDAY = SHIPPED[SHIPPED.index("  - code: birthday-greeting\n") :]
BIRTHDAY = BIRTHDAY[: BIRTHDAY.index("  - code:", 10)]

TREE_CALL = """  - code: tree-call
    name: Call on Arbor Day
    name_zh: 植树节问候
    level: encouraged
    stage: trust
    subject: customer
    trigger: {kind: calendar, every: year, month: 3, day: 12}
    window: {before: 1, after: 3}
    channels: [call]

"""
FEWER = SHIPPED.replace(BIRTHDAY, TREE_CALL)
"""Nobody is greeted on birthdays, and everybody is called on Arbor Day."""

OFF = SHIPPED.replace(BIRTHDAY, BIRTHDAY.replace("    channels:", "    enabled: false\n    channels:", 1))
WOMEN = SHIPPED.replace(BIRTHDAY, BIRTHDAY.replace("    channels:", "    audience: {min_age: 90}\n    channels:", 1))
DAYS = ("--from", "2026-03-01", "--to", "2027-02-28", "--as-of", LATE)


def rehearsed(desk: Desk, text: str, *more: str) -> list[dict[str, object]]:
    """Rehearse a standard for a year, and return the rows."""
    rows: list[dict[str, object]] = desk.ask("rehearse", desk.write("mine.yaml", text), *DAYS, *more)
    return rows


def test_what_comes_and_goes_is_counted_by_service(late: Desk) -> None:
    gone, new = rehearsed(late, FEWER)
    assert (gone["service"], gone["before"], gone["removed"], gone["after"]) == ("birthday-greeting", 1, 1, 0)
    assert (gone["messages_before"], gone["messages_after"], gone["cost_before"]) == (1, 0, "0.05")
    assert (new["service"], new["before"], new["added"], new["after"]) == ("tree-call", 0, 1, 1)


def test_the_load_of_every_week_stands_before_and_after(late: Desk) -> None:
    rows = rehearsed(late, FEWER, "--load")
    (changed,) = [row for row in rows if row["more"]]
    assert {name: changed[name] for name in ("agent_no", "week", "before", "after", "more")} == {
        "agent_no": "A1", "week": "2026-W11", "before": 2.0, "after": 2.2, "more": 0.2,
    }  # fmt: skip
    assert len(rows) > 1


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (FEWER, "the standard no longer has this service"),
        (OFF, "the standard has switched this service off"),
        (WOMEN, "the customer is too young for it, or the birthday is not known"),
    ],
)
def test_what_is_removed_has_its_reason(late: Desk, text: str, why: str) -> None:
    first = rehearsed(late, text, "--samples")[0]
    assert (first["service"], first["change"], first["customer_no"], first["why"]) == (
        "birthday-greeting", "removed", "C1", why,
    )  # fmt: skip


def test_the_screen_shows_everything_in_the_words_of_its_reader(late: Desk) -> None:
    file = late.write("mine.yaml", FEWER)
    english = late.do("rehearse", file, *DAYS)
    for words in ("Birthday wishes", "Load of agents", "so far: the standard has not had this service", "2026-W11"):
        assert words in english
    assert "目前：标准中尚无此项服务" in late.do("rehearse", file, *DAYS, "--lang", "zh")


def test_the_same_standard_changes_nothing_and_nothing_is_written(late: Desk) -> None:
    assert "Nothing changes" in late.do("rehearse", late.write("mine.yaml", SHIPPED), *DAYS)
    assert rehearsed(late, SHIPPED) == []
    rehearsed(late, FEWER)
    assert "tree-call" not in late.do("standard", "show", "--format", "json")


def test_odd_questions_are_refused_in_a_sentence(late: Desk) -> None:
    file = late.write("mine.yaml", FEWER)
    broken = late.write("broken.yaml", SHIPPED.replace("level: assessed", "level: cheered", 1))
    asked = {
        (file, "2026-03-01", "2026-02-01"): (2, "--from 2026-03-01 lies after --to 2026-02-01"),
        (file, "2026-03-01", "2030-02-01"): (2, "800 days at most"),
        (broken, "2026-03-01", "2026-04-01"): (1, "level"),
        (late.folder / "none.yaml", "2026-03-01", "2026-04-01"): (1, "There is no file"),
    }
    for (path, first, last), (status, words) in asked.items():
        result = late.run("rehearse", path, "--from", first, "--to", last)
        assert result.status == status
        assert words in result.err
    result = late.run("rehearse", file, *DAYS, "--load", "--samples")
    assert in_a_sentence(result)
    assert result.status == 2
