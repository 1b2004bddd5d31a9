"""Amounts, numbers and shares of a whole as a reader of a language writes them: the one formatter."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from policyserve.locale.catalogue import N_all, N_in, say, say_in, translated

UNITS = N_all("unit of money", "CNY", "USD", "HKD", "JPY", "EUR", "GBP", "SGD", "TWD", "MOP")
"""Currencies that a language may have a word for; the others keep their three letters."""

AMOUNT = N_in("amount of money with its unit", "{unit} {amount}")
MONTHS = N_all(
    "month in a date",
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
WITH_RIDERS = N_in("amount of money, and the part of it that riders bring", "{amount} (riders: {riders} of it)")
RIDERS_ALONE = N_in("amount of money that riders alone bring", "{amount} (riders)")
PERCENT = N_in("share of a whole", "{number}%")


def money(language: str, amount: Decimal | int, currency: str | None) -> str:
    """Write an amount of a currency: 3,395.00元 in Chinese, CNY 3,395.00 in English."""
    if not currency:
        return f"{amount:,}"
    unit = translated(language, N_in("unit of money", currency))
    if unit == currency:
        return f"{currency} {amount:,}"
    return say(language, AMOUNT, unit=unit, amount=f"{amount:,}")


def with_riders(language: str, amount: str, riders: str | None) -> str:
    """Say of a written amount which part of it riders bring: 3,395.00元（含附加险225.00元）; None: they bring none."""
    if riders is None:
        return amount
    return say(language, RIDERS_ALONE if riders == amount else WITH_RIDERS, amount=amount, riders=riders)


def percent(language: str, number: Decimal | float | str) -> str:
    """Write a number of hundredths, which is rounded already, as a share: 87.99%."""
    return say(language, PERCENT, number=number)


def day(language: str, day: date, year: int) -> str:
    """Write a day for people: 21 November, 11月21日; outside of `year` with its year."""
    month = translated(language, MONTHS[day.month - 1])
    if day.year == year:
        return say_in(language, "date", "{day} {month}", day=day.day, month=month)
    return say_in(language, "date", "{day} {month} {year}", day=day.day, month=month, year=day.year)
