"""Jobs: several tries for one due time, and no stored times; replies without a number are found by their phone."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0005"

KEPT = "id, job, due_at, started_at, ended_at, status, result, runner"


def upgrade() -> None:
    op.drop_table("scheduled_jobs")  # pickles, and times that are worked out from the settings now
    op.execute(f"CREATE TEMP TABLE kept AS SELECT {KEPT} FROM job_runs")
    op.drop_table("job_runs")
    op.create_table(
        "job_runs",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("job", sa.String(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("result", sa.String(), nullable=True),
        sa.Column("runner", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job_runs")),
        sa.UniqueConstraint("job", "due_at", "attempt", name=op.f("uq_job_runs_job_due_at_attempt")),
    )
    op.create_index("ix_job_runs_started_at", "job_runs", ["started_at"], unique=False)
    op.create_index(
        "ix_job_runs_running",
        "job_runs",
        ["job"],
        unique=False,
        sqlite_where=sa.text("status = 'running'"),
        postgresql_where=sa.text("status = 'running'"),
    )
    op.execute(f"INSERT INTO job_runs ({KEPT}, attempt) SELECT {KEPT}, 1 FROM kept ORDER BY id")
    op.execute("DROP TABLE kept")
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "SELECT setval(pg_get_serial_sequence('job_runs', 'id'), (SELECT coalesce(max(id), 0) + 1 FROM job_runs),"
            " false)"
        )
    op.create_index(
        "ix_replies_phone_unnumbered",
        "replies",
        ["phone", "at"],
        unique=False,
        sqlite_where=sa.text("provider_id IS NULL"),
        postgresql_where=sa.text("provider_id IS NULL"),
    )
