"""Hooks of schemathesis: what a caller cannot make up by chance, a key of its own and the version that was seen."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import schemathesis


@schemathesis.hook
def before_call(_context: Any, case: Any, _settings: Any) -> None:
    """Give a call that carries a key another one, and take a version away: others are refused, and rightly."""
    headers = case.headers or {}
    for name in [*headers]:
        if name.lower() == "idempotency-key":
            headers[name] = str(uuid4())
        elif name.lower() == "if-match":
            del headers[name]
