"""The database: engines, transactions, frames in and out; the one room that knows two dialects.

SQLite runs in WAL mode through Python's own sqlite3 alone: a second SQLite library in the process would corrupt the
file. PostgreSQL runs through psycopg. A write transaction takes the write lock when it begins (BEGIN IMMEDIATE, or an
advisory lock for bulk work), so that two of them follow each other instead of failing half-way.
"""

from policyserve.db.bulk import insert_frame, plain, slices, update_frame, wanted
from policyserve.db.engine import is_sqlite, missing_file, open_engine
from policyserve.db.faults import explained
from policyserve.db.sqlite_files import database_files
from policyserve.db.text_rows import instant, read_frame
from policyserve.db.transactions import reading, writing

__all__ = [
    "database_files",
    "explained",
    "insert_frame",
    "instant",
    "is_sqlite",
    "missing_file",
    "open_engine",
    "plain",
    "read_frame",
    "reading",
    "slices",
    "update_frame",
    "wanted",
    "writing",
]
