"""Release: the touches of the next days become tasks, in one transaction that can be run again at any time.

A release is drafted from one reading and written afterwards, so that the database is locked for the writing alone. A
crash leaves everything or nothing, for there is one commit. What somebody changes while a release runs is left to that
person, and looked at by the next release.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from functools import partial

import polars as pl
from sqlalchemy import Connection, func, insert, select, tuple_, update

from policyserve import db
from policyserve.tables import ReleaseRun, table
from policyserve.tasks import changes, customer_grades, pins, reconciliation, stored_sums
from policyserve.tasks.columns import KEY, STORED, like_stored, with_same_services
from policyserve.tasks.transitions import TASKS, Stamp, record_added, record_all

ACTOR = "release"
"""The name under which a release signs its transitions."""

RELEASES = table(ReleaseRun)

_KEYS_AT_ONCE = 500

_NO_REASONS = pl.DataFrame(schema={"id": pl.Int32, "reason": pl.String, "arguments": pl.String, "ended_on": pl.Date})


@dataclass(frozen=True, kw_only=True)
class ReleaseCounts:
    """What a release did with how many tasks."""

    added: int = 0
    moved: int = 0
    cancelled: int = 0
    reopened: int = 0
    missed: int = 0
    unchanged: int = 0


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """What a release asks of the facts and the standard beyond the touches."""

    known: pl.DataFrame
    """`subject_kind`, `subject_id`, `known_on`: the day on which a policy or a customer was first known."""
    rules: pl.DataFrame
    """`service`, `since`: the day from which a rule holds; services that always held have no row."""
    plan_wide: Callable[[pl.DataFrame], pl.DataFrame]
    """From tasks (like `STORED`) to the touches of their subjects over a long time."""
    why_not: Callable[[pl.DataFrame], pl.DataFrame]
    """From tasks without a touch to `id`, `reason`, `arguments`, `ended_on`; see `cancellation.why_not`."""


def read_stored(connection: Connection, as_of: date) -> pl.DataFrame:
    """Return the tasks that a release can meet, like `STORED`: the open ones and those whose latest day is ahead."""
    return _read(connection, f"status = 'open' OR latest >= '{as_of}'")


def _read(connection: Connection, condition: str) -> pl.DataFrame:
    columns = ", ".join(name for name in STORED if name != "by_hand")
    query = f"SELECT {columns}, release_id IS NULL AS by_hand FROM tasks WHERE {condition}"
    return db.read_frame(connection, query, STORED)


@dataclass(frozen=True, kw_only=True)
class Draft:
    """A release that has been worked out and is still to be written."""

    as_of: date
    days: int
    new: pl.DataFrame
    """The tasks to be added."""
    compared: tuple[pl.DataFrame, ...]
    """The stored tasks beside their touches; see `reconciliation.compare`."""
    ended: pl.DataFrame
    """The changes of tasks whose touch is found nowhere."""
    sums: pl.DataFrame | None = None
    """What is owed of the instalments that the tasks are about; see `stored_sums.worked_out`."""
    grades: pl.DataFrame | None = None
    """The grades of customers that changed; see `customer_grades.changed`."""

    ahead: pl.DataFrame | None = None
    """Touches that fall due after the release, where the levelling of visits asks for them."""

    @property
    def work(self) -> pl.DataFrame:
        """The tasks that are open, and those that will be."""
        near = self.compared[0].filter(status="open")
        return pl.concat([frame.select(*KEY, "customer_id") for frame in (near, self.new)])

    @property
    def last(self) -> date:
        """The last day on which a new task may be due."""
        return self.as_of + timedelta(days=self.days)


def draft(stored: pl.DataFrame, touches: pl.DataFrame, evidence: Evidence, *, as_of: date, days: int) -> Draft:
    """Compare `touches` due up to `days` after `as_of` with the `stored` tasks (as from `read_stored`).

    Touches due after the last day move and keep tasks that are there, and add none.
    """
    last = as_of + timedelta(days=days)
    match = partial(reconciliation.compare, as_of=as_of, last=last)
    stored, planned = with_same_services(stored, like_stored(touches))
    near = match(stored, planned)
    new = reconciliation.additions(stored, planned, as_of=as_of, last=last)
    new = reconciliation.tracked(new, evidence.known, evidence.rules)
    far, ended = _look_further(near, evidence, match, as_of)
    return Draft(as_of=as_of, days=days, new=new, compared=(near, far), ended=ended)


def write(connection: Connection, drafted: Draft, *, at: datetime) -> ReleaseCounts:
    """Add the new tasks of a draft, bring the stored ones into line, and return the counts.

    A task that somebody changed since it was read is left to that person.
    """
    stamp = Stamp(at=at, as_of=drafted.as_of, actor=ACTOR)
    release_id = _begin(connection, stamp, drafted.days)
    added, in_the_way = _add(connection, drafted.new, release_id, stamp)
    again = with_same_services(in_the_way, drafted.new)
    closed = reconciliation.compare(*again, as_of=drafted.as_of, last=drafted.last)
    moves = changes.explained(pl.concat([changes.changing(pairs) for pairs in (*drafted.compared, closed)]))
    kept = _store(connection, pl.concat([moves, drafted.ended.select(moves.columns)]), stamp)
    unchanged = sum(pairs.filter(action=reconciliation.UNCHANGED).height for pairs in drafted.compared)
    counts = ReleaseCounts(added=added, unchanged=unchanged, **changes.counts(kept))
    connection.execute(update(RELEASES).where(RELEASES.c.id == release_id).values(**asdict(counts)))
    if drafted.sums is not None:
        stored_sums.keep(connection, drafted.sums)
    if drafted.grades is not None:
        customer_grades.keep(connection, drafted.grades)
    return counts


def last_release(connection: Connection, day: date) -> date | None:
    """Return for which day tasks were last released, by the end of `day`; None where they never were."""
    found: date | None = connection.scalar(select(func.max(RELEASES.c.as_of)).where(RELEASES.c.as_of <= day))
    return found


def _begin(connection: Connection, stamp: Stamp, days: int) -> int:
    none = asdict(ReleaseCounts())
    row = insert(RELEASES).values(as_of=stamp.as_of, days=days, at=stamp.at, **none).returning(RELEASES.c.id)
    return int(connection.execute(row).scalar_one())


def _add(connection: Connection, new: pl.DataFrame, release_id: int, stamp: Stamp) -> tuple[int, pl.DataFrame]:
    """Insert tasks and their transitions; return how many, and the closed tasks that stood in the way of the others."""
    after_id = connection.execute(select(func.coalesce(func.max(TASKS.c.id), 0))).scalar_one()
    rows = new.with_columns(status=pl.lit("open"), assigned=pl.lit(value=False), release_id=pl.lit(release_id))
    added = db.insert_frame(connection, "tasks", rows, conflict="ON CONFLICT DO NOTHING")
    if added:
        record_added(connection, release_id, after_id, stamp)
    if added == new.height:
        return added, pl.DataFrame(schema=STORED)
    return added, _in_the_way(connection, new, release_id)


def _in_the_way(connection: Connection, new: pl.DataFrame, release_id: int) -> pl.DataFrame:
    """Return the stored tasks that kept some of `new` out."""
    schema = pl.Schema({name: STORED[name] for name in KEY})
    went_in = db.read_frame(connection, f"SELECT {', '.join(KEY)} FROM tasks WHERE release_id = {release_id}", schema)
    both = with_same_services(new.select(KEY), went_in)
    keys = both[0].join(both[1], on=KEY, how="anti").cast({"service": pl.String, "subject_kind": pl.String}).rows()
    identity = tuple_(*(TASKS.c[name] for name in KEY))
    ids: list[int] = []
    for start in range(0, len(keys), _KEYS_AT_ONCE):
        ids += connection.scalars(select(TASKS.c.id).where(identity.in_(keys[start : start + _KEYS_AT_ONCE])))
    return _read(connection, f"id IN ({', '.join(map(str, ids))})") if ids else pl.DataFrame(schema=STORED)


def _look_further(
    near: pl.DataFrame, evidence: Evidence, match: Callable[..., pl.DataFrame], as_of: date
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Look for what is gone from the days of the release: return it compared again, and what is found nowhere."""
    gone = near.filter(action=reconciliation.GONE).select(STORED.names())
    if gone.is_empty():
        return near.clear(), changes.ended(near.clear(), _NO_REASONS, as_of)
    far = match(*with_same_services(gone, like_stored(evidence.plan_wide(gone))))
    nowhere = far.filter(action=reconciliation.GONE)
    return far, changes.ended(nowhere, evidence.why_not(nowhere), as_of)


