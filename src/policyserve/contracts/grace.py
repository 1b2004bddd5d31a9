"""Grace (宽限期): the days after a due day on which a premium is still in time (保险法 36)."""

from __future__ import annotations

from datetime import timedelta
from typing import Literal

import polars as pl

GRACE_DAYS = 60
"""Where neither a standard nor a profile says otherwise."""

RiderArrears = Literal["suspend-rider", "suspend-main"]
"""What an unpaid premium of a rider does when its grace is over: the rider alone lapses, or its main policy too."""


def grace_end(due_on: pl.Expr, days: pl.Expr | int) -> pl.Expr:
    """Return the last day of grace of an instalment due on that Date; the day itself is no day of grace."""
    return due_on + timedelta(days=days) if isinstance(days, int) else (due_on.cast(pl.Int32) + days).cast(pl.Date)


def suspension_day(due_on: pl.Expr, days: pl.Expr | int) -> pl.Expr:
    """Return the first day without cover where the instalment stays unpaid: the day after the last day of grace."""
    return grace_end(due_on, days + 1)
