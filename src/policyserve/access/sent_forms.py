"""Forms that were sent: each carries a key, which is stored with what the form does, so that a double tap acts once."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection, bindparam, delete, text

from policyserve.access.viewer import Viewer
from policyserve.errors import PolicyserveError
from policyserve.tables import SentForm, table

FORMS = table(SentForm)

REMEMBERED: Final = timedelta(days=2)

_TAKE = text(
    "INSERT INTO sent_forms (key, user_id, at) VALUES (:key, :user_id, :at) ON CONFLICT DO NOTHING"
).bindparams(bindparam("at", type_=FORMS.c.at.type))


class SentBeforeError(PolicyserveError):
    """The form was carried out before; there is nothing left to do."""


def take(connection: Connection, viewer: Viewer, key: str | None, at: datetime) -> None:
    """Take a form's key within the transaction of its deed; raises SentBeforeError for one that was taken."""
    if key is None or viewer.user_id is None:
        return
    connection.execute(delete(FORMS).where(FORMS.c.at < at - REMEMBERED))
    row = {"key": f"{viewer.user_id}:{key[:64]}", "user_id": viewer.user_id, "at": at}
    if not connection.execute(_TAKE, row).rowcount:
        raise SentBeforeError("This form was sent before.")
