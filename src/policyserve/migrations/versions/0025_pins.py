"""The hour of a visit that a person fixed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"


def upgrade() -> None:
    op.add_column("tasks", sa.Column("planned_at", sa.String(), nullable=True))
