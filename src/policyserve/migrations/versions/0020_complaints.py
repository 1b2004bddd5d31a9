"""Complaints as a closed loop: what events tell of them is carried over, the newest ones still to be settled."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"

DAYS = 15
"""Within which a complaint has its result."""


def upgrade() -> None:
    op.create_table(
        "complaints",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("agent_id", sa.Integer(), nullable=True),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("words", sa.String(), nullable=True),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("result_by", sa.Date(), nullable=False),
        sa.Column("answered_on", sa.Date(), nullable=True),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.Column("cause", sa.String(), nullable=True),
        sa.Column("responsible_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["agent_id"], ["agents.id"], name=op.f("fk_complaints_agent_id")),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], name=op.f("fk_complaints_event_id")),
        sa.ForeignKeyConstraint(["responsible_id"], ["agents.id"], name=op.f("fk_complaints_responsible_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_complaints")),
        sa.UniqueConstraint("event_id", name=op.f("uq_complaints_event_id")),
    )
    op.create_index("ix_complaints_status", "complaints", ["status"])
    op.create_table(
        "complaint_steps",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("complaint_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("from_status", sa.String(), nullable=True),
        sa.Column("to_status", sa.String(), nullable=False),
        sa.Column("cause", sa.String(), nullable=True),
        sa.Column("responsible_id", sa.Integer(), nullable=True),
        sa.Column("result_by", sa.Date(), nullable=True),
        sa.Column("said", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["complaint_id"], ["complaints.id"], name=op.f("fk_complaint_steps_complaint_id")),
        sa.ForeignKeyConstraint(["responsible_id"], ["agents.id"], name=op.f("fk_complaint_steps_responsible_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_complaint_steps")),
    )
    op.create_index("ix_complaint_steps_complaint_id", "complaint_steps", ["complaint_id"])
    _carry_over()


def _carry_over() -> None:
    """Open a complaint for each event that tells of one; nobody had kept track of those whose time is over."""
    connection = op.get_bind()
    days = [connection.execute(sa.text(f"SELECT max({name}) FROM {table}")).scalar() for name, table in KNOWN]
    today = max((_day(one) for one in days if one is not None), default=date.min)
    told = connection.execute(sa.text(EVENTS)).all()
    for key, customer_agent, occurred_on in told:
        result_by = _day(occurred_on) + timedelta(days=DAYS)
        status = "received" if result_by >= today else "not-tracked"
        row = {
            "event_id": key, "agent_id": customer_agent, "channel": "list", "kind": "other", "status": status,
            "result_by": result_by, "closed_on": None if status == "received" else _day(occurred_on),
        }  # fmt: skip
        complaint = connection.execute(sa.insert(COMPLAINTS).values(row).returning(COMPLAINTS.c.id)).scalar_one()
        step = {
            "complaint_id": complaint, "at": datetime.now(UTC), "as_of": _day(occurred_on), "actor": "command line",
            "action": status, "to_status": status,
        }  # fmt: skip
        connection.execute(sa.insert(STEPS).values(step))


KNOWN = (("recorded_on", "events"), ("as_of", "imports"), ("as_of", "releases"))

EVENTS = """
SELECT e.id, c.agent_id, e.occurred_on FROM events e JOIN customers c ON c.id = e.customer_id
WHERE e.kind = 'complaint' AND e.retracted_on IS NULL ORDER BY e.id
"""

COMPLAINTS = sa.table(
    "complaints",
    *(sa.column(name, sa.Integer()) for name in ("id", "event_id", "agent_id")),
    *(sa.column(name, sa.String()) for name in ("channel", "kind", "status")),
    *(sa.column(name, sa.Date()) for name in ("result_by", "closed_on")),
)
STEPS = sa.table(
    "complaint_steps",
    sa.column("complaint_id", sa.Integer()), sa.column("at", sa.DateTime(timezone=True)),
    sa.column("as_of", sa.Date()), *(sa.column(name, sa.String()) for name in ("actor", "action", "to_status")),
)  # fmt: skip


def _day(stored: object) -> date:
    return stored if isinstance(stored, date) else date.fromisoformat(str(stored)[:10])
