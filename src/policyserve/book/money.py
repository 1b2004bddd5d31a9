"""Amounts: how many decimals a currency has, and integers of its minor unit."""

from __future__ import annotations

from decimal import Decimal

import polars as pl

SCALE = 4
"""An amount is first read as an integer of ten-thousandths, until its currency is known."""

DECIMALS = {
    **dict.fromkeys(("BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "VND", "VUV"), 0),
    **dict.fromkeys(("XAF", "XOF", "XPF"), 0),
    **dict.fromkeys(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"), 3),
}
"""Decimals of the currencies that have not two (ISO 4217)."""

_STEPS = {currency: 10 ** (SCALE - decimals) for currency, decimals in DECIMALS.items()}


def decimals_of(currency: str) -> int:
    """Return how many decimals amounts of that currency have."""
    return DECIMALS.get(currency, 2)


def decimal(minor: int, currency: str | None) -> Decimal:
    """Return an amount of minor units as a decimal of the currency."""
    return Decimal(minor).scaleb(-decimals_of(currency or ""))


def step(currency: pl.Expr) -> pl.Expr:
    """How many ten-thousandths make one minor unit of the currency (three letters; null has two decimals)."""
    return currency.replace_strict(_STEPS, default=100, return_dtype=pl.Int64)
