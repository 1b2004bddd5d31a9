"""Transactions, bulk in and bulk out, and what a user is told when a database does not play along."""

from __future__ import annotations

import sqlite3
import threading
import time
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path

import polars as pl
import psycopg
import pytest
from sqlalchemy import Engine, make_url

from policyserve import db
from policyserve.db import text_rows
from policyserve.db.faults import explain
from policyserve.errors import DatabaseBusyError, PolicyserveError
from policyserve.tables import metadata

ODD_TEXTS = [
    *('say "hello"', "a,b", "(NULL)", "back\\slash\\\\", "\\N", "😀𠮷镕", "'", "%s %d :x {y}"),
    *("", None, "two\nlines", "tab\there", "\x1f"),
]
BRANCHES = pl.Schema({"id": pl.Int32(), "name": pl.String()})
HOBBIES = pl.Schema({"id": pl.Int32(), "hobbies": pl.String()})


def customers(*hobbies: str | None) -> pl.DataFrame:
    numbers = range(1, len(hobbies) + 1)
    return pl.DataFrame(
        {"id": numbers, "customer_no": [f"C{number}" for number in numbers], "hobbies": hobbies},
        schema_overrides={"hobbies": pl.String},
    ).with_columns(known_on=date(2026, 1, 1))


def put(engine: Engine, table: str, frame: pl.DataFrame, conflict: str = "") -> int:
    with db.writing(engine) as connection:
        return db.insert_frame(connection, table, frame, conflict=conflict)


def get(engine: Engine, query: str, schema: pl.Schema, page_by: str | None = None) -> pl.DataFrame:
    with db.reading(engine) as connection:
        return db.read_frame(connection, query, schema, page_by=page_by)


def names(engine: Engine) -> list[tuple[int, str]]:
    return get(engine, "SELECT id, name FROM branches ORDER BY id", BRANCHES).rows()


def branches(*names: str) -> pl.DataFrame:
    return pl.DataFrame({"id": range(1, len(names) + 1), "name": names})


def test_every_text_comes_back_as_it_went_in(engine: Engine) -> None:
    put(engine, "customers", customers(*ODD_TEXTS))
    assert get(engine, "SELECT id, hobbies FROM customers ORDER BY id", HOBBIES)["hobbies"].to_list() == ODD_TEXTS


def test_a_single_column_keeps_its_empty_rows(engine: Engine) -> None:
    put(engine, "customers", customers("fishing", None, ""))
    only = pl.Schema({"hobbies": pl.String()})
    assert get(engine, "SELECT hobbies FROM customers ORDER BY id", only)["hobbies"].to_list() == ["fishing", None, ""]
    nothing = pl.Schema({"agent_id": pl.Int32()})
    assert get(engine, "SELECT agent_id FROM customers", nothing)["agent_id"].to_list() == [None, None, None]


def test_values_of_every_kind_come_back(engine: Engine) -> None:
    kind = pl.Enum(["male", "female"])
    schema = pl.Schema(
        {"gender": kind, "birthday": pl.Date(), "marketing_consent": pl.Boolean(), "sms_optout": pl.Boolean()}
    )
    rows = [("male", date(1968, 2, 29), True, False), (None, None, None, None)]
    given = pl.DataFrame(rows, schema=schema, orient="row")
    put(engine, "customers", pl.concat([customers(None, None), given], how="horizontal"))
    query = f"SELECT {', '.join(schema)} FROM customers ORDER BY id"
    assert get(engine, query, schema).equals(given)


def test_large_money_keeps_every_digit(engine: Engine) -> None:
    amount = 2**53 + 1
    assert get(engine, f"SELECT {amount}", pl.Schema({"amount": pl.Int64()})).item() == amount


def test_a_query_without_rows_gives_an_empty_frame_of_its_schema(engine: Engine) -> None:
    for page_by in (None, "id"):
        frame = get(engine, "SELECT id, name FROM branches", BRANCHES, page_by)
        assert frame.is_empty()
        assert frame.schema == BRANCHES


