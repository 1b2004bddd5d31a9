"""Imports as jobs: a list is sent and looked at, its owner says yes, it is taken in, and its rejected rows are mended.

A job is a row of the database, so that every process of a server knows it; what is to be done with it is done by
`import_work`. Each step is a guarded update: a job that has moved on meanwhile stays where it is. What a job holds is
personal data: its owner alone sees it, and it is forgotten some days later. A list may change anybody's customers, so
that whoever sees a part of the book neither sends lists nor sees any.

to read -> reading -> waiting -> to apply -> applying -> done; `failed` and `stopped` (its process ended) begin again
with `to read`, and rejected rows of one that is done with `to apply`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import cached_property
from pathlib import PurePath
from typing import Any, Final

from sqlalchemy import Connection, RowMapping, select, update

from policyserve import db
from policyserve.access import sent_forms
from policyserve.access.scope import check_whole
from policyserve.access.sent_forms import Form
from policyserve.access.viewer import Viewer
from policyserve.book.headers import Naming
from policyserve.book.lists import find_kind
from policyserve.book.rejects import RejectedRows
from policyserve.errors import NotFoundError, PolicyserveError
from policyserve.locale import N_in, Sentence
from policyserve.operations.database import Database
from policyserve.operations.import_expiry import FORGOTTEN, JOBS, KEPT, forget
from policyserve.signs import seen

STATUSES = {
    "to read": N_in("state of an import", "Will be read"),
    "reading": N_in("state of an import", "Being read"),
    "waiting": N_in("state of an import", "Waits for you"),
    "to apply": N_in("state of an import", "Will be taken in"),
    "applying": N_in("state of an import", "Being taken in"),
    "done": N_in("state of an import", "Taken in"),
    "failed": N_in("state of an import", "Failed"),
    "stopped": N_in("state of an import", "Stopped"),
    "expired": N_in("state of an import", "Expired"),
}
"""The states, and what people read of them."""

AT_WORK: Final = ("to read", "reading", "to apply", "applying")
"""What goes on by itself."""

SHOWN: Final = 20
"""Jobs that are listed."""

SUFFIXES: Final = {".csv", ".xlsx"}

LONGEST_NAME: Final = 80

COUNTS: Final = ("rows", "added", "updated", "unchanged", "rejected", "warnings")
"""Rows read are those added, updated, unchanged and rejected; those with a warning are among them."""


@dataclass(frozen=True, kw_only=True)
class Job:
    """One list, as its owner sees it."""

    id: int
    kind: str
    file_name: str
    status: str
    created_at: datetime
    changed_at: datetime
    expires_at: datetime
    naming: Naming
    forgotten: bool
    """Whether its days are over."""
    columns: list[dict[str, Any]]
    """Of each column its `header`, the `field` that it is, whether it is `ignored`, and an `example`."""
    rows_read: int | None
    """Of a list at work: the rows of its file, once that is read; they are compared with the book then."""
    counts: Mapping[str, int] | None
    """COUNTS of what would happen, or has happened."""
    failure: Mapping[str, str]
    """Why it failed, by language."""
    mendable_text: str | None

    @property
    def at_work(self) -> bool:
        """Whether it goes on by itself."""
        return self.status in AT_WORK

    @property
    def state(self) -> Sentence:
        """The state as people read it."""
        return Sentence(STATUSES[self.status])

    @cached_property
    def mendable(self) -> RejectedRows | None:
        """The rows with problems; None where there are none, or they are forgotten."""
        return RejectedRows.of_text(self.mendable_text) if self.mendable_text else None


def send_list(
    engine: Database, viewer: Viewer, kind: str, *, name: str, content: bytes, naming: Naming, at: datetime,
    form: Form = None,
) -> int:  # fmt: skip
    """Store a list that was sent, to be read; return the key of its job. Raises PolicyserveError for another file."""
    check_whole(viewer)
    find_kind(kind)
    path = PurePath(seen(name).replace("\\", "/"))
    if path.suffix.lower() not in SUFFIXES:
        raise PolicyserveError("A list is a file with the ending .csv or .xlsx; choose such a one.")
    if not content:
        raise PolicyserveError("This file is empty; choose one with rows.")
    row = {
        "owner": viewer.who, "kind": kind, "file_name": path.stem[:LONGEST_NAME] + path.suffix.lower(),
        "status": "to read", "created_at": at, "changed_at": at, "expires_at": at + KEPT,
        "naming": naming_text(naming), "content": content,
    }  # fmt: skip
    with db.writing(engine) as connection:
        sent_forms.take(connection, viewer, form, at)
        forget(connection, at)
        key = int(connection.execute(JOBS.insert().values(row).returning(JOBS.c.id)).scalar_one())
        sent_forms.keep(connection, viewer, form, key)
        return key


def import_job(engine: Database, viewer: Viewer, key: int, *, at: datetime) -> Job:
    """Return a job; raises NotFoundError where there is none, or it is somebody else's."""
    with db.reading(engine) as connection:
        return _job(_row(connection, viewer, key), at)


def import_jobs(engine: Database, viewer: Viewer, *, at: datetime) -> list[Job]:
    """Return the last jobs of a viewer, the newest first."""
    check_whole(viewer)
    query = _JOB.where(JOBS.c.owner == viewer.who).order_by(JOBS.c.id.desc()).limit(SHOWN)
    with db.reading(engine) as connection:
        return [_job(row, at) for row in connection.execute(query).mappings()]


