"""The sections `[notices]` and `[jobs]`: when the scheduler works."""

from __future__ import annotations

from datetime import time
from typing import Annotated

from pydantic import Field

from policyserve.settings_file.section import Section


class NoticeSettings(Section):
    """The agents' morning notices."""

    at: time = time(8, 0)
    """When they go out, unless an agent has an hour of their own."""
    most: Annotated[int, Field(ge=1, le=100)] = 10
    """Customers named in one notice; the rest is counted."""
    public_url: Annotated[str, Field(pattern=r"^https?://[^\s/]+(/[^\s]*)?$", max_length=200)] | None = None
    """Where browsers find the pages; a notice then ends with the address that opens the day."""


class JobSettings(Section):
    """When the scheduler works, in the business time zone."""

    release_at: time = time(1, 30)
    generate_at: time = time(7, 0)
    send_every_minutes: Annotated[int, Field(ge=1, le=1440)] = 5
    notices_every_minutes: Annotated[int, Field(ge=1, le=1440)] = 5
    days: Annotated[int, Field(ge=0, le=366)] = 30
    """How many days ahead the nightly release reaches."""
    first_pause_minutes: Annotated[float, Field(gt=0, le=1440)] = 1
    """Before a job that failed is tried again; doubles with each further try, until it succeeds or the day is over."""
    longest_pause_minutes: Annotated[float, Field(gt=0, le=1440)] = 60
    """The longest of these pauses."""
    overdue_minutes: Annotated[float, Field(gt=0, le=10_080)] = 60
    """How long after it was due a job without success is called overdue."""
    doubt_days: Annotated[int, Field(ge=1, le=3660)] = 7
    """How far from the last run the clock may stand; further away no job works before somebody confirms the day."""
