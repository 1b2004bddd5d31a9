"""Customers that a viewer looks for, and the phone of one, shown on demand and noted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import or_, select, true

from policyserve import db
from policyserve.access import audit, scope
from policyserve.access.masks import MAY_REVEAL, shown_name, shown_phone
from policyserve.access.scope import CUSTOMERS, POLICIES
from policyserve.access.viewer import Viewer
from policyserve.book.snapshot import phone
from policyserve.errors import NotFoundError
from policyserve.operations.database import Database
from policyserve.tasks.stored_standard import current_standard

MOST = 50
"""Customers that a search shows."""


@dataclass(frozen=True, kw_only=True)
class Found:
    """A customer in a list, as a viewer sees one."""

    customer_no: str
    name: str | None
    phone: str | None
    vip: bool
    grade: str | None = None
    """The name of their grade."""


def find_customers(
    engine: Database,
    viewer: Viewer,
    typed: str,
    *,
    as_of: date,
    language: str,
    grade: str = "",
    most: int = MOST,
    after: str = "",
) -> list[Found]:
    """Return the first customers in scope whose number, name or phone holds what was typed, or with such a policy.

    In the order of their numbers, those that follow the number `after`; `grade`: only those of one (its code).
    """
    c = CUSTOMERS.c
    wanted = typed.strip()
    holders = select(POLICIES.c.customer_id).where(POLICIES.c.policy_no == wanted)
    parts = [c.customer_no.contains(wanted, autoescape=True), c.name.contains(wanted, autoescape=True)]
    if viewer.role not in MAY_REVEAL:  # a phone that is masked is not guessed by searching for its digits
        parts.append(c.phone.contains(wanted, autoescape=True))
    query = (
        select(c.customer_no, c.name, c.phone, c.vip, c.grade)
        .where(scope.sees_customers(viewer.scope, as_of), or_(*parts, c.id.in_(holders)), c.customer_no > after)
        .where(c.grade == grade if grade else true())
        .order_by(c.customer_no)
        .limit(most)
    )
    with db.reading(engine) as connection:
        rows, standard = connection.execute(query).all(), current_standard(connection, as_of)
    return [
        Found(
            customer_no=row.customer_no, name=shown_name(viewer, row.name), phone=shown_phone(viewer, row.phone),
            vip=row.vip is not None, grade=standard.grade(row.grade, language),
        )
        for row in rows
    ]  # fmt: skip


def reveal_phone(engine: Database, viewer: Viewer, customer_no: str, *, as_of: date, at: datetime) -> str | None:
    """Return the phone of a customer in scope, and note who has seen it; raises NotFoundError."""
    if viewer.role not in MAY_REVEAL:
        raise NotFoundError("customer", customer_no)
    with db.writing(engine) as connection:
        scope.check_customer(connection, viewer, customer_no, as_of)
        audit.note(connection, viewer, "phone shown", at=at, kind="customer", number=customer_no)
        return phone(connection, customer_no)
