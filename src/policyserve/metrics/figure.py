"""The figure: one shape for every number that is shown, and for every list behind one.

A figure has a title, its days, columns with their kind, rows, marks, what it means, and the lists behind it. Screen,
JSON, CSV, Excel and report each have one printer that knows the kinds; nothing else prints a figure.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, Literal, Protocol

import polars as pl

from policyserve.book.money import decimal
from policyserve.dates import Days
from policyserve.locale import N_
from policyserve.locale.format import money

Kind = Literal[
    "text", "long", "code", "key", "day", "month", "customer", "agent", "policy", "phone", "sample", "handover",
    "absence", "task", "complaint",
    "money", "count", "number", "ratio", "interval", "step", "estimate",
]  # fmt: skip
"""What a column holds.

`text` is a user's own, `long` a sentence, `code` a word of ours, `key` a number that names something, `month` a text as
2026-03. `customer`, `agent` and `policy` are numbers, shown with the name; `phone` is the phone of a customer.
`money` is in minor units of the row's `currency`, `ratio` a fraction. An `interval` is made of its lower and upper
ratio, a `step` of a count and its ratio, an `estimate` of a number with its limits.
`sample` is the key of a sample of spot checks, `handover` that of a set of hand-overs, `absence` that of an absence,
`task` that of a task, `complaint` that of a complaint.
"""

RIGHT = frozenset({"money", "count", "number", "ratio", "interval", "step", "estimate"})
"""Kinds that stand to the right."""

BELOW, SMALL, RUNNING, PROVISIONAL = "▼", "*", "…", "○"
"""Marks: below its target, over few, its time is not over, not final."""

Row = Mapping[str, Any]
Words = Callable[[str, str], str]
"""Puts a code into words: the code, the language."""


class Told(Protocol):
    """What can be said in a language."""

    def told(self, language: str) -> str:
        """Return it in a language."""
        ...


@dataclass(frozen=True)
class Amount:
    """An amount of minor units, to be said with its currency in a sentence; `whole`: in whole units."""

    minor: int
    currency: str | None
    whole: bool = False

    def told(self, language: str) -> str:
        """Write it as the language does: 3,395.00元 in Chinese."""
        amount = decimal(self.minor, self.currency)
        return money(language, round(amount) if self.whole else amount, self.currency)


@dataclass(frozen=True, kw_only=True)
class Column:
    """One column."""

    name: str
    """The field of the rows; one that begins with `_` is for people alone."""
    title: str
    """In English, to be translated."""
    kind: Kind = "text"
    of: tuple[str, ...] = ()
    """The fields that a cell is made of, where it is not the one of this name."""
    words: Words | None = None
    """Puts the codes of a `code` column into words."""
    nameless: str = ""
    """What a value is called that is not known; to be translated."""
    places: int = 2
    """Decimals of a `number`."""
    target: float | str | None = None
    """What a ratio is compared with, or the field that holds it."""
    small: str = ""
    """The field that says whether a ratio is over few."""
    few: str = N_("{mark} fewer than {count}: chance alone moves the ratio")
    """What the legend says of that."""
    running: str = ""
    """The field that says whether the time of a ratio is not over."""

    @property
    def fields(self) -> tuple[str, ...]:
        """The fields that a cell is made of."""
        return self.of or (self.name,)

    @property
    def right(self) -> bool:
        """Whether it stands on the right: numbers do."""
        return self.kind in RIGHT

    def goal(self, row: Row) -> float | None:
        """Return what the value of a row is compared with."""
        return row[self.target] if isinstance(self.target, str) else self.target

    def marks(self, row: Row) -> list[str]:
        """Return the marks of the value of a row; none where there is no value."""
        value, goal = row.get(self.fields[0]), self.goal(row)
        if value is None:
            return []
        found = [BELOW] if goal is not None and value < goal else []
        found += [SMALL] if row.get(self.small) else []
        return found + ([RUNNING] if row.get(self.running) else [])


Names = Mapping[str, Mapping[str, str]]
"""By kind (`customer`, `agent`, `policy`, `phone`) and number: the name, or the phone."""


@dataclass(frozen=True, kw_only=True)
class Nested:
    """A list below each row of a figure: its rows are those with the same `key`."""

    name: str
    """What programs find it as in the row."""
    key: str
    list: Figure
    sentences: Callable[[Row, Names], tuple[Told, ...]]
    """What people read of a row, in place of the row."""


STATUSES = frozenset({"final", "provisional", None})
"""Whether the time of a figure is over; nothing where it has no such time."""


@dataclass(frozen=True, kw_only=True)
class Figure:
    """Rows under a title."""

    title: Told
    columns: tuple[Column, ...]
    """Those that people see. A status, or a currency, that all rows share is none of them."""
    rows: pl.DataFrame
    """Programs get all its fields, but those that begin with `_`."""
    as_of: date
    days: Days | None = None
    """The days that it is of."""
    asked: tuple[Told, ...] = ()
    """What else was asked, for the title."""
    definition: tuple[Told, ...] = ()
    lines: tuple[Told, ...] = ()
    """What stands directly below the table."""
    empty: Told | None = None
    """What is said in place of no rows."""
    amounts: tuple[str, ...] = ()
    """Fields in minor units that no column shows."""
    of_all: Row = field(default_factory=dict)
    """Fields that are the same for every row, for programs."""
    lists: Mapping[str, Callable[[], Figure]] = field(default_factory=dict)
    """The lists behind it."""
    nested: Nested | None = None
    also: tuple[Figure, ...] = ()
    """Further tables, for people."""
    names: Names = field(default_factory=dict)
    dense: bool = False
    """Whether a column without any value is left out."""

    @property
    def statuses(self) -> set[str | None]:
        """The statuses of the rows, of STATUSES; the field of a list that says something else is not one of them."""
        found = set(self.rows["status"]) if "status" in self.rows.columns else {None}
        return found if found <= STATUSES else {None}

    @property
    def shown(self) -> tuple[Column, ...]:
        """The columns that people see of these rows."""
        return tuple(column for column in self.columns if self._shows(column))

    def _shows(self, column: Column) -> bool:
        if column.name == "currency" or (column.name == "status" and set(self.rows["status"]) <= STATUSES):
            return self.rows[column.name].drop_nulls().n_unique() > 1
        if column.kind == "phone":
            return bool(self.names.get("phone"))
        return not self.dense or any(self.rows[name].null_count() < self.rows.height for name in column.fields)

    def named(self, names: Names) -> Figure:
        """Return the figure with the names of its people and policies."""
        nested = self.nested and replace(self.nested, list=self.nested.list.named(names))
        return replace(self, names=names, nested=nested, also=tuple(one.named(names) for one in self.also))

    def numbers(self, kind: Kind) -> set[str]:
        """Return the numbers of a kind that stand in columns of the figure, and of what belongs to it."""
        mine = {column.fields[0] for column in self.columns if column.kind == kind}
        found = {number for name in mine for number in self.rows[name].unique().to_list() if number is not None}
        parts = [*self.also, *([self.nested.list] if self.nested else [])]
        return found.union(*(part.numbers(kind) for part in parts))

    @property
    def flat(self) -> Figure:
        """The figure as one table: the list below its rows, where it has one, each row with the group it is of."""
        if self.nested is None:
            return self
        listed = self.nested.list
        known = {column.name for column in listed.columns}
        groups = [
            one for one in self.columns if not one.right and one.name in listed.rows.columns and one.name not in known
        ]
        return replace(listed, columns=(*groups, *listed.columns))

    def of(self, field: str, value: object) -> Figure:
        """Return the figure with the rows in which a field has a value."""
        return replace(self, rows=self.rows.filter(pl.col(field).eq_missing(pl.lit(value))))

    @property
    def told(self) -> list[str]:
        """The fields of the rows that programs get."""
        return [name for name in self.rows.columns if not name.startswith("_")]

    def exact(self) -> list[dict[str, Any]]:
        """Return the rows for programs: amounts as decimals written out, ratios as fractions."""
        rows = [{**row, **self.of_all, "as_of": self.as_of} for row in self._exact()]
        if self.nested is None:
            return rows
        lists: dict[Any, list[dict[str, Any]]] = {}
        for key, row in zip(self.nested.list.rows[self.nested.key], self.nested.list._exact(), strict=True):
            lists.setdefault(key, []).append(row)
        keys = self.rows[self.nested.key]
        return [{**row, self.nested.name: lists.get(key, [])} for key, row in zip(keys, rows, strict=True)]

    def _exact(self) -> list[dict[str, Any]]:
        counted = {column.name for column in self.columns if column.kind == "money"}.union(self.amounts)
        amounts = [name for name in self.told if name in counted]
        rows = self.rows.select(self.told, _currency="currency") if amounts else self.rows.select(self.told)
        made = []
        for row in rows.to_dicts():
            currency = row.pop("_currency", None)
            written = {name: str(decimal(row[name], currency)) for name in amounts if row[name] is not None}
            made.append({**row, **written})
        return made
