"""An office that applies or undoes a set of hand-overs, and whose process is killed when all is written but committed.

python tests/peers/dying_office.py DATABASE DEED SET DAY
"""

from __future__ import annotations

import os
import signal
import sys
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import event

from policyserve.calendars.calendar import load_calendar
from policyserve.config import fixture
from policyserve.operations import handovers
from policyserve.operations.database import open_database
from policyserve.tasks.transitions import Stamp


def main(url: str, deed: str, key: str, day: str) -> None:
    """Work until the transaction is to be committed."""
    engine = open_database(url)
    stamp = Stamp(at=datetime.now(UTC), as_of=date.fromisoformat(day), actor="Wu")

    def on_commit(_connection: Any) -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    event.listen(engine, "commit", on_commit)
    if deed == "apply":
        handovers.apply_set(engine, load_calendar(fixture("calendars", "cn.yaml")), int(key), stamp)
    handovers.undo_set(engine, int(key), stamp, why="he stays")


if __name__ == "__main__":
    main(*sys.argv[1:])
