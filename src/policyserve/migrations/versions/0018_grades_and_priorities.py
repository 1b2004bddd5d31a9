"""The grade of each customer, and the weights that managers give the targets."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    op.add_column("customers", sa.Column("grade", sa.String(), nullable=True))
    weights = [sa.Column(name, sa.Float(), nullable=True) for name in ("persistency", "referrals", "add_ons")]
    op.create_table(
        "target_weights",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("manager_id", sa.Integer(), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        *weights,
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["manager_id"], ["agents.id"], name=op.f("fk_target_weights_manager_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_target_weights")),
    )
    op.create_index(op.f("ix_target_weights_manager_id"), "target_weights", ["manager_id"], unique=False)
