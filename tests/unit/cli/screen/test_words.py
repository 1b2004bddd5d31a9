"""The words of columns: every column that a command shows has a heading, every code is a word in either language."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from policyserve.cli import notices, points, spot_checks
from policyserve.messages.outbox import overview
from policyserve.scheduler import run_records
from policyserve.tasks.codes import coded
from policyserve.tasks.headings import HEADINGS, heading

SHOWN = (
    overview.FIELDS, overview.MORE, notices.COLUMNS, points.BALANCE, points.ENTRY, spot_checks.SAMPLES,
    run_records.COLUMNS,
)  # fmt: skip


@pytest.mark.parametrize("columns", SHOWN)
def test_every_column_that_a_command_shows_has_a_heading(columns: Sequence[str]) -> None:
    assert [column for column in columns if column not in HEADINGS] == []


def test_a_column_without_a_heading_shows_its_name() -> None:
    assert heading("shoe_size", "zh") == "Shoe size"


def test_codes_are_words_in_either_language() -> None:
    assert (coded("in_grace", "en"), coded("in_grace", "zh")) == ("in grace", "宽限期内")
    assert (coded("visit+sms", "en"), coded("visit+sms", "zh")) == ("visit+sms", "亲访+短信")
    assert coded("freelook_cancel", "zh") == "犹豫期撤单"
    assert coded("annual", "zh") == "年缴"
    assert coded("Team 1", "zh") == "Team 1"
