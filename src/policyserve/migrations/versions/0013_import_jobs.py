"""Lists that are sent by pages and programs are jobs."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    op.create_table(
        "import_jobs",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("owner", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("file_name", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("naming", sa.String(), nullable=False),
        sa.Column("columns", sa.String(), nullable=True),
        sa.Column("counts", sa.String(), nullable=True),
        sa.Column("earlier", sa.String(), nullable=True),
        sa.Column("failure", sa.String(), nullable=True),
        sa.Column("mendable", sa.String(), nullable=True),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_jobs")),
    )
    op.create_index("ix_import_jobs_owner", "import_jobs", ["owner"], unique=False)
    op.create_index("ix_import_jobs_expires_at", "import_jobs", ["expires_at"], unique=False)
