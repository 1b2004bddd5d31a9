"""How the cells of a list are read: text columns in, typed columns out, null for what is no good.

Every form has a quick reading for the usual way of writing, and a thorough one for all ways that are understood; the
second is only asked where the first leaves something unread.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import polars as pl

from policyserve.book import languages, weekdays
from policyserve.book.list_columns import Column, Form
from policyserve.book.money import SCALE
from policyserve.book.words import CURRENCIES, NO, YES, lookup
from policyserve.calendars.lunar import LunarDateError, parse_lunar_birthday
from policyserve.locale import N_

FIRST_DAY, LAST_DAY = date(1900, 1, 2), date(2200, 12, 31)
"""The days that a list can name."""

_EPOCH_OF_SHEETS = date(1899, 12, 30)
_DATE_FORMATS = ("%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y年%m月%d日")
_TIME_OF_DAY = r"[ T]?(上午|下午|[ T]) *\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?( ?[AaPp][Mm])?$"
MOBILE = r"^(?:\+?(?:00)?86)?0?(1[3-9]\d{9})$"
"""A mainland mobile, with or without the country's code and the trunk zero of old."""

_LANDLINE = r"^(?:\+86)?(0(?:10\d{8}|2\d{8,9}|[3-9]\d{9,10})|[48]00\d{7}|[2-8]\d{6,7})$"
_ABROAD = r"^(\+(?:[1-79]|8[0-57-9])\d{6,14})$"
_UNIT = "[¥$]|(?i:rmb|cny)|人民币"
_AMOUNT = r"^[+-]?(\d{1,3}(,\d{3})+|\d+)(\.\d+)?$"

_ROUNDED = r"^-?\d+([.,]\d+)?[Ee]\+\d+$|^-?\d+[.,]\d+[Ee]\d+$"
"""A long number as spreadsheets show it: 1.2E+17."""

_FAILED = r"^#(DIV/0!|VALUE!|REF!|NAME\?|NUM!|NULL!|SPILL!|CALC!)$"
_NO_DAYS = (date(1899, 12, 30), date(1899, 12, 31), date(1900, 1, 1), date(1, 1, 1), date(9999, 12, 31))
_NO_DAY = r"^0{1,8}$|^0000[-/]00[-/]00|^1900[-/]0?1[-/]0?0\b"

_YES_NO = dict.fromkeys(YES, True) | dict.fromkeys(NO, False)

REASONS: dict[Form, str] = {
    "number": N_("has lost digits in a spreadsheet; format the column as text and enter the number again"),
    "text": N_("cannot be read"),
    "name": N_("cannot be read"),
    "date": N_("is no possible date; write it like 2026-11-21"),
    "birthday": N_("is no possible birthday; write it like 1968-08-15"),
    "money": N_("is no amount; write it like 1234.50"),
    "whole": N_("is no whole number that is possible here"),
    "yes-no": N_("is neither yes nor no; write Y or N"),
    "code": N_("is none of the words known here"),
    "phone": N_("is no phone number"),
    "lunar": N_("is no lunar date that existed; write it like 1968-08-15, a leap month like 1968-闰7-15"),
    "currency": N_("is no currency; write its three letters, like CNY"),
    "days": N_("names no weekdays or days; write them like 1,3,5 (1 is Monday), Mon-Fri, or 2026-12-24"),
    "languages": N_("cannot be read"),
}
"""What is wrong with a cell that cannot be read, in plain words that follow the column's name."""


def quickly(text: pl.Expr, column: Column) -> pl.Expr:
    """Read the usual way of writing; null where it is another one."""
    return _QUICK[column.form](text, column)


def thoroughly(text: pl.Expr, column: Column, *, sheet: bool) -> pl.Expr:
    """Read every way of writing that is understood; in a `sheet` (a spreadsheet) 45000 is a day."""
    if column.form in {"date", "birthday"}:
        return _any_date(text, sheet=sheet)
    return _THOROUGH.get(column.form, _QUICK[column.form])(_wide(text), column)


def _wide(text: pl.Expr) -> pl.Expr:
    return text.str.normalize("NFKC")


def _as_it_is(text: pl.Expr, _: Column) -> pl.Expr:
    return pl.when(~(text.str.starts_with("#") & text.str.contains(_FAILED))).then(text)


def _number(text: pl.Expr, _: Column) -> pl.Expr:
    return pl.when(~text.str.contains(_ROUNDED + "|" + _FAILED)).then(text)


def _possible(day: pl.Expr) -> pl.Expr:
    return pl.when(day.is_between(FIRST_DAY, LAST_DAY)).then(day)


def _iso_date(text: pl.Expr, _: Column) -> pl.Expr:
    return _possible(text.str.to_date("%Y-%m-%d", strict=False))


def stands_for_none(text: pl.Expr, *, sheet: bool) -> pl.Expr:
    """Whether a cell of days holds one that core systems write where they have none."""
    return _day(text, sheet=sheet).is_in(_NO_DAYS) | text.str.contains(_NO_DAY)


def _any_date(text: pl.Expr, *, sheet: bool) -> pl.Expr:
    return _possible(_day(text, sheet=sheet))


def _day(text: pl.Expr, *, sheet: bool) -> pl.Expr:
    text = _wide(text).str.replace(_TIME_OF_DAY, "")
    compact = pl.when(text.str.contains(r"^\d{8}$")).then(text).str.to_date("%Y%m%d", strict=False)
    ways = [text.str.to_date(form, strict=False) for form in _DATE_FORMATS] + [compact]
    if sheet:
        days = pl.when(text.str.contains(r"^\d{1,7}(\.\d+)?$")).then(text).cast(pl.Float64).floor().cast(pl.Int32)
        ways.append((pl.lit(_EPOCH_OF_SHEETS).cast(pl.Int32) + days).cast(pl.Date))
    return pl.coalesce(ways)


