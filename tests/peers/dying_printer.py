"""A run of letters that dies where it writes, or notes, its files: `python dying_printer.py URL FOLDER POINT`."""

from __future__ import annotations

import os
import signal
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from policyserve import db, files
from policyserve.config import read_settings
from policyserve.operations.letters import make_letters
from policyserve.papers import records
from policyserve.tasks.transitions import Stamp


def die(*_: Any, **__: Any) -> None:
    """End this process as the system would."""
    os.kill(os.getpid(), signal.SIGKILL)


def main(url: str, folder: str, point: str) -> None:
    """Make letters, and die at `write` (before the first file) or at `note` (when the files are whole)."""
    at = datetime(2026, 5, 4, 1, 0, tzinfo=UTC)
    if point == "write":
        files.write = die
    else:
        records.printed = die
    stamp = Stamp(at=at, as_of=at.date(), actor="x")
    make_letters(db.open_engine(url), read_settings({}), Path(folder), stamp, services=(), language="en")


if __name__ == "__main__":
    main(*sys.argv[1:])
