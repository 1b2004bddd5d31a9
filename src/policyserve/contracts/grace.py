"""Grace (宽限期): the days after a due day on which a premium is still in time (保险法 36)."""

from __future__ import annotations

from typing import Literal

import polars as pl

from policyserve.dates import days_later

GRACE_DAYS = 60
"""Where neither a standard nor a profile says otherwise."""

RiderArrears = Literal["suspend-rider", "suspend-main"]
"""What an unpaid premium of a rider does when its grace is over: the rider alone lapses, or its main policy too."""


def grace_end(due_on: pl.Expr, days: pl.Expr | int) -> pl.Expr:
    """Return the last day of grace of an instalment due on that Date; the day itself is no day of grace."""
    return days_later(due_on, days)


def suspension_day(due_on: pl.Expr, days: pl.Expr | int) -> pl.Expr:
    """Return the first day without cover where the instalment stays unpaid: the day after the last day of grace."""
    return grace_end(due_on, days + 1)