def _plain_amount(text: pl.Expr, _: Column) -> pl.Expr:
    plain = pl.when(text.str.contains(r"^-?\d{1,14}(\.\d{1,4})?$")).then(text)
    return plain.cast(pl.Decimal(18, SCALE), strict=False).to_physical().cast(pl.Int64)


def _any_amount(text: pl.Expr, column: Column) -> pl.Expr:
    text = text.str.replace_all(r"\s", "").str.replace(r"^\(([^-]*)\)(元?)$", "-$1$2")
    text = text.str.replace(rf"^(-?)(?:{_UNIT})", "$1").str.replace(rf"(?:{_UNIT}|元整?)$", "")
    text, tens = text.str.replace("万$", ""), text.str.ends_with("万")
    text = pl.when(text.str.contains(_AMOUNT)).then(text).str.replace_all(r"[,+]", "")
    amount = _plain_amount(text.str.replace(r"(\.\d*?)0+$", "$1").str.replace(r"\.$", ""), column)
    return amount * pl.when(tens).then(10_000).otherwise(1)


def _in_range(value: pl.Expr, column: Column) -> pl.Expr:
    return pl.when(value.is_between(column.lowest, column.highest)).then(value)


def _whole(text: pl.Expr, column: Column) -> pl.Expr:
    return _in_range(text.cast(pl.Int32, strict=False), column)


def _any_whole(text: pl.Expr, column: Column) -> pl.Expr:
    if column.unit:
        text = text.str.replace(rf"^第?(\d+) *(?:{column.unit})$", "$1")
    return _whole(text.str.replace(r"\.0+$", ""), column)


def _yes_no(text: pl.Expr, _: Column) -> pl.Expr:
    return text.str.to_lowercase().replace_strict(_YES_NO, default=None, return_dtype=pl.Boolean)


def _code(text: pl.Expr, column: Column) -> pl.Expr:
    return text.replace_strict({code: code for code in column.words}, default=None, return_dtype=column.dtype)


def _any_code(text: pl.Expr, column: Column) -> pl.Expr:
    plain = text.str.to_lowercase().str.replace_all("[_ ]", "-")
    return plain.replace_strict(lookup(column.words), default=None, return_dtype=column.dtype)


def _mobile(text: pl.Expr, _: Column) -> pl.Expr:
    return pl.when(text.str.contains(r"^1[3-9]\d{9}$")).then(text)


def _any_phone(text: pl.Expr, _: Column) -> pl.Expr:
    text = text.str.replace(r"\.0+$", "").str.replace_all(r"[\s\-().‐–—]", "")
    return pl.coalesce(text.str.extract(form) for form in (MOBILE, _LANDLINE, _ABROAD))


def _each(text: pl.Series, read: Callable[[str], str | None]) -> pl.Series:
    """Read each different text once."""
    told = text.unique().drop_nulls()
    canonical = pl.Series([read(one) for one in told], dtype=pl.String)
    return text.replace_strict(told, canonical, default=None, return_dtype=pl.String)


def _days(text: pl.Expr, _: Column) -> pl.Expr:
    return text.map_batches(lambda texts: _each(texts, weekdays.parse), return_dtype=pl.String)


def _languages(text: pl.Expr, column: Column) -> pl.Expr:
    return _as_it_is(text, column).map_batches(lambda texts: _each(texts, languages.parse), return_dtype=pl.String)


def _lunar(text: pl.Expr, _: Column) -> pl.Expr:
    return text.map_batches(lambda texts: _each(texts, _lunar_birthday), return_dtype=pl.String)


def _lunar_birthday(text: str) -> str | None:
    try:
        return str(parse_lunar_birthday(text))
    except LunarDateError:
        return None


def _currency(text: pl.Expr, _: Column) -> pl.Expr:
    return pl.when(text.str.contains("^[A-Z]{3}$") & ~text.is_in(list(CURRENCIES))).then(text)


def _any_currency(text: pl.Expr, _: Column) -> pl.Expr:
    word = text.str.to_uppercase().replace(CURRENCIES)
    return pl.when(word.str.contains("^[A-Z]{3}$")).then(word)


_QUICK: dict[Form, Callable[[pl.Expr, Column], pl.Expr]] = {
    "number": _number,
    "text": _as_it_is,
    "name": _as_it_is,
    "date": _iso_date,
    "birthday": _iso_date,
    "money": _plain_amount,
    "whole": _whole,
    "yes-no": _yes_no,
    "code": _code,
    "phone": _mobile,
    "lunar": _lunar,
    "currency": _currency,
    "days": _days,
    "languages": _languages,
}

_THOROUGH: dict[Form, Callable[[pl.Expr, Column], pl.Expr]] = {
    "money": _any_amount,
    "whole": _any_whole,
    "code": _any_code,
    "phone": _any_phone,
    "currency": _any_currency,
}


def name_key(name: pl.Expr) -> pl.Expr:
    """Write a name as names are compared: without blanks, invisible signs and wide letters, with one kind of dot."""
    plain = name.str.normalize("NFKC").str.replace_all(r"[\s\p{Cf}]", "")
    return plain.str.replace_all("[•・･‧∙⋅⸱.●﹒]", "·").str.to_lowercase()


def phone_key(phone: pl.Expr) -> pl.Expr:
    """Write a phone as phones are compared: a mobile in its eleven digits."""
    plain = phone.str.normalize("NFKC").str.replace_all(r"[^\d+]", "")
    return pl.coalesce(plain.str.extract(MOBILE), plain)
