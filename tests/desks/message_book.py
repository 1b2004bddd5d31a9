"""A book on either database whose messages are generated, and what became of them."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import Any

from sqlalchemy import Engine, insert, select

from books.small_plans import CALENDAR, only
from policyserve import db
from policyserve.messages.generation.generation import Generation, run_generation
from policyserve.messages.outbox.stored_messages import MESSAGES
from policyserve.settings_file import MessageSettings
from policyserve.standard.model import Standard
from policyserve.tables import Agent, Customer, Policy, Premium

ISSUED = date(2025, 6, 15)

D30 = date(2026, 5, 16)
"""Thirty days before the second premium of policy 1."""

BIRTHDAY = date(2026, 5, 10)

LANDLINE, MOBILE = "01012345678", "13900000001"

REMINDER, GREETING, DEMAND = "renewal-reminder-d30", "birthday-greeting", "grace-demand"


def store(engine: Engine, table: Any, *rows: dict[str, Any]) -> None:
    with db.writing(engine) as connection:
        for row in rows:
            connection.execute(insert(table), row)


def change(engine: Engine, sql: str) -> None:
    with db.writing(engine) as connection:
        connection.exec_driver_sql(sql)


def customer(key: int = 1, **fields: Any) -> dict[str, Any]:
    plain = {
        "id": key, "customer_no": f"C{key}", "name": "王芳", "gender": "female", "birthday": date(1980, 5, 10),
        "phone": f"139{key:08}", "agent_id": 1, "marketing_consent": True, "known_on": ISSUED,
    }  # fmt: skip
    return plain | fields


def policy(key: int = 1, **fields: Any) -> dict[str, Any]:
    plain = {
        "id": key, "policy_no": f"330202500000{key:04}", "customer_id": 1, "agent_id": 1, "mode": "annual",
        "premium": 100_000, "currency": "CNY", "issue_date": ISSUED, "effective_date": ISSUED, "known_on": ISSUED,
    }  # fmt: skip
    return plain | fields


def fill(engine: Engine, customers: int = 1) -> None:
    """Store customers who have consented, each with one annual policy issued on 15 June 2025."""
    store(engine, Agent, {"id": 1, "agent_no": "A1", "name": "林慧", "phone": "15400000102"})
    store(engine, Customer, *map(customer, range(1, customers + 1)))
    store(engine, Policy, *(policy(key, customer_id=key) for key in range(1, customers + 1)))


def generate(engine: Engine, day: date, *codes: str, standard: Standard | None = None, **settings: Any) -> Generation:
    """Generate the messages of a day for services whose codes begin so."""
    asked = only(*codes, "contact-data") if standard is None else standard
    at = datetime.combine(day, time(1), UTC)
    with db.writing(engine, bulk=True) as connection:
        return run_generation(connection, asked, CALENDAR, MessageSettings.model_validate(settings), day=day, at=at)


def messages(engine: Engine) -> list[Any]:
    with db.reading(engine) as connection:
        return list(connection.execute(select(MESSAGES).order_by(MESSAGES.c.id)))


def states(engine: Engine) -> list[tuple[str, str, str | None]]:
    """Return service, status and reason of every message."""
    return [(row.service, row.status, row.reason) for row in messages(engine)]


def fates(done: Generation) -> dict[str, tuple[str, str | None]]:
    rows = done.composed.iter_rows(named=True)
    return {row["service"]: (row["outcome"], row["reason"]) for row in rows}


def leave(engine: Engine, status: str = "delivered") -> None:
    """Let every message that waits leave."""
    change(
        engine,
        f"UPDATE messages SET status = '{status}', attempts = 1, final_at = planned_at "
        "WHERE status IN ('planned', 'approved', 'queued')",
    )


def pay(engine: Engine, on: date, key: int = 1) -> None:
    store(engine, Premium, {"policy_id": key, "instalment": 2, "paid_on": on})


def owe(engine: Engine, key: int = 1) -> None:
    """List the second premium as unpaid: one that is in no list is not known to be."""
    store(engine, Premium, {"policy_id": key, "instalment": 2})


def event(kind: str, on: date, key: int = 1) -> dict[str, Any]:
    return {"customer_id": key, "number": 1, "kind": kind, "occurred_on": on, "recorded_on": on}
