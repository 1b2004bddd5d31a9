"""Whose work lies on whose desk: the statements that read an agenda.

Both give one row per task that can be done on a day, or one row without a task. `owner` is the name of whose day it is,
`leaver` the name (or number) of the agent who left the work, `absent` that of the agent who is away until `until` and
for whom it is done, `day` the day to do it; see `access.stand_ins`.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Boolean, Connection, Date, Integer, String, TextClause, bindparam, text

from policyserve import db
from policyserve.access.stand_ins import ABSENCES, DAY, PRESSING

_DAY, _PRESSING = DAY.format(t="t"), PRESSING.format(t="t", away="desk")

_COLUMNS = f"""
    t.id AS task_id, t.service, t.channels, c.customer_no, p.policy_no, t.ordinal, t.anchor, t.nominal, t.due,
    CASE WHEN desk.back_on > {_DAY} AND NOT {_PRESSING} THEN desk.back_on ELSE {_DAY} END AS day,
    t.latest, t.provisional, desk.leaver, desk.absent, desk.until,
    CASE WHEN t.snoozed_to IS NULL THEN t.planned_why END AS planned_why,
    CASE WHEN t.snoozed_to IS NULL THEN t.planned_at END AS planned_at, t.customer_id, c.name, c.gender, c.phone, c.vip,
    c.family_no, desk.owner, c.grade
"""
"""First what a task on an agenda is made of, then its customer, then whose day it is."""

_CAN_BE_DONE = "t.status = 'open' AND t.earliest <= :day AND t.latest >= :day"

_SUBJECTS = "LEFT JOIN customers c ON c.id = t.customer_id LEFT JOIN policies p ON p.id = t.policy_id"

_STAFF = """
    agents a LEFT JOIN teams ON teams.id = a.team_id
    JOIN branches b ON b.id = coalesce(a.branch_id, teams.branch_id) WHERE b.name = :branch
"""
"""The agents of a branch: their own, else their team's."""

_LEAVERS = """
    SELECT a.id, desk.owner, CAST(coalesce(a.name, a.agent_no) AS text)
    FROM agents a JOIN desk ON a.manager_id = desk.id WHERE a.left_on <= :day
"""
"""Those who reported to somebody at the desk and have left, and so on through managers who left."""


_OWNED = """
    SELECT id FROM agents WHERE left_on IS NULL OR left_on > :day OR manager_id IS NULL
    UNION SELECT a.id FROM agents a JOIN owned ON a.manager_id = owned.id WHERE a.left_on <= :day
"""
"""Those whose work somebody has: who are there, who left and had no manager, and whoever reported to one of them."""


def _statement(sql: str) -> TextClause:
    days = dict.fromkeys(("anchor", "nominal", "due", "latest", "day", "until"), Date())
    return text(sql).columns(task_id=Integer(), provisional=Boolean(), **days)  # type: ignore[return-value]


def _of_agent(tasks: str) -> TextClause:
    return _statement(f"""
        WITH RECURSIVE days(day) AS (VALUES (:day)), {ABSENCES}, desk(id, owner, leaver) AS (
            SELECT id, CAST(name AS text), CAST(NULL AS text) FROM agents WHERE agent_no = :agent_no
            UNION {_LEAVERS} AND a.agent_no <> :agent_no
        ), work(id, owner, leaver, absent, who, last_day, back_on) AS (
            SELECT desk.id, desk.owner, desk.leaver, CAST(NULL AS text), away.who, away.last_day, away.back_on
            FROM desk LEFT JOIN away ON away.agent_id = desk.id
            UNION ALL SELECT away.agent_id, CAST(me.name AS text),
                CASE WHEN a.id <> gone.id THEN CAST(coalesce(a.name, a.agent_no) AS text) END,
                CAST(coalesce(gone.name, gone.agent_no) AS text), away.who, away.last_day, away.back_on
            FROM agents me JOIN away ON away.who = me.id JOIN agents gone ON gone.id = away.absent_id
            JOIN agents a ON a.id = away.agent_id WHERE me.agent_no = :agent_no
        )
        SELECT {_COLUMNS}
        FROM (SELECT work.*, CASE WHEN absent IS NOT NULL THEN last_day END AS until FROM work) AS desk
        LEFT JOIN {tasks} AND t.performer = 'agent' AND {_CAN_BE_DONE}
            AND (desk.who IS NULL OR (desk.absent IS NOT NULL) = {_PRESSING}) {_SUBJECTS}
    """)


