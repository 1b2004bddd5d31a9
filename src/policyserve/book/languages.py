"""Languages that people speak, as lists name them: 普通话, `English`, `粤语、英语`.

Known ones are kept by their code (ISO 639), others as they are written in small letters, joined by commas: `zh,yue`.
"""

from __future__ import annotations

import re

from policyserve.locale import N_all, say, say_in

_WORDS = {
    "zh": ("chinese", "mandarin", "putonghua", "zh-cn", "中文", "汉语", "普通话", "国语", "华语"),
    "yue": ("cantonese", "粤语", "广东话", "白话"),
    "wuu": ("wu", "shanghainese", "吴语", "上海话"),
    "nan": ("hokkien", "min-nan", "闽南语", "闽南话"),
    "hak": ("hakka", "客家话", "客家语"),
    "en": ("english", "英语", "英文"),
}
_NAMES = dict(zip(_WORDS, N_all(
    "language", "Mandarin", "Cantonese", "Wu", "Hokkien", "Hakka", "English"
), strict=True))  # fmt: skip
_CODES = {word: code for code, words in _WORDS.items() for word in (code, *words)}


def parse(text: str) -> str | None:
    """Return the languages that a cell names as they are kept, in the order in which it names them."""
    words = filter(None, re.split(r"[,，、;；/|+]+\s*|\s+", text.strip().lower()))
    return ",".join(dict.fromkeys(_CODES.get(word, word) for word in words)) or None


def said(kept: str, language: str) -> str:
    """Write languages, as they are kept, for people; what has no name here as somebody typed it."""
    told = (say(language, _NAMES[one]) if one in _NAMES else one for one in kept.split(","))
    return say_in(language, "between words of a list", ", ").join(told)
