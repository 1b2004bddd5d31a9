"""Long texts cut into parts, character by character the same when put together again."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policyserve.messages.gateways.smpp import alphabet
from policyserve.messages.gateways.smpp.parts import GSM, UCS2, Part, UnwritableError, parts_of
from policyserve.messages.texts.segments import GSM_BASIC, GSM_EXTENSION, INTERNATIONAL

chinese_texts = st.text(st.sampled_from("安a，€😀𠮷\n"), min_size=1, max_size=400)
gsm_texts = st.text(st.sampled_from("abc 09é€[]{}~|^\\@"), min_size=1, max_size=700)


def put_together(parts: tuple[Part, ...]) -> bytes:
    return b"".join(part.octets[6 if part.esm_class else 0 :] for part in parts)


def units(part: Part) -> int:
    return len(part.octets[6:]) // 2


def test_160_chinese_characters_are_parts_of_67_and_67_and_26() -> None:
    parts = parts_of("安" * 160, "ucs2", reference=7)
    assert [units(part) for part in parts] == [67, 67, 26]
    assert [part.octets[:6] for part in parts] == [bytes.fromhex(f"050003 07 03 0{place}") for place in (1, 2, 3)]
    assert {(part.data_coding, part.esm_class) for part in parts} == {(UCS2, 0x40)}


@pytest.mark.parametrize(("text", "parts"), [("安" * 70, 1), ("安" * 71, 2), ("😀" * 35, 1), ("😀" * 36, 2)])
def test_70_utf_16_units_go_without_a_header(text: str, parts: int) -> None:
    cut = parts_of(text, "ucs2", reference=0)
    assert len(cut) == parts
    assert (cut[0].esm_class == 0) == (parts == 1)


@pytest.mark.parametrize("character", ["😀", "𠮷"])
def test_a_surrogate_pair_at_the_border_goes_whole_into_the_next_part(character: str) -> None:
    first, second = parts_of("安" * 66 + character + "安" * 10, "ucs2", reference=1)
    assert units(first) == 66
    assert second.octets[6:].decode("utf-16-be").startswith(character)


@given(chinese_texts)
def test_every_part_can_be_read_alone_and_all_of_them_are_the_text(text: str) -> None:
    parts = parts_of(text, "ucs2", reference=255)
    assert put_together(parts).decode("utf-16-be") == text
    assert all(len(part.octets) <= 140 for part in parts)
    for part in parts:
        part.octets[6 if part.esm_class else 0 :].decode("utf-16-be")  # half a pair would raise


@given(gsm_texts)
def test_gsm_texts_take_as_many_parts_as_they_are_counted(text: str) -> None:
    parts = parts_of(text, "auto", reference=0)
    assert len(parts) == INTERNATIONAL.count(text).segments
    assert alphabet.decoded(put_together(parts)) == text
    assert all(len(part.octets) <= 160 and part.data_coding == GSM for part in parts)
    assert not any(part.octets.endswith(b"\x1b") for part in parts)


def test_gsm_texts_go_one_septet_to_the_octet() -> None:
    (part,) = parts_of("@ Δ€", "auto", reference=0)
    assert part == Part(octets=b"\x00\x20\x10\x1b\x65", data_coding=GSM)


def test_an_escape_is_not_split_from_what_it_escapes() -> None:
    first, second = parts_of("a" * 152 + "€" + "a" * 10, "auto", reference=0)
    assert (len(first.octets) - 6, second.octets[6:8]) == (152, b"\x1b\x65")


def test_one_character_outside_the_alphabet_makes_the_whole_text_ucs2() -> None:
    assert {part.data_coding for part in parts_of("a" * 200 + "安", "auto", reference=0)} == {UCS2}


def test_mainland_routes_get_ucs2_whatever_the_characters() -> None:
    assert parts_of("abc", "ucs2", reference=0) == (Part(octets=b"\0a\0b\0c", data_coding=UCS2),)


def test_the_alphabet_is_the_one_that_segments_are_counted_by() -> None:
    assert set(alphabet.OCTETS) == GSM_BASIC | GSM_EXTENSION
    assert {character for character, octets in alphabet.OCTETS.items() if len(octets) == 2} == GSM_EXTENSION


def test_every_character_of_the_alphabet_comes_back() -> None:
    text = "".join(sorted(alphabet.OCTETS))
    assert alphabet.decoded(alphabet.encoded(text)) == text


def test_unknown_octets_do_not_stop_the_reading() -> None:
    assert alphabet.decoded(b"T\x80D\x1b\x41\x1b") == "T DA"


@pytest.mark.parametrize("text", ["", "安\ud800", "安" * (255 * 67 + 1)])
def test_a_text_that_cannot_be_sent_says_so(text: str) -> None:
    with pytest.raises(UnwritableError, match="the text"):
        parts_of(text, "ucs2", reference=0)
