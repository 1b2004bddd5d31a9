"""History as data: reasons by code, what a transition changed in rows, what a person wrote apart."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from policyserve.migrations import sentences_of_0004

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    # what no pattern reads stays where it is: as the text that it always was
    op.execute("ALTER TABLE transitions RENAME COLUMN why TO said")
    op.execute("ALTER TABLE transitions ADD COLUMN reason VARCHAR")
    op.execute("ALTER TABLE transitions ADD COLUMN arguments VARCHAR")
    op.create_table(
        "changes",
        sa.Column("transition_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("field", sa.String(), nullable=False),
        sa.Column("old", sa.String(), nullable=True),
        sa.Column("new", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["transition_id"], ["transitions.id"], name=op.f("fk_changes_transition_id")),
        sa.PrimaryKeyConstraint("transition_id", "field", name=op.f("pk_changes")),
        sqlite_with_rowid=False,
    )
    sentences_of_0004.carry(op.get_bind())
    op.drop_table("withdrawn_contacts")
