"""The migrations make the schema that the tables declare, and keep off databases that are not theirs."""

from __future__ import annotations

import re
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, inspect

from policyserve import db
from policyserve.errors import PolicyserveError
from policyserve.migrations import schema
from policyserve.tables import metadata

MIGRATIONS = Path(schema.__file__).parent

PREPARE = (
    "import sys; from policyserve import db; from policyserve.migrations import schema; "
    "schema.ensure_ready(db.open_engine(sys.argv[1]))"
)
"""A program that makes the database named in its argument ready."""


@pytest.fixture
def empty_postgres(empty_postgres_url: str) -> Iterator[Engine]:
    engine = db.open_engine(empty_postgres_url)
    yield engine
    engine.dispose()


def set_version(engine: Engine, version: str) -> None:
    with db.writing(engine) as connection:
        connection.exec_driver_sql(f"UPDATE alembic_version SET version_num = '{version}'")


def test_the_migrated_schema_is_the_declared_one(engine: Engine) -> None:
    with db.reading(engine) as connection:
        context = MigrationContext.configure(connection, opts={"compare_server_default": True})
        assert compare_metadata(context, metadata) == []


def test_sqlite_has_the_declared_tables_and_indexes_line_by_line(sqlite_template: Path, tmp_path: Path) -> None:
    declared = tmp_path / "declared.sqlite3"
    engine = db.open_engine(f"sqlite:///{declared}")
    metadata.create_all(engine)
    engine.dispose()
    assert stored_lines(sqlite_template) == stored_lines(declared)


def stored_lines(path: Path) -> dict[str, list[str]]:
    """Return the SQL of every table and index by name, its parts sorted: their order means nothing."""
    with closing(sqlite3.connect(path)) as connection:
        found = connection.execute("SELECT name, sql FROM sqlite_master WHERE sql <> '' AND name <> 'alembic_version'")
        return {name: sorted(filter(None, map(str.strip, re.split(r",|\n", sql)))) for name, sql in found}


def test_postgresql_has_the_partial_index_and_instants_with_a_time_zone(empty_postgres: Engine) -> None:
    schema.upgrade(empty_postgres)
    indexes = {index["name"]: index for index in inspect(empty_postgres).get_indexes("tasks")}
    assert "'open'" in indexes["ix_tasks_open"]["dialect_options"]["postgresql_where"]
    types = {column["name"]: column["type"] for column in inspect(empty_postgres).get_columns("transitions")}
    assert getattr(types["at"], "timezone", False)


def test_the_program_knows_the_newest_migration() -> None:
    assert ScriptDirectory(str(MIGRATIONS)).get_heads() == [schema.HEAD]


def test_upgrading_twice_changes_nothing(engine: Engine) -> None:
    schema.upgrade(engine)
    assert schema.check(engine) is None


def test_an_sqlite_database_is_made_by_the_first_command_that_needs_it(tmp_path: Path) -> None:
    engine = db.open_engine(f"sqlite:///{tmp_path / 'data' / 'book.sqlite3'}")
    assert "policyserve db upgrade" in str(schema.check(engine))
    schema.ensure_ready(engine)
    assert schema.check(engine) is None
    assert set(inspect(engine).get_table_names()) == {*metadata.tables, "alembic_version"}


def test_two_first_commands_at_once_make_the_database_once(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'book.sqlite3'}"
    started = [subprocess.Popen([sys.executable, "-c", PREPARE, url], stderr=subprocess.PIPE) for _ in range(2)]
    assert [process.communicate()[1].decode() for process in started] == ["", ""]
    assert schema.check(db.open_engine(url)) is None


def test_an_empty_postgresql_database_needs_the_administrator(empty_postgres: Engine) -> None:
    with pytest.raises(PolicyserveError, match="run `policyserve db upgrade`"):
        schema.ensure_ready(empty_postgres)
    schema.upgrade(empty_postgres)
    schema.ensure_ready(empty_postgres)


def test_a_database_of_a_newer_program_is_left_alone(engine: Engine) -> None:
    set_version(engine, "9999")
    for act in (schema.ensure_ready, schema.upgrade, schema.check):
        with pytest.raises(PolicyserveError, match="A newer policyserve"):
            act(engine)


def test_a_database_of_another_program_is_left_alone(engine: Engine) -> None:
    set_version(engine, "c0ffee")
    with pytest.raises(PolicyserveError, match="another program"):
        schema.ensure_ready(engine)


def test_tables_of_the_same_names_from_elsewhere_are_left_alone(tmp_path: Path) -> None:
    engine = db.open_engine(f"sqlite:///{tmp_path / 'other.sqlite3'}")
    with db.writing(engine) as connection:
        connection.exec_driver_sql("CREATE TABLE customers (name TEXT)")
    with pytest.raises(PolicyserveError, match="'customers'"):
        schema.ensure_ready(engine)
    assert inspect(engine).get_table_names() == ["customers"]


def test_a_current_sqlite_database_is_checked_without_alembic(sqlite_template: Path) -> None:
    program = f"{PREPARE}; print('alembic' in sys.modules)"
    command = [sys.executable, "-c", program, f"sqlite:///{sqlite_template}"]
    assert subprocess.run(command, check=True, capture_output=True, text=True).stdout == "False\n"
