"""The driver's own connection, and names for its statements."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection


def names_of(columns: Iterable[str]) -> str:
    """Quote names of columns, for a statement."""
    return ", ".join(f'"{name}"' for name in columns)


def driver(connection: Connection) -> Any:
    """Return the connection of sqlite3 or psycopg below SQLAlchemy's."""
    return connection.connection.driver_connection
