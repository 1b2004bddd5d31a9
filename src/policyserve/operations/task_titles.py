"""Titles of tasks: whom a task is for and what it is called, when something is told of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from policyserve import db
from policyserve.access import scope
from policyserve.access.scope import CUSTOMERS, POLICIES, TASKS
from policyserve.access.viewer import Viewer
from policyserve.operations.database import Database
from policyserve.tasks.salutation import salutation
from policyserve.tasks.standard_lines import line_of
from policyserve.tasks.stored_standard import current_standard


@dataclass(frozen=True, kw_only=True)
class TaskTitle:
    """Whom a task is for, and what it is."""

    customer_no: str
    customer: str
    """How the customer is addressed."""
    name: str
    """What is to be done."""
    policy_no: str | None
    product: str | None


def task_title(engine: Database, viewer: Viewer, task_id: int, *, as_of: date, language: str) -> TaskTitle | None:
    """Say what a task is, also of one that is closed; None for one that the viewer does not see."""
    asked = (
        TASKS.c.service,
        TASKS.c.channels,
        CUSTOMERS.c.customer_no,
        CUSTOMERS.c.name,
        CUSTOMERS.c.gender,
        POLICIES.c.policy_no,
        POLICIES.c.product,
    )
    query = (
        select(*asked)
        .join_from(TASKS, CUSTOMERS, CUSTOMERS.c.id == TASKS.c.customer_id)
        .outerjoin(POLICIES, POLICIES.c.id == TASKS.c.policy_id)
        .where(TASKS.c.id == task_id, scope.sees_tasks(viewer.scope, as_of))
    )
    with db.reading(engine) as connection:
        row = connection.execute(query).first()
        if row is None:
            return None
        service = line_of(current_standard(connection, as_of), row.service, row.channels).service
    return TaskTitle(
        customer_no=row.customer_no,
        customer=salutation(row.name, row.gender, language),
        policy_no=row.policy_no,
        product=row.product,
        name=row.service if service is None else str(service.said("name", language)),
    )
