"""The schema of a database: which step of the migrations it is at, and the way to today's.

Alembic and the tables are imported only where there is something to upgrade: a command on a current database reads one
row.
"""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, Engine, inspect

from policyserve import db
from policyserve.errors import PolicyserveError
from policyserve.locale import Listed, Sentence

HEAD = "0025"
"""The newest step in `versions`; steps are numbered, so that a later one is greater."""


def upgrade(engine: Engine) -> None:
    """Bring the database to today's schema, in one transaction; two at once follow each other.

    Raises PolicyserveError for a database that a newer policyserve made or that belongs to another program.
    """
    with db.writing(engine, bulk=True) as connection:
        version = _version(connection)
        if version is None:
            _refuse_strangers(connection)
        if version != HEAD:
            _migrate(connection)


def check(engine: Engine) -> Sentence | None:
    """Return the sentence that says what to do about the schema, or None where it is today's."""
    with db.reading(engine) as connection:
        version = _version(connection)
    if version == HEAD:
        return None
    if version is None:
        return Sentence("The database has no tables of policyserve yet; run `policyserve db upgrade`.")
    return Sentence("The database was made by an older policyserve; run `policyserve db upgrade`.")


def examine(engine: Engine) -> Sentence | None:
    """Return what is wrong with the database, from its files to every table, or None; reads an SQLite book whole."""
    if trouble := check(engine):
        return trouble
    from policyserve.migrations.comparison import missing

    with db.reading(engine) as connection:
        found = missing(connection)
        damage = _damage(connection) if db.is_sqlite(engine) else None
    if damage is None and not found:
        return None
    parts = [*found, *([Sentence("its pages ({damage})", damage=damage)] if damage else [])]
    return Sentence(
        "The database is damaged; missing or otherwise than policyserve made it: {parts}. "
        "Put a back-up in its place; nothing that is missing can be made up.",
        parts=Listed(parts),
    )


def _damage(connection: Connection) -> str | None:
    """Return the first of what SQLite finds wrong with its file."""
    said = connection.exec_driver_sql("PRAGMA quick_check(1)").scalar()
    return None if said == "ok" else str(said)


def ensure_ready(engine: Engine) -> None:
    """Make sure that the schema is today's: SQLite is upgraded on the spot, PostgreSQL by `policyserve db upgrade`.

    Raises PolicyserveError where somebody has to act first.
    """
    trouble = check(engine)
    if trouble and not db.is_sqlite(engine):
        raise PolicyserveError(trouble)
    if trouble:
        upgrade(engine)


def _version(connection: Connection) -> str | None:
    """Return the step that the database is at; None where it has no schema yet."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    version = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
    if version is not None and not version.isdecimal():
        raise PolicyserveError("The database belongs to another program; name another one with --db.")
    if version is not None and version > HEAD:
        raise PolicyserveError(
            "A newer policyserve made this database (schema {version}, this program knows {head}); install that one.",
            version=version,
            head=HEAD,
        )
    return version


def _refuse_strangers(connection: Connection) -> None:
    """Keep off a database that has tables of these names from elsewhere."""
    from policyserve.tables import metadata

    taken = sorted(set(inspect(connection).get_table_names()) & set(metadata.tables))
    if taken:
        raise PolicyserveError(
            "The database has a table '{taken}' that is not policyserve's; name another database with --db.",
            taken=taken[0],
        )


def _migrate(connection: Connection) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
