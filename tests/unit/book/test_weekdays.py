"""Weekdays, days and languages as people write them in lists."""

from __future__ import annotations

import pytest

from policyserve.book import languages, weekdays

UNDERSTOOD = {
    "1,3": "1,3", "1-5": "1,2,3,4,5", "Mon,Tue": "1,2", "mon - fri": "1,2,3,4,5", "周一、周二": "1,2",
    "周一至周五": "1,2,3,4,5", "星期六到星期天": "6,7", "周一三五": "1,3,5", "周末": "6,7", "礼拜天": "7",
    "6-1": "1,6,7",
    "工作日，2026-12-24": "1,2,3,4,5,2026-12-24", "2026-12-24 周三": "3,2026-12-24", "Thursday": "4",
}  # fmt: skip


@pytest.mark.parametrize(("written", "kept"), UNDERSTOOD.items())
def test_days_are_understood_and_kept_in_one_way(written: str, kept: str) -> None:
    assert weekdays.parse(written) == kept
    assert weekdays.parse(kept) == kept


@pytest.mark.parametrize(
    "written", ["8", "0", "晚上", "2026-13-01", "2026-02-30", "mon-", "下周", "周", "1-5-7", "12-24"]
)
def test_what_names_no_days_is_not_guessed(written: str) -> None:
    assert weekdays.parse(written) is None


def test_days_are_said_in_the_language_of_the_reader() -> None:
    assert weekdays.said("1,7,2026-12-24", "en") == "Monday, Sunday, 2026-12-24"
    assert weekdays.said("1,7", "zh") == "周一、周日"


@pytest.mark.parametrize(
    ("written", "kept", "said"),
    [
        ("普通话、English", "zh,en", "普通话、英语"),
        ("粤语", "yue", "粤语"),
        ("温州话", "温州话", "温州话"),
        (" ", None, ""),
    ],
)
def test_languages_known_by_their_code_and_others_as_they_are_written(
    written: str, kept: str | None, said: str
) -> None:
    assert languages.parse(written) == kept
    assert kept is None or languages.said(kept, "zh") == said
