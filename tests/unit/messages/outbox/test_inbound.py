"""Which replies refuse further marketing."""

from __future__ import annotations

import pytest

from policyserve.messages.outbox.inbound import NewsCounts, refuses
from policyserve.settings_file import MessageSettings

WORDS = MessageSettings().opt_out_words


@pytest.mark.parametrize(
    "word", ["R", "T", "TD", "N", "QX", "0000", "退订", "拒收", "取消", "STOP", "UNSUBSCRIBE"]
)  # fmt: skip
def test_each_word_of_the_rule_refuses(word: str) -> None:
    assert refuses(word, WORDS)


@pytest.mark.parametrize(
    "written",
    [
        "r", "td", "Td", "ＴＤ", "ｔｄ", " TD ", "T D", "TD.", "TD。", "ＴＤ．", "\tTD\r\n", "　TD　", "“TD”",
        "【退订】", "退 订", "退订！", "拒收。", "取消 。", "Stop!", "unsubscribe.", "００００", "R\u200b", "退订👍",
    ],
)  # fmt: skip
def test_width_case_space_and_marks_do_not_matter(written: str) -> None:
    assert refuses(written, WORDS)


@pytest.mark.parametrize(
    "written",
    [
        "", " ", "。", "你好", "不要取消", "请不要退订", "怎么退订", "不，取消", "STOP IT", "please stop by", "RR",
        "TT", "NO", "00000", "000", "0", "R2", "保单取消后怎么办", "Thank you", "好的，谢谢",
    ],
)  # fmt: skip
def test_a_sentence_that_merely_holds_a_word_does_not_refuse(written: str) -> None:
    assert not refuses(written, WORDS)


def test_the_words_are_a_setting() -> None:
    assert refuses("q", ("Q",))
    assert not refuses("TD", ("Q",))


def test_an_empty_word_in_the_settings_refuses_nothing() -> None:
    assert not refuses("", ("", " ", "。"))
    assert not refuses("！", ("", " ", "。"))


def test_what_was_taken_in_is_said_in_either_language() -> None:
    taken = NewsCounts(receipts=3, early=1, replies=2) + NewsCounts(refusals=1)
    assert taken.sentence().told("en") == "3 receipts, 1 kept for later, 2 replies, 1 refusals."
    assert taken.sentence().told("zh") == "回执3条，暂存1条，回复2条，其中退订1条。"
