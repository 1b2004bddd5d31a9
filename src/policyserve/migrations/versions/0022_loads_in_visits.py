"""The loads of hand-over sets in visits, of which a call is a part; those of before count each task as one."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"


def upgrade() -> None:
    for table in ("handover_agents", "handover_lines"):
        op.execute(f"ALTER TABLE {table} RENAME COLUMN load TO tasks")
        op.add_column(table, sa.Column("load", sa.Float(), nullable=True))
        op.execute(f"UPDATE {table} SET load = tasks")
        op.execute(f"ALTER TABLE {table} DROP COLUMN tasks")
