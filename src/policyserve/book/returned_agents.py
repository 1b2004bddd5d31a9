"""Agents who come back: a change of the agent was a mistake and is taken back."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import Connection, Row, Select, and_, case, or_, select, update

from policyserve.book.agent_changes import KIND
from policyserve.tables import Agent, Customer, Event, Policy, table

AGENTS, CUSTOMERS, EVENTS, POLICIES = table(Agent), table(Customer), table(Event), table(Policy)


def give_back(connection: Connection, key: int, *, why: str, as_of: date) -> None:
    """Give a subject the agent of before the retracted event `key`, where that event gave it the one of now.

    Where a later change stands, that one follows the agent of before. Policies that went along with their holder do the
    same, and their own events are retracted `why` the other was.
    """
    event = connection.execute(select(EVENTS).where(EVENTS.c.id == key)).one()
    if event.kind != KIND:
        return
    _take_out(connection, event)
    carried = [] if event.policy_id is not None else connection.execute(_carried(event)).all()
    for one in carried:
        connection.execute(update(EVENTS).where(EVENTS.c.id == one.id).values(retracted_on=as_of, retracted_why=why))
        _take_out(connection, one)


def _take_out(connection: Connection, event: Row[tuple[object, ...]]) -> None:
    """Let what was before a retracted change hold: until the next one that stands, else now."""
    last, following = (_standing(connection, event, later=later) for later in (False, True))
    before = event.previous if last is None else last.detail
    if following is None:
        _return(connection, event, before)
    elif before is not None and following.previous == event.detail:
        connection.execute(update(EVENTS).where(EVENTS.c.id == following.id).values(previous=before))


def _standing(connection: Connection, event: Row[tuple[object, ...]], *, later: bool) -> Row[tuple[object, ...]] | None:
    """Return the nearest change of the same subject that stands, after the event or before it."""
    subject = (EVENTS.c.customer_id == event.customer_id, EVENTS.c.policy_id.is_not_distinct_from(event.policy_id))
    on, number = EVENTS.c.occurred_on, EVENTS.c.number
    after = or_(on > event.occurred_on, and_(on == event.occurred_on, number > event.number))
    query = select(EVENTS).where(*subject, EVENTS.c.kind == KIND, EVENTS.c.retracted_on.is_(None))
    nearest = (on, number) if later else (on.desc(), number.desc())
    return connection.execute(query.where(after if later else ~after).order_by(*nearest)).first()


def _carried(event: Row[tuple[object, ...]]) -> Select[Any]:
    same = (
        EVENTS.c[name] == getattr(event, name) for name in ("customer_id", "kind", "occurred_on", "detail", "previous")
    )
    return select(EVENTS).where(
        *same, EVENTS.c.policy_id.is_not(None), EVENTS.c.event_no.is_(None), EVENTS.c.retracted_on.is_(None)
    )


def _return(connection: Connection, event: Row[tuple[object, ...]], agent_no: str | None) -> None:
    """Give the subject of an event to an agent, where it has the one that the event named."""
    subjects, subject = (CUSTOMERS, event.customer_id) if event.policy_id is None else (POLICIES, event.policy_id)
    named = select(AGENTS.c.id).where(AGENTS.c.agent_no == event.detail).scalar_subquery()
    back = connection.scalar(select(AGENTS.c.id).where(AGENTS.c.agent_no == agent_no))
    if back is not None:
        connection.execute(
            update(subjects)
            .where(subjects.c.id == subject, subjects.c.agent_id == named)
            .values(
                agent_id=back,
                listed_agent_id=case((subjects.c.listed_agent_id == back, None), else_=subjects.c.listed_agent_id),
            )
        )