def test_reading_in_pieces_gives_every_row_once(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text_rows, "PAGE", 3)
    wide_apart = branches("a", "b", "c", "d", "e", "f", "g").with_columns(id=pl.col("id") ** 2)
    put(engine, "branches", wide_apart)
    found = get(engine, "SELECT id, name FROM branches", BRANCHES, "id")
    assert found.sort("id").rows() == wide_apart.rows()


def test_dates_and_instants_are_stored_as_sqlalchemy_reads_them(engine: Engine) -> None:
    noon_in_china = datetime(2026, 11, 21, 12, 0, 0, 5, tzinfo=timezone(timedelta(hours=8)))
    run = pl.DataFrame({"id": [1], "as_of": [date(2026, 11, 21)], "days": [30], "at": [noon_in_china]}).with_columns(
        pl.lit(0).alias(name) for name in ("added", "moved", "cancelled", "reopened", "missed", "unchanged")
    )
    put(engine, "releases", run)
    releases = metadata.tables["releases"]
    with db.reading(engine) as connection:
        (stored,) = connection.execute(releases.select())
    assert (stored.as_of, stored.at) == (date(2026, 11, 21), datetime(2026, 11, 21, 4, 0, 0, 5, tzinfo=UTC))


def test_conflicting_rows_are_skipped_and_not_counted(engine: Engine) -> None:
    put(engine, "branches", branches("Suzhou"))
    assert put(engine, "branches", branches("Suzhou", "Wuxi"), "ON CONFLICT DO NOTHING") == 1
    assert names(engine) == [(1, "Suzhou"), (2, "Wuxi")]


def test_two_bulk_inserts_fit_into_one_transaction(engine: Engine) -> None:
    with db.writing(engine) as connection:
        for names_ in (["Suzhou"], ["Suzhou", "Wuxi"]):
            db.insert_frame(connection, "branches", branches(*names_), conflict="ON CONFLICT DO NOTHING")
        changed = pl.DataFrame({"id": [1], "name": ["Nanjing"]})
        assert db.update_frame(connection, "branches", changed, keys=["id"]) == 1
    assert names(engine) == [(1, "Nanjing"), (2, "Wuxi")]


def test_an_update_leaves_alone_what_its_guard_keeps(engine: Engine) -> None:
    put(engine, "branches", branches("Suzhou", "Wuxi"))
    changed = pl.DataFrame({"id": [1, 2, 3], "name": ["A", "B", "C"]})
    with db.writing(engine) as connection:
        updated = db.update_frame(connection, "branches", changed, keys=["id"], guard="name = 'Wuxi' OR name = 'x'")
    assert updated == 1
    assert names(engine) == [(1, "Suzhou"), (2, "B")]


def test_an_update_can_clear_a_value(engine: Engine) -> None:
    put(engine, "customers", customers("fishing", "chess"))
    with db.writing(engine) as connection:
        db.update_frame(
            connection,
            "customers",
            pl.DataFrame({"id": [1], "hobbies": [None]}, schema_overrides={"hobbies": pl.String}),
            keys=["id"],
        )
    assert get(engine, "SELECT id, hobbies FROM customers ORDER BY id", HOBBIES).rows() == [(1, None), (2, "chess")]


def test_a_failed_transaction_leaves_nothing(engine: Engine) -> None:
    twice = pl.DataFrame({"id": [1, 1], "name": ["Suzhou", "Wuxi"]})
    with pytest.raises((sqlite3.IntegrityError, psycopg.IntegrityError)):
        put(engine, "branches", twice)
    assert names(engine) == []


def test_a_reader_sees_one_state_while_others_write(engine: Engine) -> None:
    put(engine, "branches", branches("Suzhou"))
    query, other = "SELECT id, name FROM branches", pl.DataFrame({"id": [2], "name": ["Wuxi"]})
    with db.reading(engine) as connection:
        before = db.read_frame(connection, query, BRANCHES)
        put(engine, "branches", other)
        assert db.read_frame(connection, query, BRANCHES).equals(before)
    assert len(names(engine)) == 2


