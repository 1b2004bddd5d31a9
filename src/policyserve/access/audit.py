"""The audit log: who did what, when, on whom; rows are added, and the database refuses to change them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, insert, select

from policyserve.access.viewer import Viewer
from policyserve.locale import N_all, N_in, Sentence
from policyserve.tables import AuditEntry, table

LOG = table(AuditEntry)

ACTIONS = N_all(
    "entry of the audit log",
    "signed in", "sign-in failed", "signed out", "sign-in throttled", "second factor refused",
    "second factor set up", "second factor reset", "password changed",
    "user added", "user disabled", "user enabled", "password reset", "role changed", "user linked",
    "personal data exported", "personal data restricted", "restriction lifted", "personal data erased",
    "task done", "task skipped", "task put off", "task reopened", "phone shown",
    "task assigned", "task added", "points paid", "messages cancelled", "message resolved",
    "refusal entered", "refusal lifted", "content entered", "content taken back",
    "standard put to use", "spot check noted", "event retracted",
    "spot check drawn", "job begun", "tasks released", "notice channel set", "notice channel removed",
    "contact noted", "referral noted", "event noted", "calendar made", "calendar revoked",
    "message let go", "message refused",
    "hand-over proposed", "hand-over changed", "hand-over applied", "hand-over undone",
    "absence entered", "absence withdrawn",
    "weights set", "weights taken back",
    "letters made", "letters posted", "letter shown",
    "complaint received", "complaint led on", "call noted",
    "visit fixed", "visit set free",
    "list imported", "token added", "token revoked", "token refused",
)  # fmt: skip

CODES = tuple(one.rpartition("\4")[2] for one in ACTIONS)
"""The actions as rows hold them."""

N_all(
    "thing in the audit log",
    "user", "customer", "task", "list", "message", "token", "standard", "sample", "job", "agent", "hand-over",
    "complaint", "letters", "letter",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One row of the log."""

    at: datetime
    actor: str
    action: str
    kind: str | None
    number: str | None
    address: str | None

    @property
    def said(self) -> Sentence:
        """What was done, as people read it."""
        return Sentence(N_in("entry of the audit log", self.action))

    @property
    def thing(self) -> Sentence:
        """The kind of thing that it was done to, as people read it."""
        return Sentence(N_in("thing in the audit log", self.kind or ""))


def note(
    connection: Connection,
    viewer: Viewer | str,
    action: str,
    *,
    at: datetime,
    kind: str | None = None,
    number: object = None,
    address: str | None = None,
) -> None:
    """Add a row, in the transaction of what it tells; `viewer` is a name where nobody has signed in."""
    actor = viewer if isinstance(viewer, str) else viewer.who
    told = None if number is None else str(number)
    row = {"at": at, "actor": actor, "action": action, "kind": kind, "number": told, "address": address}
    connection.execute(insert(LOG).values(row))


@dataclass(frozen=True, kw_only=True)
class Sought:
    """What is looked for in the log; None: anything."""

    actor: str | None = None
    action: str | None = None
    number: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    """Before this instant."""

    def conditions(self) -> list[ColumnElement[bool]]:
        """Return what must hold of a row."""
        c = LOG.c
        asked = {"actor": self.actor, "action": self.action, "number": self.number}
        found = [c[name] == value for name, value in asked.items() if value is not None]
        found += [c.at >= self.since] if self.since else []
        return found + ([c.at < self.until] if self.until else [])


def entries(
    connection: Connection, *, last: int, before: int | None = None, sought: Sought | None = None
) -> list[tuple[int, Entry]]:
    """Return the newest rows with their keys, the newest first; `before` goes on from a key."""
    query = select(LOG).where(*(sought or Sought()).conditions()).order_by(LOG.c.id.desc()).limit(last)
    rows = connection.execute(query if before is None else query.where(LOG.c.id < before)).mappings()
    return [(row["id"], Entry(**{name: row[name] for name in Entry.__dataclass_fields__})) for row in rows]
