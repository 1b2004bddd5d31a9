"""Events entered by hand: added, taken back, listed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from typing import Any

import polars as pl
from sqlalchemy import Connection, func, literal, select, tuple_, update

from policyserve import db
from policyserve.access import audit, scope, sent_forms
from policyserve.access.sent_forms import Form
from policyserve.access.viewer import SYSTEM, Viewer
from policyserve.book.cells import parse_texts
from policyserve.book.cleaning import clean
from policyserve.book.events import take as take_events
from policyserve.book.list_columns import ListKind
from policyserve.book.lists import EVENT_LIST
from policyserve.book.problems import problem
from policyserve.book.returned_agents import give_back
from policyserve.book.rows import Rows
from policyserve.book.snapshot import customer_of
from policyserve.complaints.records import open_told, withdraw
from policyserve.errors import NotFoundError, PolicyserveError
from policyserve.locale import N_, Listed
from policyserve.operations.database import Database
from policyserve.plan import handovers
from policyserve.tables import Customer, Event, Policy, table
from policyserve.tasks.told_customers import told_of
from policyserve.tasks.transitions import Stamp

CUSTOMERS = table(Customer)
EVENTS = table(Event)
POLICIES = table(Policy)


def add_event(engine: Database, fields: Mapping[str, str], *, as_of: date, at: datetime | None = None) -> int:
    """Enter one event by hand; return its key. See `take_event`. `at`: for the audit log."""
    with db.writing(engine) as connection:
        key = take_event(connection, fields, as_of=as_of)
        open_told(connection, _stamp(as_of, at))
        _note(connection, "event noted", key, at)
        return key


def enter_event(engine: Database, viewer: Viewer, fields: Mapping[str, str], stamp: Stamp, *, form: Form) -> int:
    """Enter an event of a customer in scope, as a user; raises NotFoundError. See `take_event`."""
    with db.writing(engine) as connection:
        if "policy_no" in fields:
            scope.check_policy(connection, viewer, fields["policy_no"], stamp.as_of)
        if "customer_no" in fields:
            scope.check_customer(connection, viewer, fields["customer_no"], stamp.as_of)
        sent_forms.take(connection, viewer, form, stamp.at)
        key = take_event(connection, fields, as_of=stamp.as_of)
        open_told(connection, stamp)
        number = customer_of_event(connection, key)
        audit.note(connection, viewer, "event noted", at=stamp.at, kind="customer", number=number)
        sent_forms.keep(connection, viewer, form, key)
        return key


def customer_of_event(connection: Connection, key: int) -> str:
    """Return the number of the customer to whom an event happened."""
    query = select(CUSTOMERS.c.customer_no).join(EVENTS, EVENTS.c.customer_id == CUSTOMERS.c.id)
    return str(connection.execute(query.where(EVENTS.c.id == key)).scalar_one())


def take_event(connection: Connection, fields: Mapping[str, str], *, as_of: date) -> int:
    """Take in one event, checked like a row of an events list; return its key.

    `fields` are those of the list (`policy_no` or `customer_no`, `kind`, `occurred_on`, ...). Raises PolicyserveError
    with the reason for which a list would reject it, for a day on which it cannot have happened, or where it is in the
    book already.
    """
    newest = connection.scalar(select(func.max(EVENTS.c.id))) or 0
    rows = one_row(EVENT_LIST, fields)
    issued = connection.scalar(select(POLICIES.c.issue_date).where(POLICIES.c.policy_no == fields.get("policy_no")))
    taken = take_events(connection, _on_possible_days(rows, issued, as_of), as_of)
    if reasons := [problem(EVENT_LIST.name, row) for row in taken.rows.all_problems.to_dicts()]:
        raise PolicyserveError("The event was not entered: {reasons}.", reasons=Listed(reasons, N_("; ")))
    if not taken.added:
        raise PolicyserveError("This event is in the book already: same subject, kind and day. Nothing was changed.")
    return int(connection.scalar(select(func.min(EVENTS.c.id)).where(EVENTS.c.id > newest)) or 0)


def one_row(kind: ListKind, fields: Mapping[str, str]) -> Rows:
    """Read the fields of one row of a list as a file's would be read; a required one that is not there is empty."""
    given = {**{one.name: "" for one in kind.columns if one.required}, **fields}
    columns = [kind.column(name) for name in given]
    typed = pl.DataFrame({"line": [1], **{name: [value] for name, value in given.items()}})
    texts = typed.select(
        pl.col("line").cast(pl.UInt32), *(clean(pl.col(one.name), one).alias(one.name) for one in columns)
    )
    return parse_texts(texts, columns)


def _on_possible_days(rows: Rows, issued: date | None, as_of: date) -> Rows:
    """Reject what has not happened yet, and what would have happened to a policy before it was issued."""
    rows = rows.reject(
        pl.col("occurred_on") > as_of, "occurred_on", N_("lies in the future, after {day}"), day=pl.lit(as_of)
    )
    if issued is None:
        return rows
    return rows.reject(
        pl.col("occurred_on") < issued,
        "occurred_on",
        N_("lies before the policy was issued, on {day}"),
        day=pl.lit(issued),
    )


def retract_event(engine: Database, key: int, *, why: str, as_of: date, at: datetime | None = None) -> None:
    """Take an event back that was a mistake; it stays in the records. Raises NotFoundError.

    A change of the agent gives the agent of before back. Raises PolicyserveError for one of which the customer has been
    told: only another change tells them of the next agent.
    """
    with db.writing(engine) as connection:
        _retract(connection, key, why, _stamp(as_of, at))
        _note(connection, "event retracted", key, at)


