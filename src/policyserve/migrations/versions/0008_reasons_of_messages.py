"""Reasons of messages as data: the code, its arguments, and what a person or a gateway said, apart."""

from __future__ import annotations

from alembic import op

from policyserve.migrations import reasons_of_0005

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.execute("ALTER TABLE messages ADD COLUMN arguments VARCHAR")
    op.execute("ALTER TABLE messages ADD COLUMN said VARCHAR")
    reasons_of_0005.carry(op.get_bind())
