"""Spot checks (抽查): samples drawn, what customers said, and the tasks of a sample as they stand."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl
from sqlalchemy import Connection

from policyserve import db
from policyserve.access import audit
from policyserve.dates import Days
from policyserve.metrics.figure import Names
from policyserve.metrics.names import names_in
from policyserve.metrics.spot_checks import records
from policyserve.metrics.spot_checks.figures import sample_figure
from policyserve.metrics.spot_checks.records import Scope
from policyserve.operations.database import Database
from policyserve.standard.model import Standard
from policyserve.tasks.stored_standard import current_standard
from policyserve.tasks.transitions import Stamp


@dataclass(frozen=True, kw_only=True)
class Sample:
    """A sample as it stands on a day."""

    check: dict[str, Any]
    """Its row of `records.samples`."""
    tasks: pl.DataFrame
    """As `records.SAMPLE`."""
    standard: Standard
    names: Names
    """Of the people and policies of its tasks."""
    is_new: bool = False
    """Whether it has been drawn just now."""


def draw_sample(engine: Database, days: Days, stamp: Stamp, *, scope: Scope, size: int, seed: int) -> Sample:
    """Draw and store a sample, or return the one drawn before; see `records.draw_check`."""
    with db.writing(engine, bulk=True) as connection:
        standard = current_standard(connection, stamp.as_of)
        key, new = records.draw_check(connection, standard, days, stamp, scope=scope, size=size, seed=seed)
        return _sample(connection, key, stamp.as_of, is_new=new)


def read_sample(engine: Database, check_id: int, *, as_of: date) -> Sample:
    """Return a sample as it stood on a day; raises as `records.read_sample` does."""
    with db.reading(engine) as connection:
        return _sample(connection, check_id, as_of)


def _sample(connection: Connection, check_id: int, as_of: date, *, is_new: bool = False) -> Sample:
    tasks = records.read_sample(connection, check_id, as_of)
    (check,) = records.samples(connection, as_of, check_id)
    standard = current_standard(connection, as_of)
    names = names_in(connection, sample_figure(check, tasks, standard, as_of=as_of))
    return Sample(check=check, tasks=tasks, standard=standard, names=names, is_new=is_new)


def list_samples(engine: Database, *, as_of: date) -> list[dict[str, Any]]:
    """Return the samples drawn by a day, the newest first; see `records.samples`."""
    with db.reading(engine) as connection:
        return records.samples(connection, as_of)


def record_result(
    engine: Database, check_id: int, task_id: int, stamp: Stamp, *, result: str, note: str | None = None
) -> None:
    """Write down what verifying a task came to; see `records.record_result`."""
    with db.writing(engine) as connection:
        records.record_result(connection, check_id, task_id, stamp, result=result, note=note)
        audit.note(connection, stamp.actor, "spot check noted", at=stamp.at, kind="task", number=task_id)
