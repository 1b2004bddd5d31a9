"""Reasons of messages are stored as codes, and said in the language of whoever reads them."""

from __future__ import annotations

from policyserve.messages.reasons import in_words


def told(language: str, reason: str | None, *, arguments: str | None = None, said: str | None = None) -> str | None:
    return in_words({"reason": reason, "arguments": arguments, "said": said}, language)


PAID = '{"instalment":2,"on":"2026-05-17"}'


def test_the_fact_that_removed_a_message_is_said_in_either_language() -> None:
    english = told("en", "instalment-paid", arguments=PAID)
    assert english == "the facts no longer call for it (instalment 2 was paid on 2026-05-17)"
    chinese = told("zh", "instalment-paid", arguments=PAID)
    assert chinese is not None
    assert "2026-05-17" in chinese
    assert not any(word in chinese for word in ("instalment", "facts"))


def test_a_fact_whose_code_is_several_words_is_said_too() -> None:
    said = told("en", "end of cover", arguments='{"on":"2026-05-17"}')
    assert said == "the facts no longer call for it (the cover ended on 2026-05-17)"


def test_a_fact_that_is_nowhere_is_said_once() -> None:
    assert told("en", "gone") == "the facts no longer call for it"


def test_what_a_vendor_said_stands_word_for_word() -> None:
    assert told("en", "tried", said="E:42 no route") == "every try failed (E:42 no route)"
    assert told("zh", None, said="DB:0141") == "DB:0141"


def test_what_a_person_wrote_is_neither_translated_nor_read() -> None:
    for typed in ("the phone is known now", 'gone: instalment-paid {"on":"2026-05-17"}', "{on}"):
        assert told("zh", "by-hand", said=typed) == f"人工取消（{typed}）"


def test_what_nobody_knows_is_said_with_why_in_the_reader_s_language() -> None:
    assert told("en", "sender-died") == "it may have left; nobody knows yet (its sender died)"
    assert "sender" not in str(told("zh", "sender-died"))
