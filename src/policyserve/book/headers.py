"""Which column of a file is which column of the list, by headers in English or Chinese."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from policyserve.book.lists import KINDS, Column, ListKind
from policyserve.errors import PolicyserveError
from policyserve.files import REPORT
from policyserve.locale import Counted, N_in, Sentence


@dataclass(frozen=True, kw_only=True)
class Headers:
    """What the header row says."""

    places: Mapping[str, str]
    """The name of each column of the list that is there, with its place in the file: `0`, `1`, ..."""
    ignored: tuple[str, ...]
    """Headers that the list does not know."""
    report: tuple[str, ...]
    """The places of the columns that a reject file has put before the list's own."""


def recognise(headers: tuple[str, ...], kind: ListKind) -> Headers:
    """Find the columns of a list in a header row.

    Raises PolicyserveError where a required column is missing, or a column stands twice.
    """
    known = _known(kind)
    words = [plain_header(header) for header in headers]
    places = {known[word]: str(place) for place, word in enumerate(words) if word in known}
    _refuse_doubles(Counter(known[word] for word in words if word in known), kind)
    missing = [column for column in kind.columns if column.required and column.name not in places]
    if kind.name == "events" and not {"policy_no", "customer_no"} & places.keys():
        missing.append(kind.column("policy_no"))
    if missing:
        raise PolicyserveError(_missing(missing, headers, kind))
    return Headers(
        places=places,
        ignored=tuple(
            header.strip()
            for header, word in zip(headers, words, strict=True)
            if word and word not in {*known, *REPORT}
        ),
        report=tuple(str(place) for place, word in enumerate(words) if word in REPORT),
    )


def likeness(cells: Sequence[str], kind: ListKind) -> tuple[bool, int]:
    """Say how much a row looks like the header of a list: whether every required column is there, and how many are."""
    known = _known(kind)
    places = {known[word] for word in map(plain_header, cells) if word in known}
    return all(column.name in places for column in kind.columns if column.required), len(places)


def plain_header(header: str) -> str:
    """Write a header as it is looked up: small letters, underlines for blanks, no star of a required column."""
    word = unicodedata.normalize("NFKC", header).strip().strip("*\ufeff").strip().lower()
    return word.replace(" ", "_").replace("-", "_")


def _known(kind: ListKind) -> dict[str, str]:
    return {plain_header(word): column.name for column in kind.columns for word in (column.name, column.chinese)}


def _refuse_doubles(counts: Counter[str], kind: ListKind) -> None:
    doubles = [kind.column(name).title for name, count in counts.items() if count > 1]
    if doubles:
        raise PolicyserveError(
            "The column {doubles} stands more than once in the header; keep one of them.", doubles=", ".join(doubles)
        )


def _missing(missing: list[Column], headers: tuple[str, ...], kind: ListKind) -> Sentence:
    known = {word for one in KINDS.values() for word in _known(one)}
    found = ", ".join(header.strip() for header in headers if plain_header(header) in known)
    sentence: Sentence = Counted(
        "A list of {kind} needs the column {columns}; of the columns known, the first line of this file has: {found}.",
        "A list of {kind} needs the columns {columns}; of the columns known, the first line of this file has: {found}.",
        len(missing),
        kind=kind.name,
        columns=", ".join(column.title for column in missing),
        found=found[:300] or Sentence(N_in("columns", "none")),
    )
    other = _likely_kind(headers)
    if other and other != kind.name:
        return Sentence(
            "{sentence} It looks like a list of {kind}: import it as '{kind}'.", sentence=sentence, kind=other
        )
    return sentence


def _likely_kind(headers: tuple[str, ...]) -> str | None:
    words = {plain_header(header) for header in headers}
    found = {
        name: len(words & _known(kind).keys())
        for name, kind in KINDS.items()
        if all(
            {plain_header(column.name), plain_header(column.chinese)} & words
            for column in kind.columns
            if column.required
        )
    }
    return max(found, key=lambda name: found[name]) if found else None
