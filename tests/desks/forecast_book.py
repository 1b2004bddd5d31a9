"""A generated book whose premiums are lost by known chances, and forecasts of it."""

from __future__ import annotations

from datetime import date

AS_OF = date(2026, 6, 30)

FIRST = date(2021, 1, 1)

EFFECTIVE = date(2025, 5, 20)
