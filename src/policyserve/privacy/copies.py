"""The copy that a customer gets of everything held on them: JSON for machines, a workbook to read."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime, tzinfo
from decimal import Decimal
from typing import Any, Final

from policyserve.access.audit import CODES
from policyserve.book.lists import KINDS
from policyserve.book.money import decimal
from policyserve.book.problems import field_name
from policyserve.locale import say, say_in
from policyserve.privacy.holdings import HOLDINGS, Row
from policyserve.reporting.sheets import new_workbook, printed, styles_of, write_cell
from policyserve.standard import reasons
from policyserve.tasks.codes import shown
from policyserve.tasks.headings import heading

MONEY: Final = {"premium", "amount", "paid_amount", "sum_assured"}

LISTS: Final = {
    "customer": "customers", "policies": "policies", "premiums": "premiums", "debits": "premiums", "events": "events",
    "referrals": "referrals",
}  # fmt: skip
"""The lists that rows come from, whose words are used for their columns."""

MACHINES: Final = {
    "anchor", "nominal", "provisional", "claim", "next_at", "arguments", "rates", "assigned", "ordinal", "attempts",
}  # fmt: skip
"""Columns by which the system works, and which tell people nothing."""

Rows = Mapping[str, Sequence[Row]]


def as_json(customer_no: str, held: Rows, at: datetime) -> bytes:
    """Return everything as JSON: `customer_no`, `at`, and a list of rows for each of HOLDINGS, and `family`."""
    document = {
        "customer_no": customer_no,
        "at": at.isoformat(),
        **{name: _amounts(rows) for name, rows in held.items()},
    }
    return json.dumps(document, ensure_ascii=False, indent=1, default=str).encode()


def as_workbook(held: Rows, language: str, zone: tzinfo) -> bytes:
    """Return what people may read of it as a workbook, in words: a sheet for each of HOLDINGS that has rows.

    Instants are told in `zone`; keys and what a machine alone needs stand in the JSON.
    """
    content = io.BytesIO()
    book = new_workbook(content)
    styles = styles_of(book)
    for one in HOLDINGS:
        rows = [_in_words(row, language, zone) for row in _amounts(held[one.name])]
        names = [name for name in (rows[0] if rows else ()) if any(row[name] not in {None, ""} for row in rows)]
        if not names:
            continue
        sheet = book.add_worksheet(say(language, one.title)[:31])
        for place, name in enumerate(names):
            sheet.write_string(0, place, _heading(one.name, name, language), styles["head"])
            for line, row in enumerate(rows, 1):
                write_cell(sheet, (line, place), row[name], styles[_style(row[name])])
        sheet.freeze_panes(1, 0)
        sheet.autofit()
        printed(sheet)
    book.close()
    return content.getvalue()


def _heading(holding: str, name: str, language: str) -> str:
    """Return the word of the list that a column comes from, else that of the screens."""
    kind = LISTS.get(holding)
    listed = kind and any(column.name == name.removeprefix("is_") for column in KINDS[kind].columns)
    return field_name(kind, name).told(language) if kind and listed else heading(name, language)


def _in_words(row: Row, language: str, zone: tzinfo) -> Row:
    """Return what is to be read of a row: codes and reasons in words, no keys."""
    if row.get("reason") in reasons.REASONS and "arguments" in row:
        row = {**row, "reason": reasons.sentence(row["reason"], row["arguments"]).told(language)}
    if field := row.get("field"):
        values = {name: shown(field, row[name], language) for name in ("old", "new")}
        row = {**row, "field": heading(field, language), **values}
    return {
        name: _word(name, value, language, zone)
        for name, value in row.items()
        if name not in MACHINES and name != "id" and not name.endswith("_id")
    }


def _word(name: str, value: Any, language: str, zone: tzinfo) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(zone).strftime("%Y-%m-%d %H:%M:%S")
    if name == "action":
        return say_in(language, "entry of the audit log" if value in CODES else "deed on a task", value)
    if name == "kind" and value in {"task", "message"}:
        return say_in(language, "thing in the audit log", value)
    return None if value is None else shown(name, value, language)


def _style(value: Any) -> str:
    """Return the name of the format of a cell; see `sheets.styles_of`."""
    if isinstance(value, date):
        return "day"
    return "money" if isinstance(value, Decimal) else "key" if isinstance(value, int) else "text"


def _amounts(rows: Sequence[Row]) -> list[Row]:
    return [{name: _amount(name, value, row) for name, value in row.items()} for row in rows]


def _amount(name: str, value: Any, row: Row) -> Any:
    return decimal(value, row.get("currency")) if name in MONEY and value is not None else value
