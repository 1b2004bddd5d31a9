"""Follow-up calls, and what was answered."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"

LINKS = (
    ("customer_id", "customers"), ("task_id", "tasks"), ("message_id", "messages"), ("complaint_id", "complaints"),
    ("event_id", "events"),
)  # fmt: skip


def upgrade() -> None:
    op.create_table(
        "calls",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.Column("task_id", sa.Integer(), nullable=True),
        sa.Column("message_id", sa.Integer(), nullable=True),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("called_on", sa.Date(), nullable=False),
        sa.Column("minute", sa.Integer(), nullable=False),
        sa.Column("satisfaction", sa.Integer(), nullable=True),
        sa.Column("words", sa.String(), nullable=True),
        sa.Column("complaint_id", sa.Integer(), nullable=True),
        sa.Column("event_id", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        *(sa.ForeignKeyConstraint([name], [f"{where}.id"], name=op.f(f"fk_calls_{name}")) for name, where in LINKS),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calls")),
    )
    for name in ("customer_id", "task_id", "message_id"):
        op.create_index(f"ix_calls_{name}", "calls", [name])
    op.create_table(
        "call_answers",
        sa.Column("call_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("point", sa.String(), nullable=False),
        sa.Column("answer", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["call_id"], ["calls.id"], name=op.f("fk_call_answers_call_id")),
        sa.PrimaryKeyConstraint("call_id", "point", name=op.f("pk_call_answers")),
        sqlite_with_rowid=False,
    )
