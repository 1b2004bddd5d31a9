"""Hooks of schemathesis: what chance makes up badly, a key of its own, the version that was seen, a day of our time."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import schemathesis
from hypothesis import strategies

from policyserve.calendars.asked_days import FIRST, LAST

schemathesis.openapi.format("date", strategies.dates(FIRST, LAST).map(str))  # no description can say between which days


@schemathesis.hook
def before_call(_context: Any, case: Any, _settings: Any) -> None:
    """Give a call that carries a key another one, and take a version away: others are refused, and rightly."""
    headers = case.headers or {}
    for name in [*headers]:
        if name.lower() == "idempotency-key":
            headers[name] = str(uuid4())
        elif name.lower() == "if-match":
            del headers[name]
