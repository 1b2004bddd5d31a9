"""How rows are laid out on a screen: as a table whose text columns fold, or stacked where that would be too narrow."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from rich.cells import cell_len
from rich.console import Group, RenderableType
from rich.table import Table
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
    table = Table(header_style="bold", show_edge=False)
    sizes = dict(zip(headings, _shared(wanted, least, room), strict=True))
    for name, title in headings.items():
        right = "right" if name in numeric else "left"
        table.add_column(Text("\n".join(fold(title, sizes[name]))), justify=right, width=sizes[name], vertical="top")  # type: ignore[arg-type]
    for row in rows:
        table.add_row(*(Text(_folded(row[name], sizes[name])) for name in headings))
    return table


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


def _folded(text: str, width: int) -> str:
    return text if cell_len(text) <= width else "\n".join(fold(text, width))


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
