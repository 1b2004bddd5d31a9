"""Services whose work does not wait for the return of an agent who is away, kept where SQL finds them."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Connection, delete, insert

from policyserve.standard.model import Standard
from policyserve.tables import PressingService, table

SERVICES = table(PressingService)

KINDS: Final = frozenset({"after-unpaid", "after-suspension", "after-debit"})
"""Triggers of lapse and of debits."""


def keep_pressing(connection: Connection, standard: Standard) -> None:
    """Keep those of a standard: lapse, debits, and what stays on its day although that is off."""
    found = {one.code for one in standard.services if one.trigger.kind in KINDS or one.days_off == "keep"}
    connection.execute(delete(SERVICES))
    if found:
        connection.execute(insert(SERVICES), [{"service": code} for code in sorted(found)])
