"""Scope in SQL: what a viewer sees is a condition of the statement, so that anything else is not found.

An agent's own are the customers that they serve, those of policies that they serve, and those of whom they have open
work; so are those of people who reported to them and left. A manager's are those of everybody below, through managers
as well. Whoever stands in for somebody who is away sees, as long as it lasts, the customers of the work that they do.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, Table, and_, func, or_, select, true, union

from policyserve.access import stand_ins
from policyserve.access.viewer import Scope, Viewer
from policyserve.errors import NotFoundError, PolicyserveError
from policyserve.tables import Agent, Contact, Customer, Policy, Task, Team, table

AGENTS, TEAMS = table(Agent), table(Team)
CUSTOMERS, POLICIES, TASKS, CONTACTS = table(Customer), table(Policy), table(Task), table(Contact)


class OtherScopeError(PolicyserveError):
    """It concerns the whole book, of which the viewer sees a part."""


def check_whole(viewer: Viewer) -> None:
    """Raise OtherScopeError for a viewer who does not see the whole book."""
    if not viewer.scope.whole:
        raise OtherScopeError("This concerns the whole book; it is for somebody who sees all branches.")


@lru_cache(maxsize=1024)
def agents_of(scope: Scope, day: date) -> Select[Any] | None:
    """Return a statement of the keys of the agents whose customers are seen on a day; None: of everybody."""
    if scope.reach == "all":
        return None
    if scope.reach == "branch":
        branch = func.coalesce(AGENTS.c.branch_id, TEAMS.c.branch_id)
        joined = AGENTS.outerjoin(TEAMS, TEAMS.c.id == AGENTS.c.team_id)
        return select(AGENTS.c.id).select_from(joined).where(branch == scope.branch_id)
    first = select(AGENTS.c.id).where(AGENTS.c.id == scope.agent_id)
    desk = first.cte("desk", recursive=True)
    below = select(AGENTS.c.id).where(AGENTS.c.manager_id == desk.c.id)
    if scope.reach == "own":
        below = below.where(AGENTS.c.left_on <= day)
    return select(desk.union(below).c.id)


def sees_customers(scope: Scope, day: date) -> ColumnElement[bool]:
    """Return the condition on `customers` that a viewer sees them."""
    agents = agents_of(scope, day)
    if agents is None:
        return true()
    open_work = TASKS.c.status == "open"
    keys = union(
        select(POLICIES.c.customer_id).where(POLICIES.c.agent_id.in_(agents)),
        select(TASKS.c.customer_id).where(TASKS.c.agent_id.in_(agents), open_work),
        _done_instead(agents, day, TASKS.c.customer_id),
    )
    return or_(CUSTOMERS.c.agent_id.in_(agents), CUSTOMERS.c.id.in_(keys))


def sees_tasks(scope: Scope, day: date) -> ColumnElement[bool]:
    """Return the condition on `tasks` that they are work of those whom a viewer sees, or work that these do instead."""
    agents = agents_of(scope, day)
    if agents is None:
        return true()
    away = stand_ins.away(day)
    whose = union(agents, select(away.c.agent_id).where(away.c.who.in_(agents)))  # an index leads there, not to an OR
    instead = TASKS.c.id.in_(_done_instead(agents, day, TASKS.c.id))
    return and_(TASKS.c.agent_id.in_(whose), or_(TASKS.c.agent_id.in_(agents), instead))


def _done_instead(agents: Select[Any], day: date, shown: ColumnElement[Any]) -> Select[Any]:
    """Select the work of people who are away on a day with which some agents stand in: open, or done meanwhile."""
    away = stand_ins.away(day)
    done = select(CONTACTS.c.task_id).where(CONTACTS.c.done_on >= away.c.first_day).correlate(away)
    return (
        select(shown)
        .join_from(TASKS, away, away.c.agent_id == TASKS.c.agent_id)
        .where(
            away.c.who.in_(agents), TASKS.c.performer == "agent", TASKS.c.latest >= away.c.first_day,
            stand_ins.pressing(away), or_(TASKS.c.status == "open", TASKS.c.id.in_(done)),
        )
    )  # fmt: skip


def check_customer(connection: Connection, viewer: Viewer, customer_no: str, day: date) -> None:
    """Raise NotFoundError for a customer whom a viewer does not see, as for one who is not there."""
    _check(
        connection, CUSTOMERS, CUSTOMERS.c.customer_no == customer_no, sees_customers(viewer.scope, day), customer_no
    )


def check_policy(connection: Connection, viewer: Viewer, policy_no: str, day: date) -> None:
    """Raise NotFoundError for a policy whose holder a viewer does not see."""
    seen = select(CUSTOMERS.c.id).where(sees_customers(viewer.scope, day))
    _check(connection, POLICIES, POLICIES.c.policy_no == policy_no, POLICIES.c.customer_id.in_(seen), policy_no)


def check_task(connection: Connection, viewer: Viewer, task_id: int, day: date) -> None:
    """Raise NotFoundError for a task that is not the work of somebody whom a viewer sees."""
    _check(connection, TASKS, TASKS.c.id == task_id, sees_tasks(viewer.scope, day), task_id)


def check_agent(connection: Connection, viewer: Viewer, agent_no: str, day: date) -> None:
    """Raise NotFoundError for an agent whose customers a viewer does not see."""
    if agent_no == viewer.agent_no:
        return
    agents = agents_of(viewer.scope, day)
    condition = true() if agents is None else AGENTS.c.id.in_(agents)
    _check(connection, AGENTS, AGENTS.c.agent_no == agent_no, condition, agent_no)


def seen_numbers(connection: Connection, viewer: Viewer, numbers: Collection[str], day: date) -> set[str]:
    """Return those of some numbers of customers whom a viewer sees."""
    if viewer.scope.whole:
        return set(numbers)
    own = CUSTOMERS.c.customer_no.in_(list(numbers)), sees_customers(viewer.scope, day)
    return set(connection.scalars(select(CUSTOMERS.c.customer_no).where(*own)))


def seen_customers(connection: Connection, viewer: Viewer, keys: Collection[int], day: date) -> set[int]:
    """Return those of some customers, by key, whom a viewer sees."""
    own = CUSTOMERS.c.id.in_(list(keys)), sees_customers(viewer.scope, day)
    return set(connection.scalars(select(CUSTOMERS.c.id).where(*own)))


def _check(
    connection: Connection, of: Table, own: ColumnElement[bool], seen: ColumnElement[bool], number: object
) -> None:
    if connection.execute(select(of.c.id).where(own, seen)).first() is None:
        raise NotFoundError(NOUNS[of.name], number)


NOUNS = {"customers": "customer", "policies": "policy", "tasks": "task", "agents": "agent"}
