"""Tasks that people add by hand, of the services that the standard allows it for."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import Connection, func, insert, select

from policyserve.errors import NotFoundError, PolicyserveError
from policyserve.standard.contact import CONTACT
from policyserve.standard.model import Service, Standard
from policyserve.tables import Agent, Customer, Policy, table
from policyserve.tasks.deeds import agent_there
from policyserve.tasks.transitions import TASKS, Stamp, record

AGENTS = table(Agent)
CUSTOMERS = table(Customer)
POLICIES = table(Policy)


def add(
    connection: Connection,
    standard: Standard,
    stamp: Stamp,
    *,
    service: str,
    due: date,
    customer_no: str | None = None,
    policy_no: str | None = None,
    latest: date | None = None,
    agent_no: str | None = None,
    note: str | None = None,
) -> int:
    """Add a task of a service that is made by hand, for a customer or a policy; return its key.

    It is on time from today to `latest` (the due day where none is given).
    """
    rule = _by_hand(standard, service)
    days = _days(stamp.as_of, due, latest or due)
    subject = _subject(connection, rule, customer_no, policy_no)
    if agent_no is not None:
        subject["agent_id"] = agent_there(connection, agent_no, stamp.as_of)
    ordinal = _next_ordinal(connection, service, subject)
    row = {**subject, **days, **_rules(rule), "ordinal": ordinal, "status": "open", "assigned": agent_no is not None}
    task_id = int(connection.execute(insert(TASKS).values(row).returning(TASKS.c.id)).scalar_one())
    record(connection, task_id, "added", stamp, from_status=None, to_status="open", said=note)
    return task_id


def _by_hand(standard: Standard, code: str) -> Service:
    if code == CONTACT.code:
        return CONTACT
    services = [one for one in standard.services if one.enabled and one.trigger.kind == "by-hand"]
    for service in services:
        if service.code == code:
            return service
    known = ", ".join(sorted(one.code for one in services)) or "none in this standard"
    raise PolicyserveError("'{code}' is no service that is added by hand; these are: {known}.", code=code, known=known)


def _days(today: date, due: date, until: date) -> dict[str, Any]:
    """Return the columns of a task's days."""
    if due < today or until < due:
        raise PolicyserveError(
            "The task would be due {due} and end {until}; both must lie ahead of {as_of}.",
            due=due,
            until=until,
            as_of=today,
        )
    return {
        "anchor": today, "nominal": due, "due": due, "earliest": today, "latest": until, "provisional": False,
    }  # fmt: skip


def _rules(rule: Service) -> dict[str, Any]:
    """Return the columns that a task has of its service."""
    performer = "agent" if rule.performer == "nobody" else rule.performer
    return {"service": rule.code, "performer": performer, "channels": "+".join(rule.channels)}


def _subject(connection: Connection, rule: Service, customer_no: str | None, policy_no: str | None) -> dict[str, Any]:
    """Return the columns of the customer, the policy if the task is about one, and the agent who serves it."""
    if (customer_no is None) == (policy_no is None):
        raise PolicyserveError("Give either a customer or a policy for the task.")
    row = _customer(connection, customer_no) if policy_no is None else _policy(connection, policy_no)
    if rule.subject == "customer":
        row["policy_id"] = None
    elif rule.subject == "policy" and row["policy_id"] is None:
        raise PolicyserveError(
            "'{service}' is for a policy; give the policy's number instead of the customer's.", service=rule.code
        )
    kind = "customer" if row["policy_id"] is None else "policy"
    return {**row, "subject_kind": kind, "subject_id": row[f"{kind}_id"]}


def _policy(connection: Connection, policy_no: str) -> dict[str, Any]:
    columns = select(POLICIES.c.customer_id, POLICIES.c.id.label("policy_id"), POLICIES.c.agent_id)
    row = connection.execute(columns.where(POLICIES.c.policy_no == policy_no)).mappings().first()
    if row is None:
        raise NotFoundError("policy", policy_no)
    return dict(row)


def _customer(connection: Connection, customer_no: str | None) -> dict[str, Any]:
    columns = select(CUSTOMERS.c.id, CUSTOMERS.c.agent_id)
    row = connection.execute(columns.where(CUSTOMERS.c.customer_no == customer_no)).first()
    if row is None:
        raise NotFoundError("customer", customer_no)
    return {"customer_id": row.id, "policy_id": None, "agent_id": row.agent_id or _serving_agent(connection, row.id)}


def _serving_agent(connection: Connection, customer_id: int) -> int:
    """Return the agent of most of the customer's policies, ties to the lowest number."""
    query = (
        select(AGENTS.c.id)
        .join(POLICIES, POLICIES.c.agent_id == AGENTS.c.id)
        .where(POLICIES.c.customer_id == customer_id, POLICIES.c.main_policy_id.is_(None))
        .group_by(AGENTS.c.id, AGENTS.c.agent_no)
        .order_by(func.count().desc(), AGENTS.c.agent_no)
    )
    agent_id = connection.scalars(query).first()
    if agent_id is None:
        raise PolicyserveError("Nobody serves this customer yet; say with an agent's number who is to do it.")
    return int(agent_id)


def _next_ordinal(connection: Connection, service: str, subject: dict[str, Any]) -> int:
    # the customer's row is locked, so that two people who add at once do not take the same number
    connection.execute(select(CUSTOMERS.c.id).where(CUSTOMERS.c.id == subject["customer_id"]).with_for_update())
    newest = select(func.max(TASKS.c.ordinal)).where(
        TASKS.c.service == service,
        TASKS.c.subject_kind == subject["subject_kind"],
        TASKS.c.subject_id == subject["subject_id"],
    )
    return int(connection.execute(newest).scalar_one() or 0) + 1
