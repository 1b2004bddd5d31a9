"""Sets of hand-overs: whose households go to whom."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    op.create_table(
        "handovers",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("stamp", sa.String(), nullable=False),
        sa.Column("gap", sa.Float(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("applied_on", sa.Date(), nullable=True),
        sa.Column("applied_by", sa.String(), nullable=True),
        sa.Column("undone_on", sa.Date(), nullable=True),
        sa.Column("undone_by", sa.String(), nullable=True),
        sa.Column("undone_why", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_handovers")),
    )
    op.create_table(
        "handover_agents",
        sa.Column("handover_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("agent_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("leaves", sa.Boolean(), nullable=False),
        sa.Column("team", sa.String(), nullable=True),
        sa.Column("branch", sa.String(), nullable=True),
        sa.Column("load", sa.Integer(), nullable=False),
        sa.Column("capacity", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["agent_id"], ["agents.id"], name=op.f("fk_handover_agents_agent_id")),
        sa.ForeignKeyConstraint(["handover_id"], ["handovers.id"], name=op.f("fk_handover_agents_handover_id")),
        sa.PrimaryKeyConstraint("handover_id", "agent_id", name=op.f("pk_handover_agents")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "handover_lines",
        sa.Column("handover_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("subject_kind", sa.String(), nullable=False),
        sa.Column("subject_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.Column("household", sa.String(), nullable=False),
        sa.Column("from_agent_id", sa.Integer(), nullable=False),
        sa.Column("to_agent_id", sa.Integer(), nullable=True),
        sa.Column("load", sa.Integer(), nullable=False),
        sa.Column("why", sa.String(), nullable=False),
        sa.Column("arguments", sa.String(), nullable=True),
        sa.Column("before_agent_id", sa.Integer(), nullable=True),
        sa.Column("assigned", sa.Boolean(), nullable=True),
        sa.Column("outcome", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name=op.f("fk_handover_lines_customer_id")),
        sa.ForeignKeyConstraint(["from_agent_id"], ["agents.id"], name=op.f("fk_handover_lines_from_agent_id")),
        sa.ForeignKeyConstraint(["handover_id"], ["handovers.id"], name=op.f("fk_handover_lines_handover_id")),
        sa.ForeignKeyConstraint(["to_agent_id"], ["agents.id"], name=op.f("fk_handover_lines_to_agent_id")),
        sa.PrimaryKeyConstraint("handover_id", "subject_kind", "subject_id", name=op.f("pk_handover_lines")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_handover_lines_customer_id", "handover_lines", ["customer_id"])
