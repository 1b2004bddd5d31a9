"""A task for the agent where a customer has no phone: the message is not stuck, somebody asks for the number.

A customer has one such task at a time, and none within `PAUSE` after the last one was closed; a number that has come
meanwhile cancels the task.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import polars as pl
from sqlalchemy import Connection, Select, case, exists, func, select

from policyserve import db
from policyserve.messages.generation.permission import MOBILE
from policyserve.settings_file import MessageSettings
from policyserve.standard.model import Service
from policyserve.tables import Customer, table
from policyserve.tasks.transitions import TASKS, TRANSITIONS, Stamp, record_all

CUSTOMERS = table(Customer)

ACTOR = "messages"
"""The name under which these tasks are signed."""

PAUSE = timedelta(days=30)
"""Nobody is sent to ask for the same number again so soon."""

_KNOWN = pl.Schema({"customer_id": pl.Int32, "last": pl.Int32, "is_open": pl.Int32, "touched_on": pl.Date})
_NEW = pl.Schema({"id": pl.Int32})
_OPEN = pl.Schema({"id": pl.Int32, "phone": pl.String})


def ask_for_phones(
    connection: Connection, service: Service | None, settings: MessageSettings, composed: pl.DataFrame, stamp: Stamp
) -> int:
    """Add the tasks that are missing, cancel those that are answered; return how many were added.

    `composed`: as from `composing.compose`; `service`: what the standard says of such a task, None: nothing is asked.
    """
    day, code = stamp.as_of, settings.data_task
    _cancel_answered(connection, code, settings.route, stamp)
    if service is None or not service.enabled:
        return 0
    without = composed.filter(reason="no-phone").unique("customer_id", keep="first", maintain_order=True)
    if without.is_empty():
        return 0
    known = _tasks_so_far(connection, code)
    asked = without.join(known, on="customer_id", how="left", maintain_order="left").filter(
        pl.col("is_open").fill_null(0) == 0, (pl.col("touched_on") + PAUSE < day).fill_null(value=True)
    )
    db.insert_frame(connection, "tasks", _rows(asked, service, day))
    _record(connection, code, stamp)
    return asked.height


def _tasks_so_far(connection: Connection, code: str) -> pl.DataFrame:
    is_open = case((TASKS.c.status == "open", 1), else_=0)
    query = (
        select(TASKS.c.customer_id, func.max(TASKS.c.ordinal), func.max(is_open), func.max(TRANSITIONS.c.as_of))
        .outerjoin(TRANSITIONS, TRANSITIONS.c.task_id == TASKS.c.id)
        .where(TASKS.c.service == code, TASKS.c.subject_kind == "customer")
        .group_by(TASKS.c.customer_id)
    )
    return _frame(connection, query, _KNOWN)


def _rows(asked: pl.DataFrame, service: Service, day: date) -> pl.DataFrame:
    days = {name: pl.lit(day) for name in ("anchor", "nominal", "due", "earliest")}
    return asked.select(
        "customer_id",
        "agent_id",
        service=pl.lit(service.code),
        subject_kind=pl.lit("customer"),
        subject_id="customer_id",
        ordinal=pl.col("last").fill_null(0) + 1,
        performer=pl.lit(service.performer),
        channels=pl.lit("+".join(service.channels)),
        latest=pl.lit(day + timedelta(days=service.window.after)),
        provisional=pl.lit(value=False),
        status=pl.lit("open"),
        assigned=pl.lit(value=False),
        **days,
    )


def _record(connection: Connection, code: str, stamp: Stamp) -> None:
    """Write the first transition of the tasks that have none yet."""
    is_known = exists().where(TRANSITIONS.c.task_id == TASKS.c.id)
    query = select(TASKS.c.id).where(TASKS.c.service == code, TASKS.c.status == "open", ~is_known)
    new = _frame(connection, query, _NEW)
    record_all(connection, _step(new, "added", None, "open", "phone-missing"), stamp)


def _cancel_answered(connection: Connection, code: str, route: str, stamp: Stamp) -> None:
    """Cancel the tasks of customers who have a phone now that the route reaches; a landline is no answer."""
    query = (
        select(TASKS.c.id, CUSTOMERS.c.phone)
        .join(CUSTOMERS, CUSTOMERS.c.id == TASKS.c.customer_id)
        .where(TASKS.c.service == code, TASKS.c.status == "open", CUSTOMERS.c.phone.is_not(None))
    )
    answered = _frame(connection, query, _OPEN).filter(pl.col("phone").str.contains(MOBILE[route]))
    closed = answered.select("id", status=pl.lit("cancelled"))
    db.update_frame(connection, "tasks", closed, keys=["id"], guard="status = 'open'")
    record_all(connection, _step(answered, "cancelled", "open", "cancelled", "phone-known"), stamp)


def _step(tasks: pl.DataFrame, action: str, before: str | None, after: str, reason: str) -> pl.DataFrame:
    return tasks.select(
        task_id="id",
        action=pl.lit(action),
        from_status=pl.lit(before, dtype=pl.String),
        to_status=pl.lit(after),
        reason=pl.lit(reason),
    )


def _frame(connection: Connection, query: Select[*tuple[Any, ...]], schema: pl.Schema) -> pl.DataFrame:
    return pl.DataFrame([tuple(row) for row in connection.execute(query)], schema=schema, orient="row")
