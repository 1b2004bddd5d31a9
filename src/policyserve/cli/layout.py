"""How rows are laid out on a screen: as a table whose text columns fold, or stacked where that would be too narrow."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from rich.cells import cell_len
from rich.console import Group, RenderableType
from rich.text import Text

from policyserve.cli.folding import fold, longest

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

Cells = Mapping[str, str]


def laid_out(
    rows: Sequence[Cells], headings: Mapping[str, str], *, numeric: frozenset[str], width: int, stacks: bool
) -> RenderableType:
    """Lay out rows whose columns are the keys of `headings`; `stacks`: rather stacked than wider than `width`."""
    wanted = [max(cell_len(text) for text in [title, *_column(rows, name)]) for name, title in headings.items()]
    room = width - BETWEEN * len(headings) + 1
    least = _leasts(rows, headings, LEAST)
    if stacks and sum(least) > room:
        least = _leasts(rows, headings, TIGHT)
    if stacks and sum(least) > room:
        return _stacked(rows, headings, width)
    sizes = dict(zip(headings, _shared(wanted, least, room), strict=True))
    head = [line.replace("│", "┃") for line in _row(headings, sizes, numeric, bottom=True)]
    body = [line for row in rows for line in _row(row, sizes, numeric)]
    rule = "╇".join("━" * (size + 2) for size in sizes.values())
    return Group(Text("\n".join(head), style="bold"), Text("\n".join([rule, *body])))


def _row(row: Cells, sizes: Mapping[str, int], numeric: frozenset[str], *, bottom: bool = False) -> Iterator[str]:
    """Write the lines of one row; what has fewer lines than the others stands at the top, or at the `bottom`."""
    cells = {name: fold(row[name], size) if cell_len(row[name]) > size else [row[name]] for name, size in sizes.items()}
    height = max(len(lines) for lines in cells.values())
    for name, lines in cells.items():
        more = [""] * (height - len(lines))
        cells[name] = [*more, *lines] if bottom else [*lines, *more]
    for number in range(height):
        yield "│".join(_padded(cells[name][number], size, right=name in numeric) for name, size in sizes.items())


def _padded(text: str, size: int, *, right: bool) -> str:
    blank = " " * (size - cell_len(text))
    return f" {blank}{text} " if right else f" {text}{blank} "


def _column(rows: Sequence[Cells], name: str) -> Iterator[str]:
    return (row[name] for row in rows)


def _leasts(rows: Sequence[Cells], headings: Mapping[str, str], of_texts: int) -> list[int]:
    """Return the cells below which each column is hard to read: all of short values, the longest word of texts."""
    return [
        max([_least_of_heading(title), *(_least_of(text, of_texts) for text in _column(rows, name))])
        for name, title in headings.items()
    ]


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


def _stacked(rows: Sequence[Cells], headings: Mapping[str, str], width: int) -> Group:
    """Put each row on lines of its own: the first two values, below them the others with their headings."""
    names = list(headings)
    lines: list[Text] = []
    for row in rows:
        head = APART.join(row[name] for name in names[:2] if row[name])
        lines += [Text(line, style="bold") for line in fold(head, width)]
        rest = [f"{headings[name]}: {row[name]}" for name in names[2:] if row[name]]
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
