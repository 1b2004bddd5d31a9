"""Databases that lost something: `db check` names it, whatever the version says."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import Engine, inspect

from policyserve import db
from policyserve.errors import PolicyserveError
from policyserve.migrations import schema
from policyserve.tables import metadata

REBUILT = {"sqlite": "CREATE TABLE x AS SELECT * FROM debits", "postgresql": "CREATE TABLE x AS TABLE debits"}


def wrong(engine: Engine, *statements: str) -> str:
    """Change a database behind the program's back, and return what is said of it then."""
    with db.writing(engine) as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)
    assert schema.check(engine) is None  # the version believes that all is well
    return str(schema.examine(engine))


def test_a_whole_database_is_whole(engine: Engine) -> None:
    assert schema.examine(engine) is None


@pytest.mark.parametrize("table", ["contacts", "notices", "early_receipts", "changes"])
def test_a_missing_table_is_named_alone(engine: Engine, table: str) -> None:
    said = wrong(engine, f"DROP TABLE {table}")
    assert f"the table '{table}'" in said
    assert said.count(f"'{table}'") == 1  # not its columns and indexes as well
    assert "Put a back-up in its place" in said


def test_every_missing_index_is_named(engine: Engine) -> None:
    names = [str(index.name) for table in metadata.sorted_tables for index in table.indexes]
    said = wrong(engine, *(f"DROP INDEX {name}" for name in names))
    assert [name for name in names if f"'{name}'" not in said] == []


def test_a_missing_column_is_named_with_its_table(engine: Engine) -> None:
    said = wrong(engine, "ALTER TABLE customers DROP COLUMN hobbies", "ALTER TABLE policies DROP COLUMN product")
    assert "the column 'hobbies' of 'customers'" in said
    assert "the column 'product' of 'policies'" in said


def test_an_index_that_lost_its_condition_or_its_uniqueness_is_named(engine: Engine) -> None:
    indexes = {index["name"]: index["column_names"] for index in inspect(engine).get_indexes("tasks")}
    said = wrong(
        engine,
        "DROP INDEX ix_tasks_open",
        f"CREATE INDEX ix_tasks_open ON tasks ({', '.join(map(str, indexes['ix_tasks_open']))})",
        "DROP INDEX uq_refusals_phone_standing",
        "CREATE INDEX uq_refusals_phone_standing ON refusals (phone)",
    )
    assert "the index 'ix_tasks_open' of 'tasks'" in said
    assert "the index 'uq_refusals_phone_standing' of 'refusals'" in said


def test_a_table_that_was_made_again_without_its_keys_is_named(engine: Engine) -> None:
    said = wrong(engine, REBUILT[engine.dialect.name], "DROP TABLE debits", "ALTER TABLE x RENAME TO debits")
    assert "the primary key of 'debits'" in said
    assert "the reference of policy_id in 'debits'" in said


def test_what_somebody_added_does_no_harm(engine: Engine) -> None:
    with db.writing(engine) as connection:
        connection.exec_driver_sql("CREATE TABLE somebody_s (name TEXT)")
        connection.exec_driver_sql("CREATE INDEX of_somebody ON customers (hobbies)")
    assert schema.examine(engine) is None


def test_an_older_database_is_only_older(engine: Engine) -> None:
    with db.writing(engine) as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0001'")
    assert "policyserve db upgrade" in str(schema.examine(engine))


def test_a_page_that_was_overwritten_is_told(sqlite_template: Path, tmp_path: Path) -> None:
    path = tmp_path / "book.sqlite3"
    whole = sqlite_template.read_bytes()
    engine = db.open_engine(f"sqlite:///{path}")
    with db.reading(engine) as connection:
        page = connection.exec_driver_sql("PRAGMA page_size").scalar()
    engine.dispose()
    assert page
    path.write_bytes(whole[: 9 * page] + b"\xa5" * page + whole[10 * page :])
    engine = db.open_engine(f"sqlite:///{path}")
    assert "its pages" in str(schema.examine(engine))
    engine.dispose()


@pytest.mark.parametrize("left", ["book.sqlite3", "book.sqlite3-wal"])
def test_a_book_that_was_there_and_is_not_is_an_error(tmp_path: Path, left: str) -> None:
    (tmp_path / left).write_bytes(b"" if left == "book.sqlite3" else b"what was written last")
    before = {one.name: one.read_bytes() for one in tmp_path.iterdir()}
    with pytest.raises(PolicyserveError, match="Put a back-up in its place"):
        schema.ensure_ready(db.open_engine(f"sqlite:///{tmp_path / 'book.sqlite3'}"))
    assert {one.name: one.read_bytes() for one in tmp_path.iterdir()} == before
