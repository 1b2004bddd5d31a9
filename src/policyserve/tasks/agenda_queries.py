"""Whose work lies on whose desk: the statements that read an agenda.

Both give one row per task that can be done on a day, or one row without a task. `owner` is the name of whose day it is,
`leaver` the name (or number) of the agent who left the work, `day` the day to do it.
"""

from __future__ import annotations

from sqlalchemy import Boolean, Date, Integer, TextClause, text

_COLUMNS = """
    t.id AS task_id, t.service, t.channels, c.customer_no, p.policy_no, t.ordinal, t.anchor, t.nominal, t.due,
    CASE WHEN t.snoozed_to IS NULL THEN t.due WHEN t.snoozed_to > t.latest THEN t.latest ELSE t.snoozed_to END AS day,
    t.latest, t.provisional, desk.leaver, t.customer_id, c.name, c.gender, c.phone, c.vip, desk.owner
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
    days = dict.fromkeys(("anchor", "nominal", "due", "latest", "day"), Date())
    return text(sql).columns(task_id=Integer(), provisional=Boolean(), **days)  # type: ignore[return-value]


OF_AGENT = _statement(f"""
    WITH RECURSIVE desk(id, owner, leaver) AS (
        SELECT id, CAST(name AS text), CAST(NULL AS text) FROM agents WHERE agent_no = :agent_no
        UNION {_LEAVERS} AND a.agent_no <> :agent_no
    )
    SELECT {_COLUMNS} FROM desk
    LEFT JOIN tasks t ON t.agent_id = desk.id AND t.performer = 'agent' AND {_CAN_BE_DONE} {_SUBJECTS}
""")
"""Parameters: `agent_no`, `day`."""

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
    SELECT {_COLUMNS} FROM work AS desk
    LEFT JOIN tasks t ON t.agent_id = desk.id AND t.performer = desk.performer AND {_CAN_BE_DONE} {_SUBJECTS}
""")
"""Parameters: `branch`, `day`. Leavers who reported to each other in a circle belong to the office of their branch."""
