"""Spot checks (抽查): samples drawn, what customers said, and the tasks of a sample as they stand."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl
from sqlalchemy import Connection, select

from policyserve import db
from policyserve.access import audit, scope, sent_forms
from policyserve.access.viewer import Viewer
from policyserve.dates import Days
from policyserve.metrics.figure import Figure, Names
from policyserve.metrics.names import names_in
from policyserve.metrics.spot_checks import records
from policyserve.metrics.spot_checks.figures import estimate_figure, sample_figure
from policyserve.metrics.spot_checks.records import SampleNotFoundError
from policyserve.metrics.spot_checks.scopes import Scope
from policyserve.operations.database import Database
from policyserve.operations.seen_figures import named
from policyserve.standard.model import Standard
from policyserve.tables import Branch, table
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
        if new:
            audit.note(connection, stamp.actor, "spot check drawn", at=stamp.at, kind="sample", number=key)
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


@dataclass(frozen=True, kw_only=True)
class SeenSample:
    """A sample as a viewer sees it, with names and masks."""

    check: dict[str, Any]
    tasks: Figure
    estimate: Figure
    agents: Figure


def draw_of_viewer(
    engine: Database,
    viewer: Viewer,
    days: Days,
    stamp: Stamp,
    *,
    size: int,
    seed: int,
    agent_no: str | None = None,
    form: str | None = None,
) -> int:
    """Draw a sample of those whom a viewer sees, or of one of them; return its key. Raises as `draw_check` does."""
    with db.writing(engine, bulk=True) as connection:
        sent_forms.take(connection, viewer, form, stamp.at)
        if agent_no:
            scope.check_agent(connection, viewer, agent_no, stamp.as_of)
        standard, drawn = current_standard(connection, stamp.as_of), _scope(connection, viewer, agent_no, stamp.as_of)
        key, new = records.draw_check(connection, standard, days, stamp, scope=drawn, size=size, seed=seed)
        if new:
            audit.note(connection, viewer, "spot check drawn", at=stamp.at, kind="sample", number=key)
        return key


def _scope(connection: Connection, viewer: Viewer, agent_no: str | None, day: date) -> Scope:
    """Return whose services a viewer checks."""
    agents = scope.agents_of(viewer.scope, day)
    if agents is None:
        return Scope(agent_no=agent_no)
    within = connection.scalars(select(scope.AGENTS.c.agent_no).where(scope.AGENTS.c.id.in_(agents))).all()
    if viewer.scope.reach == "branch":
        branches = table(Branch)
        name = connection.scalar(select(branches.c.name).where(branches.c.id == viewer.scope.branch_id))
        return Scope(branch=name, agent_no=agent_no, within=within)
    return Scope(below=viewer.agent_no, agent_no=agent_no, within=within)


def samples_of_viewer(engine: Database, viewer: Viewer, *, as_of: date) -> list[dict[str, Any]]:
    """Return the samples of those whom a viewer sees, the newest first; see `records.samples`."""
    with db.reading(engine) as connection:
        return records.samples(connection, as_of, within=scope.agents_of(viewer.scope, as_of))


def sample_of_viewer(engine: Database, viewer: Viewer, check_id: int, *, as_of: date) -> SeenSample:
    """Return a sample; raises SampleNotFoundError where the viewer does not see everybody in it."""
    with db.reading(engine) as connection:
        check, tasks = _seen(connection, viewer, check_id, as_of), records.read_sample(connection, check_id, as_of)
        standard = current_standard(connection, as_of)
        return SeenSample(
            check=check,
            tasks=named(connection, viewer, sample_figure(check, tasks, standard, as_of=as_of)),
            estimate=estimate_figure(check, tasks, as_of=as_of),
            agents=named(connection, viewer, estimate_figure(check, tasks, by_agent=True, as_of=as_of)),
        )


def record_of_viewer(
    engine: Database,
    viewer: Viewer,
    check_id: int,
    task_id: int,
    stamp: Stamp,
    *,
    result: str,
    note: str | None,
    form: str | None = None,
) -> None:
    """Write down what a customer said of a task; see `records.record_result`."""
    with db.writing(engine) as connection:
        sent_forms.take(connection, viewer, form, stamp.at)
        _seen(connection, viewer, check_id, stamp.as_of)
        records.record_result(connection, check_id, task_id, stamp, result=result, note=note)
        audit.note(connection, viewer, "spot check noted", at=stamp.at, kind="task", number=task_id)


def _seen(connection: Connection, viewer: Viewer, check_id: int, day: date) -> dict[str, Any]:
    for check in records.samples(connection, day, check_id, scope.agents_of(viewer.scope, day)):
        return check
    raise SampleNotFoundError(check_id)
