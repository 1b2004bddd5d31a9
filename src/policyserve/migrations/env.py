"""What alembic runs: on the connection that `migrations.schema` hands over, or on the database of the settings."""

from __future__ import annotations

from typing import Any, Literal

from alembic import context
from sqlalchemy import Connection
from sqlmodel.sql.sqltypes import AutoString, UTCDateTime

from policyserve import db
from policyserve.config import read_settings
from policyserve.tables import metadata


def plain_type(kind: str, item: Any, _context: object) -> str | Literal[False]:
    """Write SQLModel's own column types as SQLAlchemy's, so that a step outlives a change of library."""
    if kind == "type" and isinstance(item, AutoString):
        return "sa.String()"
    return "sa.DateTime(timezone=True)" if kind == "type" and isinstance(item, UTCDateTime) else False


def migrate(connection: Connection) -> None:
    """Run the steps that are missing, inside the transaction of `connection`."""
    context.configure(connection=connection, target_metadata=metadata, render_item=plain_type, transactional_ddl=True)
    with context.begin_transaction():
        context.run_migrations()


given = context.config.attributes.get("connection")
if given is not None:
    migrate(given)
else:
    with db.writing(db.open_engine(read_settings().database_url), bulk=True) as opened:
        migrate(opened)
