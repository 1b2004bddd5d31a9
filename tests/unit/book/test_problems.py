"""Problems of a list in words, in the language of whoever reads them."""

from __future__ import annotations

import polars as pl
import pytest

from policyserve.book.lists import KINDS
from policyserve.book.problems import field_name, list_name, problem, told
from policyserve.book.rows import Rows


@pytest.mark.parametrize("kind", KINDS)
def test_every_column_has_in_chinese_the_name_that_its_header_has(kind: str) -> None:
    columns = KINDS[kind].columns
    assert [field_name(kind, column.name).told("zh") for column in columns] == [column.chinese for column in columns]
    assert [str(field_name(kind, column.name)) for column in columns] == [column.name for column in columns]
    assert list_name(kind).told("zh") != kind


def checked() -> Rows:
    values = pl.DataFrame({"line": [2, 3], "amount": [1, 2], "bound": [5, 5]}, schema_overrides={"line": pl.UInt32})
    rows = Rows(values=values)
    words = "is no whole number from {lowest} to {highest}"
    return rows.reject(pl.col("amount") == 2, "amount", words, lowest=pl.lit(3), highest=pl.col("bound"))


def test_a_problem_is_words_with_values_until_somebody_reads_it() -> None:
    (row,) = checked().all_problems.to_dicts()
    assert (row["line"], row["reason"]) == (3, "is no whole number from {lowest} to {highest}")
    assert row["arguments"] == '{"lowest":3,"highest":5}'
    assert str(problem("events", row)) == "amount is no whole number from 3 to 5"
    assert problem("events", row).told("zh") == "金额不是3至5之间的整数"


def test_problems_are_told_in_columns() -> None:
    columns = ("severity", "field", "reason")
    assert told("events", checked().all_problems, "en").select(columns).rows() == [
        ("rejected", "amount", "is no whole number from 3 to 5")
    ]
    assert told("events", checked().all_problems, "zh").select(columns).rows() == [
        ("拒收", "金额", "不是3至5之间的整数")
    ]
