"""The copy that a customer gets of everything held on them: JSON for machines, a workbook to read."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from policyserve.book.money import decimal
from policyserve.files import PRODUCT
from policyserve.locale import say
from policyserve.privacy.holdings import HOLDINGS, Row

MONEY: Final = {"premium", "amount", "paid_amount", "sum_assured"}

Rows = Mapping[str, Sequence[Row]]


def as_json(customer_no: str, held: Rows, at: datetime) -> bytes:
    """Return everything as JSON: `customer_no`, `at`, and a list of rows for each of HOLDINGS, and `family`."""
    document = {
        "customer_no": customer_no,
        "at": at.isoformat(),
        **{name: _amounts(rows) for name, rows in held.items()},
    }
    return json.dumps(document, ensure_ascii=False, indent=1, default=str).encode()


def as_workbook(held: Rows, language: str) -> bytes:
    """Return everything as a workbook, a sheet for each of HOLDINGS that has rows."""
    from xlsxwriter import Workbook  # type: ignore[import-untyped]

    written = io.BytesIO()
    with Workbook(written, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}) as book:
        book.set_properties({"author": PRODUCT})
        bold = book.add_format({"bold": True})
        for one in HOLDINGS:
            if not (rows := _amounts(held[one.name])):
                continue
            sheet = book.add_worksheet(say(language, one.title)[:31])
            for place, name in enumerate(rows[0]):
                sheet.write_string(0, place, name, bold)
            for line, row in enumerate(rows, 1):
                for place, value in enumerate(row.values()):
                    sheet.write_string(line, place, "" if value is None else str(value))
            sheet.freeze_panes(1, 0)
            sheet.autofit()
    return written.getvalue()


def _amounts(rows: Sequence[Row]) -> list[Row]:
    return [{name: _amount(name, value, row) for name, value in row.items()} for row in rows]


def _amount(name: str, value: Any, row: Row) -> Any:
    return decimal(value, row.get("currency")) if name in MONEY and value is not None else value
