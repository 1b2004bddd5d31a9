"""Segments of a text, by the worked numbers of carriers, and split slowly as the judge of counting."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policyserve.messages.texts.segments import GSM_BASIC, GSM_EXTENSION, INTERNATIONAL, MAINLAND, Route, Segments

texts = st.text(st.sampled_from("a安é€[~😀𠮷\n"), max_size=400) | st.text(max_size=200)
gsm_texts = st.text(st.sampled_from("abc 09é€[]{}~|^\\"), max_size=700)
routes = st.sampled_from([MAINLAND, INTERNATIONAL])


def lengths(route: Route, text: str) -> list[int]:
    return [len(part) for part in route.parts(text)]


@pytest.mark.parametrize(
    ("characters", "segments"),
    [(1, 1), (69, 1), (70, 1), (71, 2), (134, 2), (135, 3), (160, 3), (201, 3), (202, 4), (500, 8)],
)
def test_a_mainland_route_takes_70_characters_or_67_to_the_segment(characters: int, segments: int) -> None:
    assert MAINLAND.count("安" * characters) == Segments(encoding="ucs2", length=characters, segments=segments)


def test_160_characters_on_a_mainland_route_are_67_and_67_and_26() -> None:
    assert lengths(MAINLAND, "安" * 160) == [67, 67, 26]


@pytest.mark.parametrize("character", ["安", "a", "8", "Ａ", "，", ",", "€", "𠮷"])
def test_every_character_counts_one_on_a_mainland_route(character: str) -> None:
    assert MAINLAND.count(character * 70).segments == 1
    assert MAINLAND.count(character * 71) == Segments(encoding="ucs2", length=71, segments=2)


def test_latin_text_on_a_mainland_route_has_no_160_character_segment() -> None:
    assert MAINLAND.count("a" * 160).segments == 3


def test_signature_and_brackets_count() -> None:
    signed = MAINLAND.signed("安心人寿")
    assert signed == "【安心人寿】"
    assert MAINLAND.count(signed + "安" * 64).segments == 1
    assert MAINLAND.count(signed + "安" * 65).segments == 2


@pytest.mark.parametrize(("characters", "segments"), [(160, 1), (161, 2), (306, 2), (307, 3), (459, 3), (460, 4)])
def test_gsm_text_takes_160_septets_or_153_to_the_segment(characters: int, segments: int) -> None:
    assert INTERNATIONAL.count("a" * characters) == Segments(encoding="gsm7", length=characters, segments=segments)


@pytest.mark.parametrize("character", list("|^€{}[]~\\"))
def test_an_extension_character_takes_two_septets(character: str) -> None:
    assert INTERNATIONAL.count(character * 80) == Segments(encoding="gsm7", length=160, segments=1)
    assert INTERNATIONAL.count(character * 80 + "a") == Segments(encoding="gsm7", length=161, segments=2)


@pytest.mark.parametrize("character", ["安", "ç", "“", "’", "–", "…", "`"])
def test_one_character_outside_gsm_makes_the_whole_text_ucs2(character: str) -> None:
    assert INTERNATIONAL.count("a" * 69 + character) == Segments(encoding="ucs2", length=70, segments=1)
    assert INTERNATIONAL.count("a" * 70 + character) == Segments(encoding="ucs2", length=71, segments=2)


def test_an_emoji_takes_two_utf16_units() -> None:
    assert INTERNATIONAL.count("😀" * 35) == Segments(encoding="ucs2", length=70, segments=1)
    assert INTERNATIONAL.count("😀" * 36).length == 72


def test_an_escape_pair_is_not_split() -> None:
    text = "a" * 152 + "€" + "a" * 152
    assert lengths(INTERNATIONAL, text) == [152, 152, 1]  # 306 septets, yet three segments
    assert INTERNATIONAL.count(text) == Segments(encoding="gsm7", length=306, segments=3)


def test_a_surrogate_pair_is_not_split() -> None:
    text = "a" * 66 + "😀" + "a" * 66
    assert lengths(INTERNATIONAL, text) == [66, 66, 1]
    assert INTERNATIONAL.count(text) == Segments(encoding="ucs2", length=134, segments=3)


def test_the_gsm_tables_hold_127_and_10_characters() -> None:
    assert (len(GSM_BASIC), len(GSM_EXTENSION)) == (127, 10)  # 128 places less the escape
    assert not GSM_BASIC & GSM_EXTENSION


@given(routes, texts | gsm_texts)
def test_counting_agrees_with_splitting(route: Route, text: str) -> None:
    parts = route.parts(text)
    assert "".join(parts) == text
    assert route.count(text).segments == len(parts)


@given(texts | gsm_texts)
def test_no_part_is_too_long_and_none_could_take_the_next_character(text: str) -> None:
    whole = INTERNATIONAL.count(text)
    size = 153 if whole.encoding == "gsm7" else 67
    parts = INTERNATIONAL.parts(text)
    for part, following in pairwise(parts):
        assert places(part, whole.encoding) <= size < places(part + following[0], whole.encoding)
    assert sum(places(part, whole.encoding) for part in parts) == whole.length


@given(routes, texts, texts)
def test_a_longer_text_never_costs_less(route: Route, first: str, second: str) -> None:
    assert route.count(first + second).segments >= route.count(first).segments


def places(text: str, encoding: str) -> int:
    if encoding == "gsm7":
        return sum(2 if character in "|^€{}[]~\\\f" else 1 for character in text)
    return sum(2 if ord(character) > 0xFFFF else 1 for character in text)
