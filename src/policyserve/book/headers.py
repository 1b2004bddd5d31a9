"""Which column of a file is which column of the list, by headers in English or Chinese."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from functools import cache, lru_cache

from policyserve.book.header_words import OTHER_WORDS
from policyserve.book.list_columns import Column, ListKind
from policyserve.book.lists import KINDS
from policyserve.book.problems import list_name
from policyserve.errors import PolicyserveError, QuestionError
from policyserve.files import REPORT
from policyserve.locale import Counted, N_in, Sentence

_SIGNS = r"""[\s_\-.:*#'"`/\\]"""
_REMARK = r"[(\[【](元|人民币|人民币元|rmb|cny|yyyy.?mm.?dd|必填|选填|required|optional|天|年)[)\]】]$"
_TRADITIONAL = str.maketrans(
    "單號繳費險額實應帳戶電話聯絡業務員機構團隊產類種幣別職愛農曆陰陽離稱結敗備註說轉紹際頻間滿簽發營銷訂簡認時狀態進編碼門組級屬總終",
    "单号缴费险额实应账户电话联络业务员机构团队产类种币别职爱农历阴阳离称结败备注说转绍际频间满签发营销订简认时状态进编码门组级属总终",
)
_ALIKE = {
    "交": "缴",
    "帐": "账",
    r"(号码|编号|编码|代码)$": "号",
    r"(日期|时间)$": "日",
    r"(number|num|nbr)$": "no",
}
"""What of a header is the same in other words."""


@dataclass(frozen=True, kw_only=True)
class Naming:
    """What the user says of the columns of a file."""

    columns: Mapping[str, str] = field(default_factory=dict)
    """The field of the list (its name, or another word for it) for each header."""
    ignored: tuple[str, ...] = ()
    """Headers of columns that are left out."""
    asked: tuple[str, ...] = ()
    """Those of the headers in `columns` that the file must have."""


@dataclass(frozen=True, kw_only=True)
class Headers:
    """What the header row says."""

    places: Mapping[str, str]
    """The name of each column of the list that is there, with its place in the file: `0`, `1`, ..."""
    unknown: Mapping[str, str]
    """The places of columns that the list does not know and nobody has left out, with their headers."""
    report: tuple[str, ...]
    """The places of the columns that a reject file has put before the list's own."""

    @property
    def ignored(self) -> tuple[str, ...]:
        """Headers that the list does not know."""
        return tuple(header for header in self.unknown.values() if not header.startswith("#"))


@dataclass(frozen=True, kw_only=True)
class _HeaderRow:
    """A header row that was looked up."""

    labels: Sequence[str]
    words: Sequence[str]
    """The labels as they are looked up."""
    left_out: Set[int]
    """The places of columns that the user leaves out."""
    claims: Mapping[int, tuple[str, int]]
    """Of the places of other headers that are known: the column's name, and the rank of the word."""

    def places_of(self, column: Column) -> list[int]:
        """Return the place of a column: of several that say the same, the one with the better word.

        Several are left where none is better, and of amounts and days that nobody has named, of which none is lost.
        """
        ranks = {place: rank for place, (name, rank) in self.claims.items() if name == column.name}
        best = min(ranks.values(), default=0)
        precious = column.form in {"money", "date", "birthday"} and best >= 0
        return [place for place, rank in ranks.items() if precious or rank == best]


def recognise(headers: tuple[str, ...], kind: ListKind, naming: Naming | None = None) -> Headers:
    """Find the columns of a list in a header row; a column without a header is called `#5` by its place.

    Raises PolicyserveError where a required column is missing, or a column stands twice.
    """
    naming = naming or Naming()
    row = _looked_up(headers, kind, naming)
    _refuse_absent(naming, row)
    places = _decided(row, kind)
    _refuse_missing([column for column in kind.columns if column.name not in places], headers, kind)
    report = [place for place, word in enumerate(row.words) if word in REPORT and place not in places.values()]
    used = {*places.values(), *report, *row.left_out}
    return Headers(
        places={name: str(place) for name, place in places.items()},
        unknown={str(place): label for place, label in enumerate(row.labels) if place not in used},
        report=tuple(map(str, report)),
    )


def read_as(headers: tuple[str, ...], kind: ListKind, naming: Naming) -> list[tuple[str, str | None, bool]]:
    """Return of each column its header, the column of the list that it would be, and whether it is left out.

    Where `recognise` could not decide between several, each of them would be that column.
    """
    row = _looked_up(headers, kind, naming)
    fields = {place: column.name for column in kind.columns for place in row.places_of(column)}
    return [(label, fields.get(place), place in row.left_out) for place, label in enumerate(row.labels)]


def likeness(cells: Sequence[str], kind: ListKind, naming: Naming | None = None) -> tuple[bool, int]:
    """Say how much a row looks like the header of a list: whether every required column is there, and how many are."""
    known = _known(kind) | _named(naming or Naming(), kind)
    places = {known[word][0] for word in map(plain_header, cells) if word in known}
    return all(column.name in places for column in kind.columns if column.required), len(places)


@lru_cache(maxsize=4096)
def plain_header(header: str) -> str:
    """Write a header as it is looked up: small letters, no signs, simplified, one word for what is called in several.

    保单号码 and 保单编号 are 保单号, 应交日期 and 应缴时间 are 应缴日, `Policy Number` is `policyno`.
    """
    seen = "".join(sign for sign in unicodedata.normalize("NFKC", header) if unicodedata.category(sign) != "Cf")
    hashed = re.fullmatch(r"\s*(#\d+)\s*", seen)
    if hashed:
        return hashed[1]
    word = re.sub(_SIGNS, "", seen.lower()).translate(_TRADITIONAL)
    word = re.sub(_REMARK, "", word)
    for pattern, same in _ALIKE.items():
        word = re.sub(pattern, same, word)
    return word


def words_of(column: Column, kind: ListKind) -> tuple[str, ...]:
    """Return the headers by which a column is known, its own names first."""
    return column.name, column.chinese, *OTHER_WORDS[kind.name].get(column.name, ())


def _known(kind: ListKind) -> dict[str, tuple[str, int]]:
    """Return each header as it is looked up: the column's name, and its rank: 0 for the column's own names."""
    return _known_by_name(kind.name)


@cache
def _known_by_name(name: str) -> dict[str, tuple[str, int]]:
    found: dict[str, tuple[str, int]] = {}
    for column in KINDS[name].columns:
        for rank, word in enumerate(map(plain_header, words_of(column, KINDS[name]))):
            found.setdefault(word, (column.name, max(rank - 1, 0)))
    return found


def _named(naming: Naming, kind: ListKind) -> dict[str, tuple[str, int]]:
    """Return the same for headers that the user has named; raise QuestionError for a field that the list has not."""
    known = _known(kind)
    for field_asked in naming.columns.values():
        if plain_header(field_asked) not in known:
            raise QuestionError(
                "'{field}' is no column of a list of {kind}; its columns are {columns}.",
                field=field_asked,
                kind=list_name(kind.name),
                columns=", ".join(column.title for column in kind.columns),
            )
    return {plain_header(header): (known[plain_header(asked)][0], -1) for header, asked in naming.columns.items()}


def _looked_up(headers: tuple[str, ...], kind: ListKind, naming: Naming) -> _HeaderRow:
    """Look each column up: by its label, where somebody has named that, else by its header."""
    known, named = _known(kind), _named(naming, kind)
    ignored = {plain_header(header) for header in naming.ignored}
    labels = _labels(headers)
    own = [plain_header(label) for label in labels]
    words = [plain_header(header) or word for header, word in zip(headers, own, strict=True)]
    asked = [mine if mine in named or mine in ignored else word for mine, word in zip(own, words, strict=True)]
    left_out = {place for place, word in enumerate(asked) if word in ignored}
    found = {place: (known | named).get(word) for place, word in enumerate(asked) if place not in left_out}
    claims = {place: claim for place, claim in found.items() if claim}
    return _HeaderRow(labels=labels, words=words, left_out=left_out, claims=claims)


def _labels(headers: tuple[str, ...]) -> list[str]:
    """Return what the columns are called: `#5` without a header, and `name (5)` where another has the same."""
    counts = Counter(map(plain_header, headers))
    marks = [f" ({place})" if counts[plain_header(header)] > 1 else "" for place, header in enumerate(headers, 1)]
    named = enumerate(zip(headers, marks, strict=True), 1)
    return [f"{header.strip()}{mark}" if header.strip() else f"#{place}" for place, (header, mark) in named]


def _refuse_absent(naming: Naming, row: _HeaderRow) -> None:
    there = {*row.words, *map(plain_header, row.labels)}
    absent = [header for header in naming.asked if plain_header(header) not in there]
    if absent:
        raise QuestionError(
            "The file has no column '{header}'; its columns are: {headers}.",
            header=absent[0],
            headers=", ".join(row.labels)[:300],
        )


def _decided(row: _HeaderRow, kind: ListKind) -> dict[str, int]:
    """Return the place of each column; raise PolicyserveError where several are left."""
    found = {}
    for column in kind.columns:
        places = row.places_of(column)
        if len(places) > 1:
            values = {"column": column.title, "headers": ", ".join(row.labels[place] for place in places)}
            raise PolicyserveError(
                "The column {column} stands more than once in the header: {headers}; keep one of them, or leave the "
                "others out with --ignore HEADER.",
                **values,
            ).on_pages(Sentence(
                "The column {column} stands more than once in the header: {headers}; choose one of them, and leave "
                "the others out.",
                **values,
            ))  # fmt: skip
        if places:
            found[column.name] = places[0]
    return found


def _refuse_missing(absent: Iterable[Column], headers: tuple[str, ...], kind: ListKind) -> None:
    missing = [column for column in absent if column.required]
    subjects = [column for column in absent if column.name in {"policy_no", "customer_no"}]
    if kind.name == "events" and len(subjects) > 1:
        missing.append(kind.column("policy_no"))
    if missing:
        raise PolicyserveError(_missing(missing, headers, kind))


def _missing(missing: list[Column], headers: tuple[str, ...], kind: ListKind) -> Sentence:
    known = {word for one in KINDS.values() for word in _known(one)}
    found = ", ".join(header.strip() for header in headers if plain_header(header) in known)
    sentence: Sentence = Counted(
        "A list of {kind} needs the column {columns}; of the columns known, the first line of this file has: {found}.",
        "A list of {kind} needs the columns {columns}; of the columns known, the first line of this file has: {found}.",
        len(missing),
        kind=list_name(kind.name),
        columns=", ".join(column.title for column in missing),
        found=found[:300] or Sentence(N_in("columns", "none")),
    )
    other = _likely_kind(headers)
    if other and other != kind.name:
        return Sentence(
            "{sentence} It looks like a list of {name}: import it as '{kind}'.",
            sentence=sentence,
            name=list_name(other),
            kind=other,
        )
    return sentence


def _likely_kind(headers: tuple[str, ...]) -> str | None:
    found = {name: count for name, kind in KINDS.items() for whole, count in [likeness(headers, kind)] if whole}
    return max(found, key=lambda name: found[name]) if found else None
