"""Databases to run commands on: `desk` is a new SQLite file, `any_desk` runs the test on PostgreSQL too."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from commands import Desk


@pytest.fixture
def desk(tmp_path: Path, sqlite_template: Path) -> Desk:
    """Return a desk with an empty SQLite database of its own."""
    copy = tmp_path / "desk.sqlite3"
    shutil.copyfile(sqlite_template, copy)
    return Desk(url=f"sqlite:///{copy}", folder=tmp_path)


@pytest.fixture
def any_desk(tmp_path: Path, database_url: str) -> Desk:
    """Return a desk with an empty database of its own, once on either kind."""
    return Desk(url=database_url, folder=tmp_path)
