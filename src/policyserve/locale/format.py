"""Amounts, numbers and shares of a whole as a reader of a language writes them: the one formatter."""

from __future__ import annotations

from decimal import Decimal

from policyserve.locale.catalogue import N_all, N_in, say, translated

UNITS = N_all("unit of money", "CNY", "USD", "HKD", "JPY", "EUR", "GBP", "SGD", "TWD", "MOP")
"""Currencies that a language may have a word for; the others keep their three letters."""

AMOUNT = N_in("amount of money with its unit", "{unit} {amount}")
PERCENT = N_in("share of a whole", "{number}%")


def money(language: str, amount: Decimal | int, currency: str | None) -> str:
    """Write an amount of a currency: 3,395.00元 in Chinese, CNY 3,395.00 in English."""
    if not currency:
        return f"{amount:,}"
    unit = translated(language, N_in("unit of money", currency))
    return say(language, AMOUNT, unit=unit, amount=f"{amount:,}")


def percent(language: str, number: Decimal | float | str) -> str:
    """Write a number of hundredths, which is rounded already, as a share: 87.99%."""
    return say(language, PERCENT, number=number)