def retract_of_viewer(engine: Database, viewer: Viewer, key: int, stamp: Stamp, *, why: str, form: Form) -> None:
    """Take an event of a customer in scope back, as a user; raises NotFoundError. See `retract_event`."""
    with db.writing(engine) as connection:
        number = _seen(connection, viewer, key, stamp.as_of)["customer_no"]
        sent_forms.take(connection, viewer, form, stamp.at)
        _retract(connection, key, why, stamp)
        audit.note(connection, viewer, "event retracted", at=stamp.at, kind="customer", number=number)
        sent_forms.keep(connection, viewer, form, key)


def _stamp(as_of: date, at: datetime | None) -> Stamp:
    """Sign what a command does; without an instant it counts as of the start of the day."""
    return Stamp(at=at or datetime.combine(as_of, time.min, UTC), as_of=as_of, actor=SYSTEM.who)


def _retract(connection: Connection, key: int, why: str, stamp: Stamp) -> None:
    if not why.strip():
        raise PolicyserveError("Say why the event is taken back: the reason stays in the records.")
    as_of = stamp.as_of
    _check_untold(connection, key, as_of)
    guard = (EVENTS.c.id == key) & EVENTS.c.retracted_on.is_(None)
    if connection.execute(update(EVENTS).where(guard).values(retracted_on=as_of, retracted_why=why)).rowcount:
        give_back(connection, key, why=why, as_of=as_of)
        withdraw(connection, stamp, key, why)
        return
    if connection.scalar(select(EVENTS.c.id).where(EVENTS.c.id == key)) is None:
        raise NotFoundError("event", key)
    raise PolicyserveError("Event {key} has been retracted before; there is nothing left to do.", key=key)


def _check_untold(connection: Connection, key: int, as_of: date) -> None:
    """Raise PolicyserveError for a change of the agent of which the customer has been told."""
    event = connection.execute(select(EVENTS).where(EVENTS.c.id == key, EVENTS.c.kind == handovers.KIND)).first()
    if event is None or event.policy_id is not None or event.retracted_on is not None:
        return
    if event.number in told_of(connection, pl.Series([event.customer_id]), as_of)["number"]:
        raise PolicyserveError(
            "The customer has been told of the new agent already. Enter the way back as another change of the agent, "
            "with the day on which it holds: then they are told of that too."
        )


def _note(connection: Connection, action: str, key: int, at: datetime | None) -> None:
    if at is not None:
        audit.note(connection, SYSTEM, action, at=at, kind="customer", number=customer_of_event(connection, key))


_LISTED = (
    select(
        EVENTS.c.id.label("event"),
        *(EVENTS.c[name] for name in ("event_no", "occurred_on", "kind", "amount", "detail", "retracted_on")),
        CUSTOMERS.c.customer_no, POLICIES.c.policy_no, POLICIES.c.currency,
    )
    .join(CUSTOMERS, CUSTOMERS.c.id == EVENTS.c.customer_id)
    .outerjoin(POLICIES, POLICIES.c.id == EVENTS.c.policy_id)
    .order_by(EVENTS.c.occurred_on.desc(), EVENTS.c.id.desc())
)  # fmt: skip


def list_events(engine: Database, *, policy_no: str | None, customer_no: str | None) -> list[dict[str, Any]]:
    """List the events of a policy, of a customer, or of all, the newest first; `event` is the key.

    `amount` is in minor units of `currency`.
    """
    with db.reading(engine) as connection:
        query = _LISTED
        if policy_no is not None or customer_no is not None:
            query = query.where(
                EVENTS.c.customer_id == customer_of(connection, policy_no=policy_no, customer_no=customer_no)
            )
        if policy_no is not None:
            query = query.where(POLICIES.c.policy_no == policy_no)
        return [dict(row) for row in connection.execute(query).mappings()]


def event_of_viewer(engine: Database, viewer: Viewer, key: int, *, as_of: date) -> dict[str, Any]:
    """Return an event of a customer in scope; raises NotFoundError."""
    with db.reading(engine) as connection:
        return _seen(connection, viewer, key, as_of)


def _seen(connection: Connection, viewer: Viewer, key: int, day: date) -> dict[str, Any]:
    query = _LISTED.where(EVENTS.c.id == key, scope.sees_customers(viewer.scope, day))
    for row in connection.execute(query).mappings():
        return dict(row)
    raise NotFoundError("event", key)


def events_page(
    engine: Database,
    viewer: Viewer,
    *,
    as_of: date,
    most: int,
    after: tuple[date, int] | None = None,
    policy_no: str | None = None,
    customer_no: str | None = None,
) -> list[dict[str, Any]]:
    """Return the newest events of customers in scope, as `list_events` has them; those that follow a day and a key."""
    query = _LISTED.where(scope.sees_customers(viewer.scope, as_of)).limit(most)
    if after is not None:
        query = query.where(tuple_(EVENTS.c.occurred_on, EVENTS.c.id) < tuple_(*map(literal, after)))
    asked = {POLICIES.c.policy_no: policy_no, CUSTOMERS.c.customer_no: customer_no}
    query = query.where(*(column == value for column, value in asked.items() if value is not None))
    with db.reading(engine) as connection:
        return [dict(row) for row in connection.execute(query).mappings()]