def test_a_second_bulk_writer_waits_for_the_first(engine: Engine) -> None:
    order: list[str] = []
    inside = threading.Event()

    def second() -> None:
        inside.wait()
        with db.writing(engine, bulk=True) as connection:
            order.append("second begins")
            assert db.read_frame(connection, "SELECT id, name FROM branches", BRANCHES).height == 1

    waiting = threading.Thread(target=second)
    waiting.start()
    with db.writing(engine, bulk=True) as connection:
        inside.set()
        time.sleep(0.3)
        db.insert_frame(connection, "branches", branches("Suzhou"))
        order.append("first ends")
    waiting.join()
    assert order == ["first ends", "second begins"]


def test_a_writer_gives_up_after_its_time(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(db.engine, "BUSY_SECONDS", 0.2)
    first, second = db.open_engine(database_url), db.open_engine(database_url)
    with (
        db.writing(first, bulk=True),
        pytest.raises(DatabaseBusyError, match=r"0\.2 seconds"),
        db.writing(second, bulk=True),
    ):
        pass
    first.dispose()
    second.dispose()


def test_a_row_that_another_writer_holds_is_waited_for(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(db.engine, "BUSY_SECONDS", 0.2)
    engine = db.open_engine(database_url)
    put(engine, "branches", branches("Suzhou"))
    change = pl.DataFrame({"id": [1], "name": ["Wuxi"]})
    with db.writing(engine) as first:
        db.update_frame(first, "branches", change, keys=["id"])
        with pytest.raises(DatabaseBusyError), db.writing(engine) as second:
            db.update_frame(second, "branches", change, keys=["id"])
    assert names(engine) == [(1, "Wuxi")]
    engine.dispose()


def refusal(url: str) -> str:
    """Return what the user is told when this database is read."""
    engine = db.open_engine(url)
    with pytest.raises(PolicyserveError) as caught, db.reading(engine) as connection:
        db.read_frame(connection, "SELECT 1", pl.Schema({"one": pl.Int32()}))
    engine.dispose()
    return str(caught.value)


def test_a_file_that_is_no_database_is_named(tmp_path: Path) -> None:
    path = tmp_path / "policies.csv"
    path.write_text("policy_no,customer_no\n" * 100)
    assert refusal(f"sqlite:///{path}") == f"'{path}' is no SQLite database; name another file with --db."


def test_a_folder_in_the_place_of_the_file_is_named(tmp_path: Path) -> None:
    assert "cannot be opened" in refusal(f"sqlite:///{tmp_path}")


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(PolicyserveError, match="cannot be made"):
        db.open_engine(f"sqlite:///{tmp_path / 'file' / 'book.sqlite3'}")


def test_a_server_that_is_not_there_is_told_without_the_password() -> None:
    told = refusal("postgresql://clerk:secret@127.0.0.1:1/book")
    assert told.startswith("PostgreSQL does not answer (")
    assert "secret" not in told


def test_a_database_that_the_server_does_not_have_is_told(postgres_url: str) -> None:
    url = make_url(postgres_url).set(database="nowhere").render_as_string(hide_password=False)
    assert '"nowhere" does not exist' in refusal(url)


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_user_without_rights_is_told_whom_to_ask(engine: Engine) -> None:
    with db.writing(engine) as connection:
        connection.exec_driver_sql("CREATE ROLE policyserve_test_guest")
        connection.exec_driver_sql("SET LOCAL ROLE policyserve_test_guest")
        with pytest.raises(psycopg.errors.InsufficientPrivilege) as refused:
            db.insert_frame(connection, "branches", branches("Suzhou"))
        connection.rollback()
    assert "lacks a right" in str(explain(refused.value, engine.url, 1.0))


@pytest.mark.parametrize("url", ["mysql://user@host/book", "book.sqlite3", "nonsense"])
def test_a_url_of_another_kind_is_refused(url: str) -> None:
    with pytest.raises(PolicyserveError, match="sqlite:///FILE or postgresql://USER@HOST/NAME"):
        db.open_engine(url)
