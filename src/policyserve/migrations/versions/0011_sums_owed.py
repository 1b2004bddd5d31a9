"""Sums owed of the instalments that tasks are about, kept with the facts from which they were worked out."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.create_table(
        "sums_owed",
        sa.Column("policy_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("instalment", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("owed", sa.BigInteger(), nullable=False),
        sa.Column("riders", sa.BigInteger(), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("lists", sa.String(), nullable=False),
        sa.Column("events", sa.Integer(), nullable=False),
        sa.Column("newest_event", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["policy_id"], ["policies.id"], name=op.f("fk_sums_owed_policy_id")),
        sa.PrimaryKeyConstraint("policy_id", "instalment", name=op.f("pk_sums_owed")),
        sqlite_with_rowid=False,
    )