def choose_columns(engine: Database, viewer: Viewer, key: int, naming: Naming, *, at: datetime) -> None:
    """Say which column is which; the list is looked at once more."""
    _move(engine, viewer, key, ("waiting", "failed"), at, status="to read", naming=naming_text(naming))


def apply_list(engine: Database, viewer: Viewer, key: int, *, at: datetime, form: Form = None) -> None:
    """Say yes to what would happen: the list is taken in."""
    _move(engine, viewer, key, ("waiting",), at, JOBS.c.failure.is_(None), form=form, status="to apply")


def begin_again(engine: Database, viewer: Viewer, key: int, *, at: datetime, form: Form = None) -> None:
    """Look once more at a list that failed, or whose process ended."""
    _move(engine, viewer, key, ("failed", "stopped"), at, form=form, status="to read", failure=None)


def drop_list(engine: Database, viewer: Viewer, key: int, *, at: datetime, form: Form = None) -> None:
    """Decide against a list that has not been taken in; its file is forgotten."""
    _move(engine, viewer, key, ("waiting", "failed", "stopped"), at, form=form, **FORGOTTEN, status="expired")


def mend_rows(
    engine: Database, viewer: Viewer, key: int, typed: Mapping[tuple[int, str], str], *, at: datetime,
    form: Form = None,
) -> None:  # fmt: skip
    """Send the rejected rows of a list once more, with the cells that were typed: line, and place or column's name.

    Cells of rows that are not rejected any more are left alone. Raises NotFoundError where there are none, and
    PolicyserveError for a column that the list does not have.
    """
    job = import_job(engine, viewer, key, at=at)
    if job.mendable is None or job.counts is None or job.mendable.rejected.is_empty():
        with db.writing(engine) as connection:
            sent_forms.take(connection, viewer, form, at)  # it may have been sent before, and have mended them all
            raise NotFoundError("import", key)
    content, lines = job.mendable.mended(_placed(typed, job.mendable))
    earlier = json.dumps({"counts": dict(job.counts), "lines": lines})
    as_read = JOBS.c.changed_at == job.changed_at  # not mended in another tab meanwhile
    _move(engine, viewer, key, ("done",), at, as_read, form=form, status="to apply", content=content, earlier=earlier)


def _placed(typed: Mapping[tuple[int, str], str], rows: RejectedRows) -> dict[tuple[int, str], str]:
    """Name the columns of cells by their places."""
    for _, column in typed:
        if column not in rows.places and column not in rows.cells.columns:
            raise PolicyserveError(
                "This list has no column '{column}'; it has {columns}.", column=column, columns=", ".join(rows.places)
            )
    return {(line, rows.places.get(column, column)): cell for (line, column), cell in typed.items()}


_JOB = select(*(column for column in JOBS.c if column.name not in {"content", "owner", "earlier"}))


def _row(connection: Connection, viewer: Viewer, key: int) -> RowMapping:
    check_whole(viewer)
    row = connection.execute(_JOB.where(JOBS.c.id == key, JOBS.c.owner == viewer.who)).mappings().first()
    if row is None:
        raise NotFoundError("import", key)
    return row


def _job(row: RowMapping, at: datetime) -> Job:
    """Return a job as `forget` would leave it, also where that is still to come."""
    names = ("id", "kind", "file_name", "status", "created_at", "changed_at", "expires_at")
    stored, over = {name: row[name] for name in names}, row["expires_at"] < at
    held: Mapping[str, Any] = {**row, **FORGOTTEN} if over else dict(row)
    if over and row["status"] != "done":
        stored["status"] = "expired"
    counts = json.loads(held["counts"] or "null")
    return Job(
        **stored, forgotten=over, naming=naming_of(held["naming"]), columns=json.loads(held["columns"] or "[]"),
        rows_read=counts["rows"] if counts and stored["status"] in AT_WORK else None,
        counts=counts if counts and len(counts) > 1 else None, failure=json.loads(held["failure"] or "{}"),
        mendable_text=held["mendable"],
    )  # fmt: skip


def _move(
    engine: Database, viewer: Viewer, key: int, before: Iterable[str], at: datetime, *also: Any, form: Form = None,
    **values: Any,
) -> None:  # fmt: skip
    """Move a job on from one of the states `before`; one that is elsewhere stays there. Raises NotFoundError."""
    with db.writing(engine) as connection:
        _row(connection, viewer, key)
        sent_forms.take(connection, viewer, form, at)
        guarded = update(JOBS).where(JOBS.c.id == key, JOBS.c.status.in_(tuple(before)), JOBS.c.expires_at >= at, *also)
        connection.execute(guarded.values(changed_at=at, expires_at=at + KEPT, **values))
        sent_forms.keep(connection, viewer, form, _row(connection, viewer, key)["status"])


def naming_text(naming: Naming) -> str:
    """Write what is said of columns as JSON; see `naming_of`."""
    return json.dumps(asdict(naming), ensure_ascii=False)


def naming_of(text: str) -> Naming:
    """Read what `naming_text` has written."""
    said = json.loads(text)
    return Naming(columns=said["columns"], ignored=tuple(said["ignored"]), asked=tuple(said["asked"]))