def _store(connection: Connection, changed: pl.DataFrame, stamp: Stamp) -> pl.DataFrame:
    """Write the changes of stored tasks and their transitions; return those that were written."""
    changed = _still_as_read(connection, changed)
    steps = changes.transitions(changed)
    opens = changed.join(steps.filter(to_status="open"), left_on="id", right_on="task_id", how="semi")
    closes = steps.filter(pl.col("to_status") != "open").select(id="task_id", status="to_status")
    fixed, renewed = pins.held(connection, changed["id"]), reconciliation.renewed(opens)
    kept = pins.kept(fixed, renewed)
    db.update_frame(connection, "tasks", renewed, keys=["id"])
    db.update_frame(connection, "tasks", kept, keys=["id"])
    db.update_frame(connection, "tasks", closes, keys=["id"])
    ended = pins.endings(fixed.join(kept, on="id", how="anti"))
    differences = reconciliation.differences(opens).rename({"id": "task_id"})
    record_all(connection, steps, stamp, pl.concat([differences, ended]))
    return changed


def _still_as_read(connection: Connection, changed: pl.DataFrame) -> pl.DataFrame:
    """Lock the tasks (SQLite has one writer at a time), and drop those that somebody changed since they were read."""
    if changed.is_empty():
        return changed
    asked = "id IN (SELECT id FROM wanted)"
    with db.wanted(connection, "tasks", changed.select("id")):
        if not db.is_sqlite(connection):
            connection.exec_driver_sql(f"SELECT id FROM tasks WHERE {asked} ORDER BY id FOR UPDATE")
        now = _read(connection, asked)  # it sees what was committed while the statement before waited for its locks
    decisions = ["id", "status", "agent_id", "snoozed_to", "assigned"]
    return changed.join(now.select(decisions), on=decisions, how="semi", nulls_equal=True, maintain_order="left")
