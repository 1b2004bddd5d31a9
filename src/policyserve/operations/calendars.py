"""The calendar of the market: one that the product ships, or a file of the installation's own."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from policyserve.calendars.calendar import Calendar, load_calendar
from policyserve.config import fixture
from policyserve.errors import PolicyserveError


@cache
def calendar_named(name: str) -> Calendar:
    """Return a calendar that the product ships, or the one in a file of that name.

    Raises PolicyserveError where there is none.
    """
    shipped = fixture("calendars", f"{name}.yaml")
    if shipped.is_file():
        return load_calendar(shipped)
    if Path(name).is_file():
        return load_calendar(Path(name))
    known = ", ".join(sorted(path.stem for path in fixture("calendars").glob("*.yaml")))
    raise PolicyserveError(
        "There is no calendar '{name}'; POLICYSERVE_CALENDAR can be {known}, or a file.", name=name, known=known
    )
