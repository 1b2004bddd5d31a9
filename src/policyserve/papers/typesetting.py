"""Letters for print: laid out as data, typeset by Typst as one PDF. Nothing of a text is code, nothing is fetched."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time
from functools import cache
from typing import Any

from policyserve.config import template_folder
from policyserve.locale import N_, N_in, format, say
from policyserve.papers.letter_text import parts
from policyserve.papers.print_fonts import FAMILIES, files

Row = Mapping[str, Any]
LINE = 80
"""Half signs of a line, counted carefully: a line holds some 90."""

PAGE = {"zh": ("第", "页 共", "页"), "en": ("Page", "of", "")}
"""What stands around the numbers of a page."""


def laid_out(letter: Row, *, company: str, hotline: str | None) -> dict[str, Any]:
    """Return what the printer shows of a letter, a row of `records.LETTERS`: strings, lists and mappings alone."""
    language = letter["language"]
    found = parts(letter["text"])
    return {
        "no": letter["letter_no"],
        "no_line": say(language, N_("Letter no. {letter_no}"), letter_no=letter["letter_no"]),
        "company": company,
        "hotline": say(language, N_("Hotline {hotline}"), hotline=hotline) if hotline else "",
        "language": language,
        "to": [one for one in (letter["postcode"], letter["address"], _named(letter["name"], language)) if one],
        "title": letter["title"],
        "day": format.day(language, letter["made_on"], 0),
        "page": list(PAGE[language]),
        "parts": [_with_code(one) for one in found],
        "short": _is_short(found),
    }


def _is_short(found: Sequence[Mapping[str, Any]]) -> bool:
    """Whether a letter surely fits on one page, by the height of its parts in millimetres, counted generously.

    Only such a letter says "1 of 1" without being asked: counting pages takes time for each letter times all letters.
    """
    heights = {"table": 2.6, "counterfoil": 12.0, "signature": 8.0, "code": 24.0, "paragraph": 1.5}
    above, below, line, room = 74.0, 26.0, 6.0, 235.0
    used = above + below
    for part in found:
        rows = part.get("rows", [[part.get("text", "")]])
        lines = sum(-(-_width("".join(row)) // LINE) or 1 for row in rows)
        used += heights[part["kind"]] * len(rows) + line * lines
    return used <= room


def _width(text: str) -> int:
    """Count half signs: a Chinese one is two, a Latin one at most a little more than one."""
    return sum(2 if ord(sign) > 0x2E7F else 1 for sign in text) * 11 // 10


def _named(name: str | None, language: str) -> str:
    return say(language, N_in("whom a letter is for", "{name}"), name=name) if name else ""


def _with_code(part: dict[str, Any]) -> dict[str, Any]:
    return {**part, "svg": _code(re.split("[:：]", part["text"])[-1].strip())} if part["kind"] == "code" else part


@cache
def _code(text: str) -> str:
    """Draw a text as a code that a phone reads (QR)."""
    import segno

    drawn = io.BytesIO()
    segno.make(text, error="m", micro=False).save(drawn, kind="svg", border=1, xmldecl=False, svgns=True)
    return drawn.getvalue().decode()


def document(letters: Sequence[Mapping[str, Any]], *, as_of: date) -> bytes:
    """Typeset letters (as from `laid_out`), each on pages of its own; the same letters give the same file."""
    import typst

    fonts = typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(one.parent) for one in files()]
    )
    return typst.compile(
        template_folder("letters") / "letters.typ",
        font_paths=fonts,
        sys_inputs={"letters": json.dumps(letters, ensure_ascii=False), "families": json.dumps(FAMILIES)},
        timestamp=datetime.combine(as_of, time(), UTC),
    )
