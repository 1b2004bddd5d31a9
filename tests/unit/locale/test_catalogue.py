"""The catalogue: sentences, counts and contexts in either language, and what a new language takes."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from policyserve.errors import NotFoundError, PolicyserveError
from policyserve.locale import Counted, Listed, N_in, Sentence, format, say, say_in, say_many
from policyserve.locale import languages as spoken
from words import catalogues

KLINGON = """
msgid ""
msgstr ""
"Content-Type: text/plain; charset=utf-8\\n"
"Plural-Forms: nplurals=3; plural=(n==1 ? 0 : n==2 ? 1 : 2);\\n"

msgid "Task {task} is skipped."
msgstr "{task}: bIlugh."

msgid "{n} task"
msgid_plural "{n} tasks"
msgstr[0] "wa' {n}"
msgstr[1] "cha' {n}"
msgstr[2] "law' {n}"
"""
"""A language that has three forms of a count."""


def test_a_sentence_stands_in_english_where_it_is_said_and_in_chinese_in_the_catalogue() -> None:
    assert say("en", "Task {task} is skipped.", task=7) == "Task 7 is skipped."
    assert say("zh", "Task {task} is skipped.", task=7) == "任务7已跳过。"


def test_what_no_catalogue_has_stays_english() -> None:
    assert say("zh", "Nobody ever says {this}.", this="that") == "Nobody ever says that."


def test_braces_stay_where_there_are_no_values() -> None:
    assert say("zh", "{nothing}") == "{nothing}"


@pytest.mark.parametrize(("n", "english", "chinese"), [(1, "1 task", "1项任务"), (2, "2 tasks", "2项任务")])
def test_a_count_has_its_form(n: int, english: str, chinese: str) -> None:
    assert (say_many("en", "{n} task", "{n} tasks", n), say_many("zh", "{n} task", "{n} tasks", n)) == (
        english,
        chinese,
    )


def test_one_english_word_has_as_many_chinese_ones_as_it_has_meanings() -> None:
    assert say_in("zh", "part of a card", "none") == "无"
    assert say("zh", N_in("part of a card", "none")) == "无"
    assert say_in("en", "part of a card", "none") == "none"
    assert say_in("zh", "nowhere", "none") == "none"


def test_an_error_is_told_in_the_language_of_whoever_reads_it() -> None:
    error = PolicyserveError("'{value}' is no date; write 2026-11-21.", value="x")
    assert (str(error), error.told("zh")) == ("'x' is no date; write 2026-11-21.", "“x”不是日期；请写成2026-11-21。")
    assert "保单" in NotFoundError("policy", "P1").told("zh")


def test_values_that_are_sentences_are_told_too() -> None:
    tasks = Counted("{n} task", "{n} tasks", 2)
    both = Listed([tasks, Sentence("Task {task} is skipped.", task=1)])
    assert str(Sentence("{parts}!", parts=both)) == "2 tasks, Task 1 is skipped.!"
    assert Sentence("{parts}!", parts=both).told("zh") == "2项任务，任务1已跳过。!"


def test_amounts_have_the_unit_where_the_language_puts_it() -> None:
    assert format.money("zh", Decimal("3395.00"), "CNY") == "3,395.00元"
    assert format.money("en", Decimal("3395.00"), "CNY") == "CNY 3,395.00"
    assert format.money("zh", Decimal("1200.00"), "USD") == "1,200.00美元"
    assert format.money("zh", Decimal("1200.00"), "THB") == "THB 1,200.00"


def test_a_third_language_is_one_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "tlh" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    (folder / "policyserve.po").write_text(KLINGON, "utf-8")
    catalogues.compile_stale(tmp_path)
    monkeypatch.setattr(spoken, "FOLDER", tmp_path)
    assert list(spoken.languages()) == ["en", "tlh"]
    assert say("tlh", "Task {task} is skipped.", task=7) == "7: bIlugh."
    assert [say_many("tlh", "{n} task", "{n} tasks", n) for n in (1, 2, 3)] == ["wa' 1", "cha' 2", "law' 3"]
    assert say("tlh", "Nothing to show.") == "Nothing to show."


@pytest.mark.parametrize(
    ("environment", "language"),
    [
        ({}, "en"),
        ({"LANG": "zh_CN.UTF-8"}, "zh"),
        ({"LANG": "zh_CN.UTF-8", "LC_ALL": "C"}, "en"),
        ({"LANG": "C", "LC_MESSAGES": "zh_CN"}, "zh"),
        ({"LANG": "fr_FR.UTF-8"}, "en"),
    ],
)
def test_the_system_says_its_language(environment: dict[str, str], language: str) -> None:
    assert spoken.language_of_system(environment) == language
