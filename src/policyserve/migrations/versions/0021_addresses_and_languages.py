"""Where customers live, when they like to be visited, what they speak; regions and languages of agents; relations."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"

COLUMNS = {
    "customers": ("address", "postcode", "preferred_days", "quiet_days", "language", "region"),
    "agents": ("region", "languages"),
    "referrals": ("relation",),
}


def upgrade() -> None:
    for table, names in COLUMNS.items():
        for name in names:
            op.add_column(table, sa.Column(name, sa.String(), nullable=True))
