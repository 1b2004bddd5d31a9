"""The databases of the tests: every test that asks for `engine` runs on SQLite and on PostgreSQL."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import pytest
from hypothesis import settings
from sqlalchemy import Engine, NullPool, create_engine, make_url

from books import earlier_version
from peers import postgres
from policyserve import db
from policyserve.migrations import schema
from words.catalogues import compile_stale

os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # hundreds of commands are started: each would compile the whole again
sys.dont_write_bytecode = False
compile_stale()  # an edited catalogue speaks in the next run
os.environ["POLICYSERVE_LANG"] = "en"
settings.register_profile("any machine", deadline=None)  # a busy machine is slow, not wrong
settings.load_profile("any machine")

_numbers = count(1)


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """Yield the URL of a PostgreSQL server: POLICYSERVE_TEST_PG, else one that lives as long as the tests."""
    if given := os.environ.get("POLICYSERVE_TEST_PG"):
        yield given
        return
    with postgres.server() as url:
        yield url


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make the migrated, empty SQLite file that tests copy."""
    path = tmp_path_factory.mktemp("template") / "empty.sqlite3"
    engine = db.open_engine(f"sqlite:///{path}")
    schema.upgrade(engine)
    engine.dispose()  # the last connection folds the write-ahead log into the file
    return path


@pytest.fixture(scope="session")
def postgres_template(postgres_url: str) -> Iterator[str]:
    """Make the migrated, empty PostgreSQL database that tests copy, and yield its name."""
    with postgres_database(postgres_url, "template1") as url:
        engine = db.open_engine(url)
        schema.upgrade(engine)
        engine.dispose()
        yield str(make_url(url).database)


@contextmanager
def postgres_database(server: str, template: str) -> Iterator[str]:
    """Copy a database, yield the copy's URL, drop it."""
    name = f"policyserve_test_{os.getpid()}_{next(_numbers)}"
    admin = create_engine(
        make_url(server).set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT", poolclass=NullPool
    )
    with admin.connect() as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY")
    yield make_url(server).set(database=name).render_as_string(hide_password=False)
    with admin.connect() as connection:
        connection.exec_driver_sql(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Yield the URL of a migrated, empty database of its own; each test runs once on either kind."""
    if request.param == "sqlite":
        copy = tmp_path / "book.sqlite3"
        shutil.copyfile(request.getfixturevalue("sqlite_template"), copy)
        yield f"sqlite:///{copy}"
        return
    template = request.getfixturevalue("postgres_template")
    with postgres_database(request.getfixturevalue("postgres_url"), template) as url:
        yield url


@pytest.fixture
def empty_postgres_url(postgres_url: str) -> Iterator[str]:
    """Yield the URL of a PostgreSQL database without any table."""
    with postgres_database(postgres_url, "template1") as url:
        yield url


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    """Yield an engine on the test's own database."""
    engine = db.open_engine(database_url)
    yield engine
    engine.dispose()


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def migrated_url(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Yield the URL of a database of version 0004 with weeks of work in it, brought to today's schema.

    Its tests only ask.
    """
    if request.param == "sqlite":
        yield _migrated(f"sqlite:///{tmp_path_factory.mktemp('version') / 'book.sqlite3'}")
        return
    with postgres_database(request.getfixturevalue("postgres_url"), "template1") as url:
        yield _migrated(url)


def _migrated(url: str) -> str:
    engine = db.open_engine(url)
    earlier_version.restore(engine)
    schema.upgrade(engine)
    engine.dispose()
    return url
