"""The cells of figures as people read them: one value, or several, by the kind of the column."""

from __future__ import annotations

from typing import Any

from policyserve.book.money import decimal
from policyserve.locale import N_, N_in, translated
from policyserve.metrics.figure import Column, Kind, Names, Row
from policyserve.metrics.percents import percent

YES, NO = N_("yes"), N_("no")
BETWEEN = N_in("several words", ", ")
NOTHING = "-"
"""What stands in place of a number that is not there."""


def cell(column: Column, row: Row, language: str, names: Names) -> str:
    """Write the cell of a column in a row, with the marks of its value."""
    return " ".join([value(column, row, language, names), *column.marks(row)])


def value(column: Column, row: Row, language: str, names: Names) -> str:
    """Write the value of a column in a row."""
    found = row.get(column.fields[0])
    if found is not None:
        return _written(column, found, row, language, names)
    return translated(language, column.nameless) if column.nameless else NOTHING if column.right else ""


def _written(column: Column, found: Any, row: Row, language: str, names: Names) -> str:
    match column.kind:
        case "customer" | "agent" | "policy":
            return f"{_worded(column, found, language)} {names.get(column.kind, {}).get(found) or ''}".rstrip()
        case "phone":
            return names["phone"].get(found) or ""
        case "ratio":
            return percent(found, target=column.goal(row))
        case "interval" | "step" | "estimate":
            return _several([row[name] for name in column.fields], column.kind)
        case _:
            return number(column, found, row) if column.right else plain(_worded(column, found, language))


def number(column: Column, value: Any, row: Row) -> str:
    """Write an amount in whole units, a count, or a number with its decimals."""
    if column.kind == "money":
        return f"{decimal(round(value), row.get('currency')):,.0f}"
    return f"{value:,.{column.places if column.kind == 'number' else 0}f}"


def _several(values: list[Any], kind: Kind) -> str:
    """Write the limits of a ratio, a count with its ratio, or a number with its limits."""
    first, *others = values
    if kind == "interval":
        return " - ".join(f"{value:.1%}" for value in values)
    if kind == "step":
        return f"{first:,}" if others[0] is None else f"{first:,} ({percent(others[0])})"
    return f"{first:.2f} ({others[0]:.2f}-{others[1]:.2f})"


def _worded(column: Column, value: Any, language: str) -> str:
    """Put codes, one or a list of them, and yes and no into words."""
    if isinstance(value, bool):
        return translated(language, YES if value else NO)
    if isinstance(value, list):
        return translated(language, BETWEEN).join(_worded(column, one, language) for one in value)
    return column.words(value, language) if column.words else str(value)


def plain(text: str) -> str:
    """Return a text in which nothing moves the cursor."""
    return "".join(sign if sign.isprintable() else " " for sign in text)
