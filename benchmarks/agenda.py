"""An agent's day as pages show it, every reason in words with its sum, against its bare SQL statement."""

from __future__ import annotations

import resource
import sys
import tempfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from statistics import median

from sqlalchemy import Connection, Engine

from benchmarks.measuring import Figure
from benchmarks.release import AS_OF, fill, opened, release, seconds
from policyserve import db
from policyserve.access.viewer import Scope, Viewer
from policyserve.operations.agenda import agent_day
from policyserve.tasks.agenda_queries import of_agent

GOAL = 3.0

AGENTS = 50

REPEAT = 5
"""Runs of each agenda, of which the best counts: they take a few milliseconds."""


def run(size: int) -> Iterator[Figure]:
    """Measure the agendas of some agents on SQLite; the figure is the median agent's."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "book.sqlite3"
        fill(path, size)
        with opened(path) as engine:
            release(engine, AS_OF)
            with db.reading(engine) as connection:
                yield measured(engine, connection, size)


def measured(engine: Engine, connection: Connection, size: int) -> Figure:
    """Compare the days of the first agents with their statements."""
    numbers = [row[0] for row in connection.exec_driver_sql(f"SELECT agent_no FROM agents ORDER BY id LIMIT {AGENTS}")]
    tasks = median(shown(engine, number) for number in numbers)
    return Figure(
        work=f"an agent's day of {tasks:.0f} tasks, {size:,} policies, SQLite",
        goal=GOAL,
        ours=median(best(partial(shown, engine, number)) for number in numbers),
        floor=median(best(partial(statement, connection, number)) for number in numbers),
        peak=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (2**20 if sys.platform == "darwin" else 2**10),
    )


def best(work: partial[int]) -> float:
    """Return the seconds of the best run."""
    return min(seconds(work) for _ in range(REPEAT))


def shown(engine: Engine, agent_no: str) -> int:
    """Make a day as it is shown, and count its tasks."""
    viewer = Viewer(who=agent_no, role="agent", scope=Scope(reach="own"), agent_no=agent_no)
    return len([task.fields("zh") for task in agent_day(engine, viewer, agent_no, AS_OF, as_of=AS_OF).tasks])


def statement(connection: Connection, agent_no: str) -> int:
    """Run the statement on the driver's own cursor, and count its rows."""
    cursor = connection.connection.cursor()
    cursor.execute(str(of_agent(connection)), {"agent_no": agent_no, "day": AS_OF.isoformat()})
    return len(cursor.fetchall())
