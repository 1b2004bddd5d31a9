"""The days on which tasks are planned, and why."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    op.add_column("tasks", sa.Column("planned_on", sa.Date(), nullable=True))
    op.add_column("tasks", sa.Column("planned_why", sa.String(), nullable=True))
