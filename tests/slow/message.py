"""What a message says of an instalment: sums and days in words, written plainly for either language."""

from __future__ import annotations

from datetime import date, timedelta

from slow.policy import Policy

MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip


def said(policy: Policy, instalment: int, day: date, language: str) -> list[str]:
    """Return what is to be paid, the due day, the last day of grace and the first day without cover, in words."""
    due = policy.due_of(instalment)
    assert due is not None
    asked, owed, riders_asked, riders_owed = policy.sums_of(instalment, day)
    whole, riders = (owed, riders_owed) if owed else (asked, riders_asked)
    days = (due, due + timedelta(days=policy.grace_days), due + timedelta(days=policy.grace_days + 1))
    return [in_money(whole, riders, language), *(in_days(one, day.year, language) for one in days)]


def in_money(whole: int, riders: int, language: str) -> str:
    """Write a sum of CNY with the part that riders bring."""
    if language == "zh":
        amount = f"{whole / 100:,.2f}元"
        return amount + (f"（含附加险{riders / 100:,.2f}元）" if riders < whole else "（附加险）") * (riders > 0)
    amount = f"CNY {whole / 100:,.2f}"
    return amount + (f" (riders: CNY {riders / 100:,.2f} of it)" if riders < whole else " (riders)") * (riders > 0)


def in_days(day: date, year: int, language: str) -> str:
    """Write a day; outside of the year with its year."""
    if language == "zh":
        return f"{day.year}年" * (day.year != year) + f"{day.month}月{day.day}日"
    return f"{day.day} {MONTHS[day.month - 1]}" + f" {day.year}" * (day.year != year)
