"""The words of screens: every column has one heading, both languages say the same, and nothing stands there unused."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from string import Formatter
from types import ModuleType

import pytest

from policyserve import cli
from policyserve.cli import notices, points, spot_checks
from policyserve.cli.demo import words
from policyserve.cli.screen.codes import coded
from policyserve.cli.screen.headings import HEADINGS, PARTS, heading
from policyserve.cli.screen.sentences import worded
from policyserve.cli.words import (
    book_words,
    figure_words,
    import_words,
    life_words,
    message_words,
    prospect_words,
    service_words,
    spot_check_words,
    work_words,
)
from policyserve.messages.outbox import overview
from policyserve.metrics.add_ons import add_ons
from policyserve.metrics.collection import collection
from policyserve.metrics.referrals import funnel, referrals
from policyserve.scheduler import run_records

WORDS = (
    book_words, words, figure_words, import_words, life_words, message_words, prospect_words, service_words,
    spot_check_words, work_words,
)  # fmt: skip

SOURCES = "\n".join(
    path.read_text("utf-8")
    for path in Path(cli.__path__[0]).rglob("*.py")
    if not path.name.endswith("_words.py")
)  # fmt: skip

MADE = {"state", "profile", "figure", "services"}
"""Sentences whose keys the program puts together."""

SHOWN = (
    overview.FIELDS, overview.MORE, notices.COLUMNS, points.BALANCE, points.ENTRY, spot_checks.AGENTS,
    spot_checks.LISTED, spot_checks.SAMPLES, spot_checks.WHOLE, referrals.BROUGHT, referrals.TREE, funnel.LEADS,
    referrals.STAGES,
    run_records.COLUMNS, collection.LISTED, add_ons.LISTED, funnel.PEOPLE,
)  # fmt: skip


def test_no_column_has_a_heading_twice() -> None:
    counts = Counter(column for part in PARTS for column in part)
    assert [column for column, count in counts.items() if count > 1] == []


@pytest.mark.parametrize("columns", SHOWN)
def test_every_column_that_a_command_shows_has_a_heading(columns: Sequence[str]) -> None:
    assert [column for column in columns if column not in HEADINGS] == []


def test_a_column_without_a_heading_shows_its_name() -> None:
    assert heading("shoe_size", "zh") == "Shoe size"


@pytest.mark.parametrize("module", WORDS)
def test_every_sentence_is_said_somewhere(module: ModuleType) -> None:
    keys = [key for key in module.SENTENCES if key.partition(".")[0] not in MADE and not key.endswith(".title")]
    assert [key for key in keys if not re.search(rf"""["']{re.escape(key)}["']""", SOURCES)] == []


@pytest.mark.parametrize("module", WORDS)
def test_both_languages_tell_the_same_values(module: ModuleType) -> None:
    told = {key: [_values(text) for text in both] for key, both in module.SENTENCES.items()}
    assert [key for key, (english, chinese) in told.items() if english != chinese] == []


def _values(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def test_counts_are_written_with_their_word() -> None:
    sentence = ("{rows:row|rows}, {open:none|one|# of them}", "{rows:,}行")
    assert worded(sentence, "en", rows=1, open=0) == "1 row, none"
    assert worded(sentence, "en", rows=1200, open=3) == "1,200 rows, 3 of them"
    assert worded(sentence, "zh", rows=1200) == "1,200行"


def test_codes_are_words_in_either_language() -> None:
    assert (coded("in_grace", "en"), coded("in_grace", "zh")) == ("in grace", "宽限期内")
    assert (coded("visit+sms", "en"), coded("visit+sms", "zh")) == ("visit+sms", "亲访+短信")
    assert coded("freelook_cancel", "zh") == "犹豫期撤单"
    assert coded("annual", "zh") == "年缴"
    assert coded("Team 1", "zh") == "Team 1"
