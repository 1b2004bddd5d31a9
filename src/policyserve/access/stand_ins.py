"""Stand-ins: with whom a task stands on a day, while its agent is away; the one place that says so.

What does not wait stands with the substitute, who may be away as well: then with theirs, and so on; where one has left,
or none is named, with whoever the agent reports to. Where nobody is there it stays where it is. What can wait stays
too, and its day is the one on which the agent is back. Work of people who left goes with that of their manager.

SQL reads it: `ABSENCES` are parts of a WITH clause that end in `away`, one row for each day asked about and agent whose
work is concerned. Nothing is stored, so an absence that is over, or withdrawn, leaves no trace.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from sqlalchemy import (
    Boolean,
    ColumnElement,
    Date,
    Integer,
    Subquery,
    and_,
    bindparam,
    case,
    literal_column,
    not_,
    text,
    type_coerce,
)

from policyserve.tables import Task, table

TASKS = table(Task)

ABSENCES = """
    again(id, agent_id, back_on) AS (
        SELECT id, agent_id, back_on FROM absences WHERE withdrawn_at IS NULL
        UNION SELECT one.id, one.agent_id, next.back_on FROM again one
        JOIN absences next ON next.agent_id = one.agent_id AND next.withdrawn_at IS NULL
            AND next.first_day <= one.back_on AND next.last_day >= one.back_on
    ), absent(day, agent_id, next, first_day, last_day, back_on) AS (
        SELECT days.day, a.id, coalesce(s.id, a.manager_id), one.first_day, one.last_day,
            (SELECT max(again.back_on) FROM again WHERE again.id = one.id)
        FROM days JOIN absences one ON one.withdrawn_at IS NULL AND days.day BETWEEN one.first_day AND one.last_day
        JOIN agents a ON a.id = one.agent_id AND (a.left_on IS NULL OR a.left_on > days.day)
        LEFT JOIN agents s ON s.id = one.substitute_id AND (s.left_on IS NULL OR s.left_on > days.day)
    ), hop(day, agent_id, who) AS (
        SELECT day, agent_id, next FROM absent
        UNION SELECT hop.day, hop.agent_id, CASE WHEN absent.agent_id IS NULL THEN a.manager_id ELSE absent.next END
        FROM hop JOIN agents a ON a.id = hop.who
        LEFT JOIN absent ON absent.day = hop.day AND absent.agent_id = hop.who
        WHERE absent.agent_id IS NOT NULL OR a.left_on <= hop.day
    ), there(day, agent_id, who) AS (
        SELECT hop.day, hop.agent_id, hop.who FROM hop
        JOIN agents a ON a.id = hop.who AND (a.left_on IS NULL OR a.left_on > hop.day)
        WHERE NOT EXISTS (SELECT 1 FROM absent WHERE absent.day = hop.day AND absent.agent_id = hop.who)
    ), behind(day, agent_id, absent_id) AS (
        SELECT day, agent_id, agent_id FROM absent
        UNION SELECT behind.day, a.id, behind.absent_id
        FROM behind JOIN agents a ON a.manager_id = behind.agent_id AND a.left_on <= behind.day
    ), away(day, agent_id, absent_id, who, first_day, last_day, back_on) AS (
        SELECT behind.day, behind.agent_id, behind.absent_id, there.who, one.first_day, one.last_day, one.back_on
        FROM behind JOIN absent one ON one.day = behind.day AND one.agent_id = behind.absent_id
        LEFT JOIN there ON there.day = behind.day AND there.agent_id = behind.absent_id
    )
"""
"""Follows `WITH RECURSIVE days(day) AS (...)`. Of `away`: `agent_id` is the agent of a task, `absent_id` who is away
(the agent, or a manager who has a leaver's work), `who` the stand-in (empty: nobody is there), `back_on` the day of the
return, over absences that follow each other.
"""

DAY = """
    CASE WHEN coalesce({t}.snoozed_to, {t}.planned_on, {t}.due) > {t}.latest THEN {t}.latest
    ELSE coalesce({t}.snoozed_to, {t}.planned_on, {t}.due) END
"""
"""The day to do a task: the one it was put off to, else the planned one, else the due day. `t` is what it is called in
the statement."""

WHY = f"""
    (CASE WHEN {{t}}.latest < {{away}}.back_on THEN 'expires' WHEN {DAY} > {{away}}.last_day THEN NULL
    WHEN {{t}}.snoozed_to IS NOT NULL THEN 'appointed'
    WHEN {{t}}.service IN (SELECT service FROM pressing_services) THEN 'pressing' END)
"""
"""Why a task does not wait for its agent, whose row of `away` is `away`; empty where it does.

`expires`: it is late on the day of the return; of what falls into the absence also what somebody put on its day
(`appointed`), and what is of a service that does not wait (`pressing`; see `tasks.pressing_services`).
"""

PRESSING = f"({WHY} IS NOT NULL)"
"""Whether it does not wait."""


def away(first: date, last: date | None = None) -> Subquery:
    """Return `away` for a day, or from the first to the last day, to be joined by `agent_id`; see `ABSENCES`."""
    days = [first + timedelta(days=number) for number in range(((last or first) - first).days + 1)]
    values = ", ".join(f"(:day{place})" for place in range(len(days)))
    asked: list[Any] = [bindparam(f"day{place}", day, Date(), unique=True) for place, day in enumerate(days)]
    kinds = dict.fromkeys(("day", "first_day", "last_day", "back_on"), Date())
    keys = dict.fromkeys(("agent_id", "absent_id", "who"), Integer())
    statement = text(f"WITH RECURSIVE days(day) AS (VALUES {values}), {ABSENCES} SELECT * FROM away")
    return statement.bindparams(*asked).columns(**kinds, **keys).subquery("away")


def pressing(away: Subquery) -> ColumnElement[bool]:
    """Return `PRESSING` of `tasks` beside `away`."""
    return literal_column(PRESSING.format(t="tasks", away=away.name), Boolean())


def with_whom(away: Subquery) -> ColumnElement[int]:
    """Return the key of the agent with whom a task of `tasks` stands, beside `away`, which may have no row for it."""
    return case((and_(away.c.who.is_not(None), pressing(away)), away.c.who), else_=TASKS.c.agent_id)


def day_to_do(away: Subquery) -> ColumnElement[date]:
    """Return the day to do a task of `tasks`, beside `away`: that of the return, where it waits for it."""
    waits = and_(away.c.back_on > planned_day(), not_(pressing(away)))
    return type_coerce(case((waits, away.c.back_on), else_=planned_day()), Date())


def planned_day() -> ColumnElement[date]:
    """Return `DAY` of `tasks`."""
    return literal_column(DAY.format(t="tasks"), Date())
