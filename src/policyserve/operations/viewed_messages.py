"""Messages to the customers whom a viewer sees: how they stand, and those that wait for a manager decided about."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta
from typing import Any

import polars as pl
from sqlalchemy import ColumnElement, Connection, func, select

from policyserve import db
from policyserve.access import audit, scope
from policyserve.access.viewer import Viewer
from policyserve.errors import PolicyserveError
from policyserve.locale import N_, N_in, Sentence
from policyserve.messages.outbox import outbox, overview
from policyserve.messages.outbox.stored_messages import MESSAGES
from policyserve.metrics.columns import column
from policyserve.metrics.figure import Column, Figure
from policyserve.metrics.services.work import service_column
from policyserve.operations.database import Database
from policyserve.operations.seen_figures import named
from policyserve.tables import Customer, table
from policyserve.tasks.codes import coded
from policyserve.tasks.stored_standard import current_standard

CUSTOMERS = table(Customer)

SHOWN = 200
"""Messages that a list holds at most, the first ones."""

LATELY = timedelta(days=30)

WAITS = (MESSAGES.c.status == "planned") & MESSAGES.c.needs_approval.is_(True) & MESSAGES.c.final_at.is_(None)
"""What waits for a manager."""

TROUBLE = ("failed", "unknown")
"""The states that somebody should look at."""

STATE = Column(name="state", title=N_("State"), kind="code", words=coded)
COUNTS = (STATE, Column(name="messages", title=N_("Messages"), kind="count"))


def waiting(engine: Database, viewer: Viewer, *, as_of: date, language: str) -> Figure:
    """List what waits for a manager, as far as the viewer sees the customers."""
    with db.reading(engine) as connection:
        return _listed(connection, viewer, N_("Messages that wait for a manager"), WAITS, day=as_of, language=language)


def in_trouble(engine: Database, viewer: Viewer, *, as_of: date, language: str) -> list[Figure]:
    """Count the messages to customers in scope by state, and list those in trouble, with the reason."""
    with db.reading(engine) as connection:
        trouble = MESSAGES.c.status.in_(TROUBLE) & (MESSAGES.c.send_on >= as_of - LATELY)
        title = N_("Messages of the last month that failed, or of which nobody knows")
        listed = _listed(connection, viewer, title, trouble, day=as_of, language=language)
        return [_counted(connection, viewer, as_of), listed]


def approve(engine: Database, viewer: Viewer, keys: Collection[int], *, as_of: date, at: datetime) -> None:
    """Let messages go that wait, those of customers in scope alone."""
    with db.writing(engine) as connection:
        chosen = _chosen(connection, viewer, keys, as_of)
        for key in outbox.approve(connection, chosen, by=viewer.who):
            audit.note(connection, viewer, "message let go", at=at, kind="message", number=key)


def refuse(engine: Database, viewer: Viewer, keys: Collection[int], *, why: str, as_of: date, at: datetime) -> None:
    """Decide against messages that wait, with a reason; raises PolicyserveError where none is given."""
    if not why.strip():
        raise PolicyserveError("Say why these messages are not to be sent.")
    with db.writing(engine) as connection:
        chosen = _chosen(connection, viewer, keys, as_of)
        outbox.cancel(connection, chosen, by=viewer.who, why=why.strip(), now=at)
        for key in chosen:
            audit.note(connection, viewer, "message refused", at=at, kind="message", number=key)


def _chosen(connection: Connection, viewer: Viewer, keys: Collection[int], day: date) -> list[int]:
    """Return those of the keys that wait and that the viewer sees; one decided by somebody else meanwhile is left."""
    query = select(MESSAGES.c.id).join(CUSTOMERS, CUSTOMERS.c.id == MESSAGES.c.customer_id)
    mine = query.where(MESSAGES.c.id.in_(list(keys)), WAITS, scope.sees_customers(viewer.scope, day))
    return list(connection.scalars(mine.order_by(MESSAGES.c.id)))


def _counted(connection: Connection, viewer: Viewer, day: date) -> Figure:
    query = select(MESSAGES.c.status, func.count().label("messages"))
    joined = query.join(CUSTOMERS, CUSTOMERS.c.id == MESSAGES.c.customer_id)
    seen = joined.where(scope.sees_customers(viewer.scope, day)).group_by(MESSAGES.c.status)
    rows = [dict(row) for row in connection.execute(seen.order_by(MESSAGES.c.status)).mappings()]
    return _figure(N_("Messages by state"), COUNTS, rows, day)


def _listed(
    connection: Connection, viewer: Viewer, title: str, which: ColumnElement[bool], *, day: date, language: str
) -> Figure:
    seen = which & scope.sees_customers(viewer.scope, day)
    rows = overview.messages_after(connection, language, seen, after=0, most=SHOWN)
    columns = (
        column("message_id", N_("Message"), kind="key"), service_column(current_standard(connection, day)),
        column("customer_no"), STATE, column("send_on", N_in("day of a message", "For the day"), kind="day"),
        column("text", N_("Text"), kind="long"), column("reason", N_("Why"), kind="long", words=None),
    )  # fmt: skip
    return named(connection, viewer, _figure(title, columns, rows, day))


def _figure(title: str, columns: Sequence[Column], rows: Sequence[dict[str, Any]], day: date) -> Figure:
    worded = [{**row, "state": row["status"]} for row in rows]  # a figure tells a status that all share in its title
    cells = {one.name: [row[one.name] for row in worded] for one in columns}
    return Figure(
        title=Sentence(title), columns=tuple(columns), rows=pl.DataFrame(cells, infer_schema_length=None), as_of=day,
        empty=Sentence("There is none."),
    )  # fmt: skip
