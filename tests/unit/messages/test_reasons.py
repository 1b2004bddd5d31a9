"""Reasons of messages are stored as codes, and said in the language of whoever reads them."""

from __future__ import annotations

from policyserve.messages.reasons import in_words

PAID = 'gone: instalment-paid {"instalment":2,"on":"2026-05-17"}'


def test_the_fact_that_removed_a_message_is_said_in_either_language() -> None:
    english = in_words(PAID, "en")
    assert english == "the facts no longer call for it (instalment 2 was paid on 2026-05-17)"
    chinese = in_words(PAID, "zh")
    assert chinese is not None
    assert "2026-05-17" in chinese
    assert not any(word in chinese for word in ("instalment", "facts"))


def test_a_fact_that_is_nowhere_is_said_once() -> None:
    assert in_words("gone: gone {}", "en") == "the facts no longer call for it"


def test_what_was_stored_as_a_sentence_is_still_read() -> None:
    said = in_words("gone: instalment 2 was paid on 2026-05-17", "en")
    assert said == "the facts no longer call for it (instalment 2 was paid on 2026-05-17)"


def test_what_a_vendor_said_stands_word_for_word() -> None:
    assert in_words("tried: E:42 no route", "en") == "every try failed (E:42 no route)"
