"""How text is folded to a width: between words and between Chinese characters, never inside a number, date or code."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rich.cells import cell_len, chop_cells

_OPENING, _CLOSING = "（【《“", "，。；：、！？）】》”"
_INSTANT = r"\d{4}-\d\d-\d\d \d\d:\d\d[!-~]*"
_PIECES = re.compile(rf"[ \t]+|[{_OPENING}]*(?:{_INSTANT}|[!-~]+|.)[{_CLOSING}]*", re.DOTALL)
"""What stays together: blanks, a day with its hour, a word or number, a character, each with its punctuation."""


def pieces(text: str) -> list[str]:
    """Split a text into what stays together on a line."""
    return _PIECES.findall(text)


def longest(text: str) -> int:
    """Return the cells of the longest piece of a text."""
    return max((cell_len(piece) for piece in pieces(text)), default=0)


def fold(text: str, width: int) -> list[str]:
    """Return the lines of a text, each at most `width` cells; only a piece that is longer than a line is cut."""
    lines, line = [], ""
    for piece in _short(text, max(width, 2)):
        if line and cell_len(line) + cell_len(piece.rstrip()) > width:
            lines.append(line.rstrip())
            line = ""
        if line or piece.strip():
            line += piece
    return [*lines, line.rstrip()]


def evenly(text: str, width: int) -> list[str]:
    """Return as many lines as `fold` makes, but of lengths as even as they can be."""
    count = len(fold(text, width))
    narrow = next(size for size in range(min(longest(text), width), width + 1) if len(fold(text, size)) == count)
    return fold(text, narrow)


def _short(text: str, width: int) -> Iterator[str]:
    for piece in pieces(text):
        yield from chop_cells(piece, width) if cell_len(piece) > width else [piece]


def indented(text: str, width: int, indent: int) -> str:
    """Return a text folded to `width` cells, every line `indent` cells in."""
    margin = " " * indent
    return "\n".join(margin + line for line in fold(text, max(width - indent, 20)))
