"""Spot checks in the database: samples drawn once, and what the customers said.

Each function works within the caller's transaction; drawing takes one that is `bulk`, so that two draws at once follow
each other and the second finds what the first has stored.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import polars as pl
from sqlalchemy import Connection, Select, exists, func, insert, select
from sqlalchemy.engine import RowMapping

from policyserve import db
from policyserve.book.snapshot import load_agents
from policyserve.dates import Days
from policyserve.errors import NotFoundError, PolicyserveError, QuestionError
from policyserve.locale import N_
from policyserve.metrics.services.task_states import read_as_they_stood, read_tasks
from policyserve.metrics.spot_checks.scopes import Scope
from policyserve.metrics.spot_checks.spot_checks import RESULTS, claimed_tasks, draw
from policyserve.standard.model import Standard
from policyserve.tables import SpotCheck, SpotCheckResult, SpotCheckStratum, SpotCheckTask, table
from policyserve.tasks.transitions import Stamp

CHECKS = table(SpotCheck)
STRATA = table(SpotCheckStratum)
DRAWN = table(SpotCheckTask)
ANSWERS = table(SpotCheckResult)

SAMPLE = pl.Schema(
    {
        "task_id": pl.Int32(),
        "agent_id": pl.Int32(),
        "agent_no": pl.String(),
        "branch": pl.String(),
        "claimed": pl.Int32(),
        "service": pl.String(),
        "customer_no": pl.String(),
        "policy_no": pl.String(),
        "done_on": pl.Date(),
        "result": pl.String(),
        "note": pl.String(),
    }
)
"""A task of a sample; `claimed`: how many services its agent said were done; `result`: null while open.

`done_on` is null while what was done is taken back.
"""

_SAMPLE = """
SELECT k.task_id, k.agent_id, a.agent_no, coalesce(own.name, of_team.name), s.claimed, t.service, c.customer_no,
    p.policy_no, r.result, r.note
