"""Forms and calls that were sent: each carries a key, which is stored with what it does, so that it acts once.

What a call of the API was answered is stored beside it, and answered again; the same key with another body is refused.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, bindparam, delete, select, text, update

from policyserve.access.viewer import Viewer
from policyserve.errors import PolicyserveError
from policyserve.tables import SentForm, table

FORMS = table(SentForm)

REMEMBERED: Final = timedelta(days=30)
"""A phone may be without network that long, and what it sends then still acts once."""

_TAKE = text(
    "INSERT INTO sent_forms (key, user_id, at, body) VALUES (:key, :user_id, :at, :body) ON CONFLICT DO NOTHING"
).bindparams(bindparam("at", type_=FORMS.c.at.type))


@dataclass(frozen=True, kw_only=True)
class Sending:
    """A call of the API that changes something."""

    key: str | None
    """Of its sender's; None: what was sent twice is done twice."""
    body: str
    """SHA-256 of all that was sent."""
    answer: Callable[[Any], str]
    """Puts what was done into the answer, which is kept with the key."""
    versions: Collection[str] | None = None
    """The versions of what is changed that the sender has seen; None: any."""


Form = str | Sending | None
"""The key of a page's form, a call, or neither."""


class SentBeforeError(PolicyserveError):
    """It was carried out before; there is nothing left to do."""

    answer: str | None = None
    """What a call was answered then."""


class OtherBodyError(PolicyserveError):
    """The key was sent before, with something else."""


class ChangedError(PolicyserveError):
    """What is to be changed is no longer what its sender has seen."""


def take(connection: Connection, viewer: Viewer, form: Form, at: datetime) -> None:
    """Take a key within the transaction of its deed; raises SentBeforeError, or OtherBodyError, for one taken."""
    if (key := _key(viewer, form)) is None:
        return
    body = form.body if isinstance(form, Sending) else None
    connection.execute(delete(FORMS).where(FORMS.c.at < at - REMEMBERED))
    row = {"key": key, "user_id": viewer.user_id, "at": at, "body": body}
    if connection.execute(_TAKE, row).rowcount:
        return
    kept = connection.execute(select(FORMS).where(FORMS.c.key == key)).mappings().one()
    if body is not None and kept["body"] != body:
        raise OtherBodyError("This key was sent before with something else; take a new key for each call.")
    before = SentBeforeError("This form was sent before.")
    before.answer = kept["answer"]
    raise before


def taken(connection: Connection, viewer: Viewer, form: Form) -> bool:
    """Whether a key was taken before."""
    return bool(connection.scalar(select(FORMS.c.key).where(FORMS.c.key == _key(viewer, form))))


def check_version(form: Form, version: object) -> None:
    """Raise ChangedError where a call was made of another version of what it changes."""
    if isinstance(form, Sending) and form.versions is not None and str(version) not in form.versions:
        raise ChangedError("This has changed since it was read; read it again, and decide anew.")


def keep(connection: Connection, viewer: Viewer, form: Form, done: Any) -> None:
    """Answer a call, and keep the answer with its key, in the transaction of what was done."""
    if isinstance(form, Sending):
        answer = form.answer(done)
        connection.execute(update(FORMS).where(FORMS.c.key == _key(viewer, form)).values(answer=answer))


def _key(viewer: Viewer, form: Form) -> str | None:
    """Return the key of a form, which is its user's own; None where it has none."""
    key = form.key if isinstance(form, Sending) else form
    return None if key is None or viewer.user_id is None else f"{viewer.user_id}:{key[:64]}"
