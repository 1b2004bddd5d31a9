"""Whom the branch's lists still name, where a hand-over has come that they do not know."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    for name in ("customers", "policies"):
        op.add_column(name, sa.Column("listed_agent_id", sa.Integer(), nullable=True))