_OF_AGENT = _of_agent("tasks t ON t.agent_id = desk.id")
_OF_AGENT_LATERAL = _of_agent("LATERAL (SELECT * FROM tasks WHERE agent_id = desk.id OFFSET 0) t ON true")
"""PostgreSQL expects many people at a desk and would read all open tasks; so it looks up those of each."""


def of_agent(connection: Connection) -> TextClause:
    """Return the statement of an agent's day for a database. Parameters: `agent_no`, `day`."""
    return _OF_AGENT if db.is_sqlite(connection) else _OF_AGENT_LATERAL


OF_OFFICE = _statement(f"""
    WITH RECURSIVE owned(id) AS ({_OWNED}), desk(id, owner, leaver) AS (
        SELECT a.id, CAST(b.name AS text), CAST(coalesce(a.name, a.agent_no) AS text)
        FROM {_STAFF} AND a.manager_id IS NULL AND a.left_on <= :day
        UNION {_LEAVERS}
    ), work(id, owner, leaver, performer) AS (
        SELECT a.id, CAST(b.name AS text), CAST(NULL AS text), 'office' FROM {_STAFF}
        UNION ALL SELECT id, owner, leaver, 'agent' FROM desk
        UNION ALL SELECT a.id, CAST(b.name AS text), CAST(coalesce(a.name, a.agent_no) AS text), 'agent'
        FROM {_STAFF} AND a.left_on <= :day AND a.id NOT IN (SELECT id FROM owned)
    )
    SELECT {_COLUMNS} FROM (
        SELECT work.*, CAST(NULL AS text) AS absent, CAST(NULL AS date) AS until, CAST(NULL AS date) AS last_day,
            CAST(NULL AS date) AS back_on FROM work
    ) AS desk
    LEFT JOIN tasks t ON t.agent_id = desk.id AND t.performer = desk.performer AND {_CAN_BE_DONE} {_SUBJECTS}
""")
"""Parameters: `branch`, `day`. Leavers who reported to each other in a circle belong to the office of their branch."""

BUSIEST = text(f"""
    SELECT a.agent_no FROM tasks t JOIN agents a ON a.id = t.agent_id
    WHERE t.status = 'open' AND t.performer = 'agent' AND {_DAY} <= :day AND t.latest >= :day
    AND (:beside IS NULL OR (a.agent_no <> :beside AND EXISTS (
        SELECT 1 FROM agents me
        WHERE me.agent_no = :beside AND (me.manager_id IN (a.id, a.manager_id) OR a.manager_id = me.id))))
    GROUP BY a.agent_no ORDER BY count(DISTINCT t.service) DESC, count(*) DESC, a.agent_no LIMIT 1
""").bindparams(bindparam("day", type_=Date()), bindparam("beside", type_=String()))

REMINDERS = text("""
    SELECT p.policy_no, t.ordinal, t.id AS task_id FROM tasks t JOIN policies p ON p.id = t.policy_id
    WHERE t.status = 'open' AND t.performer = 'agent' AND t.service LIKE 'lapse-reminder%' AND t.latest >= :day
    ORDER BY t.due, p.policy_no
""").bindparams(bindparam("day", type_=Date()))


@dataclass(frozen=True, kw_only=True)
class Reminder:
    """An open task that reminds of an unpaid premium."""

    policy_no: str
    ordinal: int
    """The instalment."""
    task_id: int


def busiest(connection: Connection, day: date, beside: str | None = None) -> str | None:
    """Return the number of the agent whose day has most kinds of work, `beside`: among those near an agent.

    None where nobody has any.
    """
    row = connection.execute(BUSIEST, {"day": day, "beside": beside}).first()
    return None if row is None else str(row.agent_no)


def reminder(connection: Connection, policies: Collection[str], day: date) -> Reminder | None:
    """Return an open reminder, of the first of `policies` (numbers) that has one, else the earliest of all."""
    found = [Reminder(**row) for row in connection.execute(REMINDERS, {"day": day}).mappings()]
    of_policy = {one.policy_no: one for one in reversed(found)}
    return next((of_policy[number] for number in policies if number in of_policy), found[0] if found else None)
