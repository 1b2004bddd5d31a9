"""How rows are laid out on a screen: as a table whose text columns fold, or stacked where that would be too narrow."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import takewhile, zip_longest

from rich.cells import cell_len
from rich.console import Group, RenderableType
from rich.text import Text

from policyserve.cli.screen.folding import evenly, fold, longest

SHORT = 16
"""Cells of a value that is not folded."""

LEAST, TIGHT = 22, 14
"""Cells that a column of longer texts has at least, and where it would have to be stacked otherwise."""

HEADING = 8
"""Cells that a heading has at least."""

BETWEEN = 3
"""Cells between two columns: the line and a blank on either side."""

APART = " · "
"""What stands between two values of a stacked row."""

NUMBER = re.compile(r"-?\d[\d,.]*%?")
"""What a cell begins with whose digits stand below those of the others, whatever mark or share follows."""

Cells = Mapping[str, str]


def laid_out(
    rows: Sequence[Cells],
    headings: Mapping[str, str],
    *,
    numeric: frozenset[str],
    keys: frozenset[str] = frozenset(),
    width: int,
    stacks: bool,
) -> RenderableType:
    """Lay out rows whose columns are the keys of `headings`; `stacks`: rather stacked than wider than `width`.

    `numeric` columns stand to the right and are not folded; `keys`: those of them that name something.
    """
    cells = _digits_below_digits(rows, numeric.intersection(headings))
    wanted = [max(cell_len(text) for text in [title, *_column(cells, name)]) for name, title in headings.items()]
    room = width - BETWEEN * len(headings) + 1
    least = _leasts(cells, headings, numeric, LEAST)
    if stacks and sum(least) > room:
        least = _leasts(cells, headings, numeric, TIGHT)
    if stacks and sum(least) > room:
        return _stacked(rows, headings, numeric - keys, width)
    sizes = dict(zip(headings, _shared(wanted, least, room), strict=True))
    head = [line.replace("│", "┃") for line in _head(headings, sizes, numeric)]
    body = [line for row in cells for line in _row(row, sizes, numeric)]
    rule = "╇".join("━" * (size + 2) for size in sizes.values())
    return Group(Text("\n".join(head), style="bold"), Text("\n".join([rule, *body])))


def _digits_below_digits(rows: Sequence[Cells], numeric: frozenset[str]) -> list[Cells]:
    """Give what follows a number as much room in every row of its column: a mark, a share."""
    tails = {name: [_tail(text) for text in _column(rows, name)] for name in numeric}
    most = {name: max(column, default=0) for name, column in tails.items()}
    return [
        {**row, **{name: row[name] + " " * (most[name] - tails[name][number]) for name in numeric}}
        for number, row in enumerate(rows)
    ]


def _tail(text: str) -> int:
    """Return the cells behind the number that a text begins with."""
    number = NUMBER.match(text)
    return cell_len(text[number.end() :]) if number else 0


def _head(headings: Cells, sizes: Mapping[str, int], numeric: frozenset[str]) -> Iterator[str]:
    """Write the lines of the headings, which stand at the bottom."""
    folded = {name: evenly(headings[name], size) for name, size in sizes.items()}
    height = max(len(lines) for lines in folded.values())
    cells = {name: [*[""] * (height - len(lines)), *lines] for name, lines in folded.items()}
    return _lines(cells, sizes, numeric)


def _row(row: Cells, sizes: Mapping[str, int], numeric: frozenset[str]) -> Iterator[str]:
    """Write the lines of one row, which stand at the top."""
    cells = {name: fold(row[name], size) if cell_len(row[name]) > size else [row[name]] for name, size in sizes.items()}
    return _lines(cells, sizes, numeric)


def _lines(cells: Mapping[str, list[str]], sizes: Mapping[str, int], numeric: frozenset[str]) -> Iterator[str]:
    """Write columns side by side, line by line."""
    for texts in zip_longest(*cells.values(), fillvalue=""):
        columns = zip(texts, sizes.items(), strict=True)
        yield "│".join(_padded(text, size, right=name in numeric) for text, (name, size) in columns)


def _padded(text: str, size: int, *, right: bool) -> str:
    blank = " " * (size - cell_len(text))
    return f" {blank}{text} " if right else f" {text}{blank} "


def _column(rows: Sequence[Cells], name: str) -> Iterator[str]:
    return (row[name] for row in rows)


def _leasts(rows: Sequence[Cells], headings: Mapping[str, str], numeric: frozenset[str], of_texts: int) -> list[int]:
    """Return the cells below which a column is hard to read: all of numbers and short values, the words of texts."""
    return [
        max([
            _least_of_heading(title),
            *(cell_len(text) if name in numeric else _least_of(text, of_texts) for text in _column(rows, name)),
        ])
        for name, title in headings.items()
    ]  # fmt: skip


def _least_of_heading(title: str) -> int:
    return max(longest(title), min(cell_len(title), HEADING))


def _least_of(text: str, of_texts: int) -> int:
    size = cell_len(text)
    return size if size <= SHORT else max(longest(text), min(size, of_texts))


def _shared(wanted: Sequence[int], least: Sequence[int], room: int) -> list[int]:
    """Share the room out: every column its least, the rest to those that want more, none more than the others."""
    cap = max(wanted)
    while cap > 1 and sum(max(low, min(want, cap)) for want, low in zip(wanted, least, strict=True)) > room:
        cap -= 1
    return [max(low, min(want, cap)) for want, low in zip(wanted, least, strict=True)]


def _stacked(rows: Sequence[Cells], headings: Mapping[str, str], figures: frozenset[str], width: int) -> Group:
    """Put each row on lines of its own: the first two values, below them the others with their headings.

    A figure says nothing without its heading, so it never stands among the first.
    """
    names = list(headings)
    first = list(takewhile(lambda name: name not in figures, names[:2]))
    lines: list[Text] = []
    for row in rows:
        if head := APART.join(row[name] for name in first if row[name]):
            lines += [Text(line, style="bold") for line in fold(head, width)]
        rest = [f"{headings[name]}: {row[name]}" for name in names[len(first) :] if row[name]]
        lines += [Text("   " + line) for line in _packed(rest, width - 3)]
    return Group(*lines)


def _packed(parts: Sequence[str], width: int) -> list[str]:
    """Put as many parts on a line as fit; a part is folded only where it is longer than a line."""
    lines: list[str] = []
    for part in parts:
        if lines and cell_len(lines[-1]) + len(APART) + cell_len(part) <= width:
            lines[-1] += APART + part
        else:
            lines += fold(part, width)
    return lines
