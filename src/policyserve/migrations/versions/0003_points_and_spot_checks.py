"""Points of referrers, spot checks of services said to be done, and the history of how far referrals came."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        "points",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("points", sa.BigInteger(), nullable=False),
        sa.Column("policy_id", sa.Integer(), nullable=True),
        sa.Column("referral_id", sa.Integer(), nullable=True),
        sa.Column("referred_id", sa.Integer(), nullable=True),
        sa.Column("happened_on", sa.Date(), nullable=False),
        sa.Column("receipt", sa.String(), nullable=True),
        sa.Column("rates", sa.String(), nullable=True),
        sa.Column("corrects_id", sa.Integer(), nullable=True),
        sa.Column("note", sa.String(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["corrects_id"], ["points.id"], name=op.f("fk_points_corrects_id")),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name=op.f("fk_points_customer_id")),
        sa.ForeignKeyConstraint(["policy_id"], ["policies.id"], name=op.f("fk_points_policy_id")),
        sa.ForeignKeyConstraint(["referral_id"], ["referrals.id"], name=op.f("fk_points_referral_id")),
        sa.ForeignKeyConstraint(["referred_id"], ["customers.id"], name=op.f("fk_points_referred_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_points")),
        sa.UniqueConstraint("kind", "policy_id", name=op.f("uq_points_kind_policy_id")),
        sa.UniqueConstraint("kind", "referral_id", name=op.f("uq_points_kind_referral_id")),
        sa.UniqueConstraint("kind", "referred_id", name=op.f("uq_points_kind_referred_id")),
        sa.UniqueConstraint("receipt", name=op.f("uq_points_receipt")),
    )
    op.create_index(op.f("ix_points_corrects_id"), "points", ["corrects_id"], unique=False)
    op.create_index("ix_points_customer_id", "points", ["customer_id"], unique=False)
    op.create_table(
        "spot_checks",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("scope", sa.String(), nullable=False),
        sa.Column("seed", sa.BigInteger(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_spot_checks")),
        sa.UniqueConstraint(
            "first_day", "last_day", "scope", "seed", name=op.f("uq_spot_checks_first_day_last_day_scope_seed")
        ),
    )
    op.create_table(
        "spot_check_strata",
        sa.Column("check_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("agent_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("claimed", sa.Integer(), nullable=False),
        sa.Column("drawn", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["agent_id"], ["agents.id"], name=op.f("fk_spot_check_strata_agent_id")),
        sa.ForeignKeyConstraint(["check_id"], ["spot_checks.id"], name=op.f("fk_spot_check_strata_check_id")),
        sa.PrimaryKeyConstraint("check_id", "agent_id", name=op.f("pk_spot_check_strata")),
    )
    op.create_table(
        "spot_check_tasks",
        sa.Column("check_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("task_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("agent_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["agent_id"], ["agents.id"], name=op.f("fk_spot_check_tasks_agent_id")),
        sa.ForeignKeyConstraint(["check_id"], ["spot_checks.id"], name=op.f("fk_spot_check_tasks_check_id")),
        sa.ForeignKeyConstraint(["task_id"], ["tasks.id"], name=op.f("fk_spot_check_tasks_task_id")),
        sa.PrimaryKeyConstraint("check_id", "task_id", name=op.f("pk_spot_check_tasks")),
    )
    op.create_table(
        "spot_check_results",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("check_id", sa.Integer(), nullable=False),
        sa.Column("task_id", sa.Integer(), nullable=False),
        sa.Column("result", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["check_id", "task_id"],
            ["spot_check_tasks.check_id", "spot_check_tasks.task_id"],
            name=op.f("fk_spot_check_results_check_id_task_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_spot_check_results")),
    )
    op.create_index(
        "ix_spot_check_results_check_id_task_id", "spot_check_results", ["check_id", "task_id"], unique=False
    )
    op.create_table(
        "referral_stages",
        sa.Column("referral_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("known_on", sa.Date(), nullable=False),
        sa.Column("stage", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["referral_id"], ["referrals.id"], name=op.f("fk_referral_stages_referral_id")),
        sa.PrimaryKeyConstraint("referral_id", "known_on", name=op.f("pk_referral_stages")),
        sqlite_with_rowid=False,
    )
    op.execute(_STORED)


_STORED = """
INSERT INTO referral_stages (referral_id, known_on, stage)
SELECT id, coalesce((SELECT max(as_of) FROM imports WHERE kind = 'referrals'), referred_on), stage
FROM referrals
WHERE stage IS NOT NULL
"""
