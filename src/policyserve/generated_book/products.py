"""What the invented insurer sells."""

from __future__ import annotations

import polars as pl
from polars._typing import PolarsDataType as DataType

from policyserve.book.columns import MONTHS_OF_MODE

_COLUMNS: dict[str, DataType] = {
    "product": pl.String,
    "weight": pl.Int32,
    "product_kind": pl.String,
    "participating": pl.Boolean,
    "pay": pl.List(pl.Int32),  # the choices of years to pay; empty: paid at once
    "term": pl.Int32,  # years of cover; null: for life
    "low": pl.Int32,  # premium of a year, in yuan
    "high": pl.Int32,
    "cover": pl.Int32,  # sum assured for each yuan of premium
}

CATALOGUE = pl.DataFrame(
    [
        ("安康重疾险", 26, "critical-illness", False, [10, 20], None, 2_400, 15_000, 40),
        ("乐享一生重疾险", 10, "critical-illness", False, [20], None, 1_800, 9_000, 50),
        ("福满年金", 17, "annuity", True, [3, 5, 10], None, 5_000, 80_000, 8),
        ("世代传家终身寿险", 12, "life", True, [3, 5, 10], None, 5_000, 60_000, 12),
        ("守护定期寿险", 9, "life", False, [10, 20], 20, 600, 3_000, 300),
        ("康悦医疗险", 12, "health", False, [5, 10, 20], 20, 500, 3_500, 400),
        ("鑫利两全", 7, "savings", True, [3], 5, 5_000, 40_000, 4),
        ("鸿运两全", 4, "savings", True, [5, 10], 15, 3_000, 30_000, 10),
        ("随心一年意外险", 3, "accident", False, [], 1, 100, 600, 1_000),
    ],
    schema=_COLUMNS,
    orient="row",
)
"""One row per product, with its weight in a hundred policies."""

RIDER = "附加住院医疗"
"""The rider, of the kind `health`, that is sold along with a policy."""

MODES = {"annual": 66, "monthly": 17, "quarterly": 8, "semi-annual": 5, "single": 4}
"""How premiums are paid, of a hundred policies sold now."""

SOLD_FOR = {"monthly": 24, "quarterly": 40, "semi-annual": 60}
"""Months for which these modes have been on sale; before that, premiums were paid once a year."""

MONTHS = MONTHS_OF_MODE | {"single": 0}
"""Months from one instalment to the next."""

FACTORS = {"annual": 1.0, "semi-annual": 0.52, "quarterly": 0.265, "monthly": 0.09, "single": 4.0}
"""An instalment, of the premium of a year."""