FROM spot_check_tasks k
JOIN spot_check_strata s ON s.check_id = k.check_id AND s.agent_id = k.agent_id
JOIN tasks t ON t.id = k.task_id
JOIN customers c ON c.id = t.customer_id
JOIN agents a ON a.id = k.agent_id
LEFT JOIN teams m ON m.id = a.team_id
LEFT JOIN branches own ON own.id = a.branch_id
LEFT JOIN branches of_team ON of_team.id = m.branch_id
LEFT JOIN policies p ON p.id = t.policy_id
LEFT JOIN spot_check_results r ON r.id = (
    SELECT max(n.id) FROM spot_check_results n
    WHERE n.check_id = k.check_id AND n.task_id = k.task_id AND n.as_of <= '{day}'
)
WHERE k.check_id = {check}
"""


class SampleNotFoundError(NotFoundError):
    """A sample that nobody has drawn; no list holds it."""

    def __init__(self, check_id: int) -> None:
        """`check_id` is the number that the user typed."""
        words = N_("No sample has the number '{check_id}'. Look at 'policyserve spot-check list' for those drawn.")
        PolicyserveError.__init__(self, words, check_id=check_id)


def draw_check(
    connection: Connection, standard: Standard, days: Days, stamp: Stamp, *, scope: Scope, size: int, seed: int
) -> tuple[int, bool]:
    """Draw and store a sample of the services done in `days`; return its key, and whether it is new.

    Days, scope and seed that were drawn before give the stored sample again. Raises QuestionError where the days are
    not over, since what is done later on the last of them could never be drawn; PolicyserveError where nothing was
    done, or where `size` is too small or not that of the stored sample.
    """
    if days.last >= stamp.as_of:
        raise QuestionError(
            "The day {last} is not over on {as_of}: what is done later that day could not be drawn. Draw "
            "from days up to {day_before}, or ask on the day after.",
            last=days.last,
            as_of=stamp.as_of,
            day_before=stamp.as_of - timedelta(days=1),
        )
    stored = _stored(connection, days, scope, seed)
    if stored is not None:
        if stored["size"] != size:
            raise PolicyserveError(
                "With seed {seed} the sample {id} of {size} tasks has been drawn for these days; ask for that "
                "size, or choose another seed.",
                seed=seed,
                id=stored["id"],
                size=stored["size"],
            )
        _check(connection, stored["id"], stamp.as_of)
        return int(stored["id"]), False
    agents = scope.agents(load_agents(connection, stamp.as_of))
    tasks = read_tasks(connection, days, stamp.as_of, of="done_on")
    claimed = claimed_tasks(tasks, standard, days).join(agents, on="agent_id", how="semi")
    if claimed.is_empty():
        raise PolicyserveError("No service of level spot-checked was done by an agent in these days; choose others.")
    return _store(connection, draw(claimed, size, seed), days, stamp, scope=scope, size=size, seed=seed), True


def _stored(connection: Connection, days: Days, scope: Scope, seed: int) -> RowMapping | None:
    same = (
        (CHECKS.c.first_day == days.start)
        & (CHECKS.c.last_day == days.last)
        & (CHECKS.c.scope == scope.name)
        & (CHECKS.c.seed == seed)
    )
    return connection.execute(select(CHECKS).where(same)).mappings().first()


def _store(
    connection: Connection, drawn: pl.DataFrame, days: Days, stamp: Stamp, *, scope: Scope, size: int, seed: int
) -> int:
    row = {"first_day": days.start, "last_day": days.last, "scope": scope.name, "seed": seed, "size": size}
    made = {"at": stamp.at, "as_of": stamp.as_of, "actor": stamp.actor}
    key = int(connection.execute(insert(CHECKS).values(row | made).returning(CHECKS.c.id)).scalar_one())
    strata = drawn.group_by("agent_id").agg(pl.col("claimed").first(), drawn=pl.len().cast(pl.Int32)).sort("agent_id")
    check = pl.lit(key, dtype=pl.Int32).alias("check_id")
    db.insert_frame(connection, "spot_check_strata", strata.select(check, "agent_id", "claimed", "drawn"))
    db.insert_frame(connection, "spot_check_tasks", drawn.select(check, "task_id", "agent_id"))
    return key


def record_result(
    connection: Connection, check_id: int, task_id: int, stamp: Stamp, *, result: str, note: str | None = None
) -> None:
    """Store what verifying a task came to; a later result goes before an earlier one. Raises PolicyserveError."""
    if result not in RESULTS:
        raise PolicyserveError(
            "'{result}' is no result; it can be {results}.", result=result, results=", ".join(RESULTS)
        )
    _check(connection, check_id, stamp.as_of)
    of_sample = (DRAWN.c.check_id == check_id) & (DRAWN.c.task_id == task_id)
    if connection.execute(select(DRAWN.c.task_id).where(of_sample)).first() is None:
        raise PolicyserveError(
            "Task {task_id} is not in sample {check_id}; list the sample to see which tasks are.",
            task_id=task_id,
            check_id=check_id,
        )
    row = {"check_id": check_id, "task_id": task_id, "result": result, "note": note}
    made = {"at": stamp.at, "as_of": stamp.as_of, "actor": stamp.actor}
    connection.execute(insert(ANSWERS).values(row | made))


def _check(connection: Connection, check_id: int, as_of: date) -> None:
    """Raise SampleNotFoundError where there is no such sample, PolicyserveError where it was drawn after `as_of`."""
    drawn_on = connection.scalar(select(CHECKS.c.as_of).where(CHECKS.c.id == check_id))
    if drawn_on is None:
        raise SampleNotFoundError(check_id)
    if drawn_on > as_of:
        raise PolicyserveError(
            "Sample {check_id} was drawn on {drawn_on}; ask for that day or a later one.",
            check_id=check_id,
            drawn_on=drawn_on,
        )


def read_sample(connection: Connection, check_id: int, as_of: date) -> pl.DataFrame:
    """Read the tasks of a sample with what was known of them on `as_of`: columns as SAMPLE.

    Raises SampleNotFoundError; PolicyserveError where it was drawn later.
    """
    _check(connection, check_id, as_of)
    query = _SAMPLE.format(check=int(check_id), day=as_of.isoformat())
    drawn = db.read_frame(connection, query, pl.Schema({name: SAMPLE[name] for name in SAMPLE if name != "done_on"}))
    keys = f"SELECT task_id FROM spot_check_tasks WHERE check_id = {int(check_id)}"
    done = read_as_they_stood(connection, f"t.id IN ({keys})", as_of, keys=keys).select("task_id", "done_on")
    return drawn.join(done, on="task_id", how="left").select(SAMPLE.names()).sort("agent_no", "task_id")


def samples(
    connection: Connection, as_of: date, check_id: int | None = None, within: Select[Any] | None = None
) -> list[dict[str, object]]:
    """List the samples drawn by `as_of`, the newest first, or the one with this key.

    `within` are the keys of agents: samples with a task of anybody else are left out.
    Fields: `check_id`, `first_day`, `last_day`, `scope`, `seed`, `drawn`, `answered` (tasks), `as_of`, `actor`.
    """
    same = (ANSWERS.c.check_id == DRAWN.c.check_id) & (ANSWERS.c.task_id == DRAWN.c.task_id)
    shown = [CHECKS.c[name] for name in ("first_day", "last_day", "scope", "seed", "as_of", "actor")]
    drawn = func.count(DRAWN.c.task_id.distinct()).label("drawn")
    answered = func.count(ANSWERS.c.task_id.distinct()).label("answered")
    unseen = STRATA.c.agent_id.not_in([] if within is None else within)
    others = exists().where(STRATA.c.check_id == CHECKS.c.id, unseen)
    query = (
        select(CHECKS.c.id.label("check_id"), *shown[:4], drawn, answered, *shown[4:])
        .join(DRAWN, DRAWN.c.check_id == CHECKS.c.id)
        .outerjoin(ANSWERS, same & (ANSWERS.c.as_of <= as_of))
        .where(CHECKS.c.as_of <= as_of, *([] if check_id is None else [CHECKS.c.id == check_id]))
        .where(*([] if within is None else [~others]))
        .group_by(CHECKS.c.id, *shown)
        .order_by(CHECKS.c.id.desc())
    )
    return [dict(row) for row in connection.execute(query).mappings()]
