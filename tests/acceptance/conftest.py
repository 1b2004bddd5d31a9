"""Databases to run commands on: `desk` is a new SQLite file, `any_desk` runs the test on PostgreSQL too."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from commands import Desk
from desks.branch_desk import EARLY, LATE, release, take_branch
from desks.served_branch import take_served_branch


@pytest.fixture
def desk(tmp_path: Path, sqlite_template: Path) -> Desk:
    """Return a desk with an empty SQLite database of its own."""
    return _desk_on_copy(sqlite_template, tmp_path)


@pytest.fixture
def any_desk(tmp_path: Path, database_url: str) -> Desk:
    """Return a desk with an empty database of its own, once on either kind."""
    return Desk(url=database_url, folder=tmp_path)


@pytest.fixture
def late(tmp_path: Path, late_branch: Path) -> Desk:
    """Return a branch that joined on 20 February 2026, with its five tasks."""
    return _desk_on_copy(late_branch, tmp_path)


@pytest.fixture
def early(tmp_path: Path, early_branch: Path) -> Desk:
    """Return a branch that joined on 20 November 2025, with the reminder as its only task."""
    return _desk_on_copy(early_branch, tmp_path)


@pytest.fixture(scope="session")
def late_branch(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make the database that `late` copies."""
    return _branch(sqlite_template, tmp_path_factory.mktemp("late"), LATE)


@pytest.fixture(scope="session")
def early_branch(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make the database that `early` copies."""
    return _branch(sqlite_template, tmp_path_factory.mktemp("early"), EARLY)


@pytest.fixture(scope="session")
def served(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """Return a branch whose first-year services were done, on a database that nobody writes to."""
    return take_served_branch(_desk_on_copy(sqlite_template, tmp_path_factory.mktemp("served")))


def _branch(template: Path, folder: Path, as_of: str) -> Path:
    release(take_branch(_desk_on_copy(template, folder), as_of), as_of)
    with closing(sqlite3.connect(folder / "desk.sqlite3")) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return folder / "desk.sqlite3"


def _desk_on_copy(database: Path, folder: Path) -> Desk:
    copy = folder / "desk.sqlite3"
    shutil.copyfile(database, copy)
    return Desk(url=f"sqlite:///{copy}", folder=folder)
