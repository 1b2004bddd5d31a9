"""Signs that deceive and cells that a spreadsheet would run."""

from __future__ import annotations

import json
import unicodedata

import polars as pl
import pytest

from policyserve.signs import escaped, harmless, harmless_texts, printed, seen, seen_in

DECEIVING = "\u202e\u202d\u2066\u2069\u200b\u200e\u200f\ufeff\u00ad\u009b\u0085\x07\x1b\u2028\u2029\U000e0041\u3164"


@pytest.mark.parametrize("sign", DECEIVING)
def test_a_sign_that_deceives_is_left_out_of_texts_and_columns(sign: str) -> None:
    assert seen(f"a{sign}b") == "ab"
    assert pl.Series([f"a{sign}b"]).to_frame("t").select(seen_in(pl.col("t"))).item() == "ab"
    assert printed(f"a{sign}b") == (f"a{sign}b" if sign == "\x1b" else "ab")


@pytest.mark.parametrize("sign", DECEIVING)
def test_json_says_the_same_without_the_sign_itself(sign: str) -> None:
    document = escaped(json.dumps({"name": f"a{sign}b"}, ensure_ascii=False))
    assert json.loads(document) == {"name": f"a{sign}b"}
    assert not any(unicodedata.category(one) in {"Cc", "Cf"} for one in document)


def test_names_keep_every_sign_that_one_sees() -> None:
    name = "阿卜杜拉·买买提 𠮷田 Zoë 😀\ue000"
    assert seen(name) == name


RUN = ["=1+1", "+cmd", "@SUM(A1)", "-2+cmd|' /C calc'!A0", "\tx", "\rx", "\n=1", "＝1", "－x", "-A1", "--1"]
STAY = ["-12.50", "+8613800000001", "-1,234.50", "-", "+", "12%", "-3%", "1e5", "-1.5E+3", "张三", "", "C-1", "a=b"]


@pytest.mark.parametrize("cell", RUN)
def test_a_cell_that_a_spreadsheet_would_run_is_harmless(cell: str) -> None:
    assert harmless(cell) == f"'{cell}"
    assert harmless_texts(pl.DataFrame({"c": [cell]})).item() == f"'{cell}"


@pytest.mark.parametrize("cell", STAY)
def test_numbers_phones_and_names_stay(cell: str) -> None:
    assert harmless(cell) == cell
    assert harmless_texts(pl.DataFrame({"c": [cell]})).item() == cell
