"""The register of a batch, for Excel: one row a letter, with empty columns that the office fills in when it has posted.

It comes back with posting numbers, days, and what the post returned; see `posting`.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl

from policyserve.book.cleaning import clean
from policyserve.book.files import Source, read_source
from policyserve.book.headers import plain_header
from policyserve.book.list_columns import Column
from policyserve.book.values import thoroughly
from policyserve.errors import PolicyserveError
from policyserve.locale import N_, N_in, Sentence, say, translated
from policyserve.locale.languages import languages
from policyserve.reporting.sheets import new_workbook, styles_of
from policyserve.signs import seen

COLUMNS = {
    "letter_no": N_("Letter number"),
    "title": N_in("register", "Letter"),
    "customer_no": N_in("register", "Customer"),
    "name": N_in("register", "Name"),
    "postcode": N_in("register", "Postcode"),
    "address": N_in("register", "Address"),
    "policy_no": N_in("register", "Policy"),
    "made_on": N_("Made on"),
    "posting_no": N_("Posting number"),
    "posted_on": N_("Posted on"),
    "returned_on": N_("Returned on"),
    "returned_why": N_("Why returned"),
}
"""The columns of a register, and what they are called."""

FILLED = ("letter_no", "posting_no", "posted_on", "returned_on", "returned_why")
"""What is taken back."""

_WIDTHS = {"letter_no": 15, "title": 24, "name": 12, "address": 44, "posting_no": 20, "returned_why": 24}
_DAYS = ("made_on", "posted_on", "returned_on")
_READ_AS = {
    name: Column(
        name=name, chinese=name, form="date" if name in _DAYS else "number" if name.endswith("_no") else "text"
    )
    for name in FILLED
}


def workbook(letters: Sequence[Mapping[str, Any]], language: str) -> bytes:
    """Return the register of letters (as from `records.listed`); numbers are texts, days are days."""
    content = io.BytesIO()
    book = new_workbook(content)
    styles = styles_of(book)
    sheet = book.add_worksheet(say(language, N_("Register of letters")))
    for place, (name, words) in enumerate(COLUMNS.items()):
        sheet.write_string(0, place, translated(language, words), styles["head"])
        sheet.set_column(place, place, _WIDTHS.get(name, 13), styles["day"] if name in _DAYS else styles["text"])
    for line, letter in enumerate(letters, 1):
        for place, name in enumerate(COLUMNS):
            value = letter[name]
            if isinstance(value, date):
                sheet.write_datetime(line, place, value, styles["day"])
            elif value is not None:
                sheet.write_string(line, place, seen(str(value)), styles["text"])
    sheet.freeze_panes(1, 1)
    sheet.autofilter(0, 0, max(len(letters), 1), len(COLUMNS) - 1)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)
    book.close()
    return content.getvalue()


@dataclass(frozen=True, kw_only=True)
class Filled:
    """A row of a register that came back."""

    line: int
    letter_no: str | None
    posting_no: str | None
    posted_on: date | None
    returned_on: date | None
    returned_why: str | None
    unread: tuple[str, ...]
    """Columns with something in them that cannot be read."""


def read(path: Path) -> list[Filled]:
    """Read a register that came back (XLSX or CSV); raises PolicyserveError where it is none."""
    source = read_source(path, _likeness)
    places = _places(source.headers)
    if "letter_no" not in places or "posted_on" not in places:
        raise PolicyserveError(
            "{file} is no register of letters: it needs the columns '{number}' and '{posted}'.",
            file=path.name, number=Sentence(COLUMNS["letter_no"]), posted=Sentence(COLUMNS["posted_on"]),
        )  # fmt: skip
    texts = _texts(source, places)
    read_as = texts.select(
        "line", *(thoroughly(pl.col(name), column, sheet=source.sheet) for name, column in _READ_AS.items())
    )
    return [_filled(told, row) for told, row in zip(texts.to_dicts(), read_as.to_dicts(), strict=True)]


def _texts(source: Source, places: Mapping[str, int]) -> pl.DataFrame:
    cells = [
        clean(pl.col(str(places[name])), column).alias(name) if name in places else pl.lit(None, pl.String).alias(name)
        for name, column in _READ_AS.items()
    ]
    return source.cells.select(pl.col("line").cast(pl.Int32), *cells).filter(
        pl.any_horizontal(pl.col(FILLED).is_not_null())
    )


def _filled(told: Mapping[str, Any], row: Mapping[str, Any]) -> Filled:
    unread = tuple(name for name in FILLED if told[name] is not None and row[name] is None)
    return Filled(line=row["line"], unread=unread, **{name: row[name] for name in FILLED})


def _known() -> dict[str, str]:
    """Return each header as it is looked up, in every language, with its column."""
    spoken = languages()
    words = {(name, translated(language, title)) for name, title in COLUMNS.items() for language in spoken}
    return {plain_header(word): name for name, word in (*words, *((name, name) for name in COLUMNS))}


def _places(headers: Sequence[str]) -> dict[str, int]:
    known = _known()
    return {known[word]: place for place, word in enumerate(map(plain_header, headers)) if word in known}


def _likeness(cells: Sequence[str]) -> tuple[bool, int]:
    found = _places(cells)
    return "letter_no" in found, len(found)
