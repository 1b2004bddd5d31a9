"""Messages as a list: what was sent to the customers in a viewer's scope, what waits, and what was withheld."""

from __future__ import annotations

from datetime import date
from typing import Any

from policyserve import db
from policyserve.access import scope
from policyserve.access.viewer import Viewer
from policyserve.messages.outbox import overview
from policyserve.operations.database import Database


def messages_page(
    engine: Database, viewer: Viewer, *, as_of: date, language: str, most: int, after: int = 0, **narrow: Any
) -> list[dict[str, Any]]:
    """Return the first messages in scope that follow a key; `narrow`: see `overview.messages`."""
    seen = scope.sees_customers(viewer.scope, as_of)
    with db.reading(engine) as connection:
        return overview.messages_after(connection, language, seen, after=after, most=most, **narrow)
