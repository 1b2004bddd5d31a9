"""Second factors, other ways to sign in, and customers who are restricted or erased."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.add_column("users", sa.Column("wecom", sa.String(), nullable=True))
    op.add_column("users", sa.Column("subject", sa.String(), nullable=True))
    op.create_index("uq_users_wecom", "users", ["wecom"], unique=True)
    op.create_index("uq_users_subject", "users", ["subject"], unique=True)
    op.add_column("sessions", sa.Column("owes", sa.String(), nullable=True))
    op.add_column("customers", sa.Column("restricted_on", sa.Date(), nullable=True))
    op.add_column("customers", sa.Column("erased_on", sa.Date(), nullable=True))
    op.create_table(
        "second_factors",
        sa.Column("user_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("secret", sa.String(), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_step", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_second_factors_user_id")),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_second_factors")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "recovery_codes",
        sa.Column("user_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_recovery_codes_user_id")),
        sa.PrimaryKeyConstraint("user_id", "code", name=op.f("pk_recovery_codes")),
        sqlite_with_rowid=False,
    )
