"""Where agents were before, and contacts that were taken back: what a figure of an earlier day knows."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.create_table(
        "former_places",
        sa.Column("agent_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("team_id", sa.Integer(), nullable=True),
        sa.Column("branch_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["agent_id"], ["agents.id"], name=op.f("fk_former_places_agent_id")),
        sa.ForeignKeyConstraint(["team_id"], ["teams.id"], name=op.f("fk_former_places_team_id")),
        sa.ForeignKeyConstraint(["branch_id"], ["branches.id"], name=op.f("fk_former_places_branch_id")),
        sa.PrimaryKeyConstraint("agent_id", "until", name=op.f("pk_former_places")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "withdrawn_contacts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("task_id", sa.Integer(), nullable=False),
        sa.Column("done_on", sa.Date(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=True),
        sa.Column("satisfaction", sa.Integer(), nullable=True),
        sa.Column("note", sa.String(), nullable=True),
        sa.Column("withdrawn_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["task_id"], ["tasks.id"], name=op.f("fk_withdrawn_contacts_task_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_withdrawn_contacts")),
    )
    op.create_index("ix_withdrawn_contacts_task_id", "withdrawn_contacts", ["task_id"], unique=False)
