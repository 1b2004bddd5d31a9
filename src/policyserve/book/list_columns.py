"""The columns of lists: how a cell is read and its value kept, and the usual kinds of column.

`form` says how a cell is read (see `values`): `number` is a number that people use and stays text, `money` an amount,
`whole` an integer, `code` one word of `words`, `days` weekdays and days (see `weekdays`), `languages` names of
languages (see `languages`), `text` anything.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import polars as pl
from polars._typing import PolarsDataType as DataType

Form = Literal[
    "number", "text", "name", "date", "birthday", "money", "whole", "yes-no", "code", "phone", "lunar", "currency",
    "days", "languages",
]  # fmt: skip

TYPES: Mapping[str, DataType] = {
    "date": pl.Date,
    "birthday": pl.Date,
    "money": pl.Int64,
    "whole": pl.Int32,
    "yes-no": pl.Boolean,
}
"""How a value of each form is kept; text where nothing is said."""


@dataclass(frozen=True, kw_only=True)
class Column:
    """One column of a list."""

    name: str
    chinese: str
    form: Form = "text"
    required: bool = False
    words: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """The code that is stored, and the other words for it."""
    lowest: int | None = None
    """The smallest whole number or amount (in minor units) that is possible."""
    highest: int | None = None
    decisive: bool = False
    """Whether an empty cell means something (unpaid, without end): one that cannot be read rejects its row."""
    own: bool = False
    """Whether it is a text of a person's own, in which NULL and 无 may be words."""
    unit: str = ""
    """What may stand behind a whole number."""
    spelt: Mapping[str, str] = field(default_factory=dict)
    """Words (as `plain_word` writes them) that say what another cell says."""

    @property
    def title(self) -> str:
        """Both names, for sentences."""
        return f"{self.name} ({self.chinese})"

    @property
    def dtype(self) -> DataType:
        """The type of a value, here and in the database."""
        return pl.Enum(list(self.words)) if self.words else TYPES.get(self.form, pl.String)


@dataclass(frozen=True, kw_only=True)
class ListKind:
    """One kind of list; `key` names the columns by which a row is found again."""

    name: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]

    def column(self, name: str) -> Column:
        """Return the column of that name."""
        return next(column for column in self.columns if column.name == name)

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the columns."""
        return tuple(column.name for column in self.columns)


def number(name: str, chinese: str, *, required: bool = False) -> Column:
    """Return a column of a number that people use."""
    return Column(name=name, chinese=chinese, form="number", required=required)


def date(name: str, chinese: str, *, required: bool = False, decisive: bool = False) -> Column:
    """Return a column of a day."""
    return Column(name=name, chinese=chinese, form="date", required=required, decisive=decisive)


def text(name: str, chinese: str) -> Column:
    """Return a column of a text."""
    return Column(name=name, chinese=chinese)


def own(name: str, chinese: str, *, form: Form = "text", required: bool = False) -> Column:
    """Return a column of a text of a person's own."""
    return Column(name=name, chinese=chinese, form=form, required=required, own=True)


def phone(name: str, chinese: str) -> Column:
    """Return a column of a phone."""
    return Column(name=name, chinese=chinese, form="phone")


def yes_no(name: str, chinese: str) -> Column:
    """Return a column of a yes or no."""
    return Column(name=name, chinese=chinese, form="yes-no")


def whole(name: str, chinese: str, lowest: int, highest: int, *, unit: str = "", required: bool = False) -> Column:
    """Return a column of a whole number."""
    return Column(
        name=name, chinese=chinese, form="whole", lowest=lowest, highest=highest, required=required, unit=unit
    )


def money(
    name: str, chinese: str, *, lowest: int | None = None, required: bool = False, decisive: bool = False
) -> Column:
    """Return a column of an amount."""
    return Column(name=name, chinese=chinese, form="money", lowest=lowest, required=required, decisive=decisive)


def code(name: str, chinese: str, words: Mapping[str, tuple[str, ...]], *, required: bool = False) -> Column:
    """Return a column of a word of several."""
    return Column(name=name, chinese=chinese, form="code", words=words, required=required)
