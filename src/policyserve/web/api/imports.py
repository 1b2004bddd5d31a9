"""Imports: a list is sent, read, taken in after a word, and its rejects are told; each is a job of its sender's."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Literal

from fastapi import Path, Query
from pydantic import Field, StringConstraints

from policyserve.access.sent_forms import Sending
from policyserve.access.viewer import Viewer
from policyserve.book.headers import Naming
from policyserve.book.problems import told
from policyserve.operations import import_jobs
from policyserve.operations.database import Database
from policyserve.operations.import_jobs import Job
from policyserve.web.api.call import Asked
from policyserve.web.api.models import SEEN, Answer, Number, Sent

Kind = Literal["agents", "customers", "policies", "premiums", "events", "referrals"]
State = Literal[
    "to read", "reading", "waiting", "to apply", "applying", "done", "failed", "stopped", "expired"
]  # fmt: skip
"""It waits for a word after it was read; `stopped`: its process ended."""


class ImportStanding(Answer):
    """How a list stands after it was sent, or after the word to take it in."""

    import_id: int = Field(examples=[3])
    status: State = Field(examples=["to read"])


class ImportCounts(Answer):
    """Rows of the list: those read are those added, updated, unchanged and rejected."""

    rows: int
    added: int
    updated: int
    unchanged: int
    rejected: int
    warnings: int


class Import(Answer):
    """A list, and what would happen or has happened to it."""

    import_id: int
    kind: Kind
    name: str
    status: State
    at_work: bool = Field(description="Whether it goes on by itself: ask again.")
    created_at: datetime
    changed_at: datetime
    expires_at: datetime = Field(description="When its rows are forgotten.")
    rows_read: int | None = Field(description="Of one at work: the rows of its file, once that is read.")
    counts: ImportCounts | None
    failure: str | None


class ImportList(Answer):
    """The last lists that you have sent, the newest first."""

    items: list[Import]


class Reject(Answer):
    """What is wrong with a row."""

    line: int
    field: str | None
    value: str | None
    severity: str = Field(description="`rejected`: it stayed out; a warning went in.")
    reason: str


class RejectList(Answer):
    """What is wrong with the rows of a list."""

    items: list[Reject]


Cell = Annotated[str, StringConstraints(max_length=600), SEEN]
ImportKey = Annotated[int, Path(ge=1, le=2_147_483_647, examples=[3])]
OfKind = Annotated[Kind, Query(description="Which list it is.", examples=["customers"])]
FileName = Annotated[Number, Query(description="Its name, with .csv or .xlsx.", examples=["customers.csv"])]


def post_import(asked: Asked, kind: OfKind, name: FileName) -> ImportStanding:
    """Send a list (CSV or XLSX, the body as it is) to be read; nothing changes before the word."""
    house, usual = asked.house, asked.house.settings.file.lists.of(kind)
    naming = Naming(columns=usual.columns, ignored=usual.ignore)
    standing = asked.once(
        lambda sent: import_jobs.send_list(
            house.engine, asked.viewer, kind, name=name, content=asked.content, naming=naming, at=asked.now, form=sent
        ),
        lambda key: ImportStanding(import_id=key, status="to read"),
    )
    house.imports.wake()
    return standing


def get_imports(asked: Asked) -> ImportList:
    """List what you have sent."""
    jobs = import_jobs.import_jobs(asked.house.engine, asked.viewer, at=asked.now)
    return ImportList(items=[_shown(asked, one) for one in jobs])


def get_import(asked: Asked, import_id: ImportKey) -> Import:
    """Return a list that you have sent: its state, its counts."""
    return _shown(asked, _found(asked, import_id))


def post_apply(asked: Asked, import_id: ImportKey) -> ImportStanding:
    """Take in a list that waits for the word; one that is in another state stays there."""
    return _moved(asked, import_id, lambda to, sent: import_jobs.apply_list(*to, import_id, at=asked.now, form=sent))


class MendedCell(Sent):
    """A cell of a rejected row, as it is meant."""

    line: int = Field(ge=1, le=2_147_483_647, description="That of the reject.", examples=[5])
    field: Number = Field(description="The name of the column in the lists.", examples=["deceased_on"])
    value: Cell = Field(examples=["1983-12-05"])


class MendBody(Sent):
    """Cells that are mended; the others of the rejected rows stay as they were sent."""

    cells: list[MendedCell] = Field(max_length=500)


def post_mend(asked: Asked, import_id: ImportKey, body: MendBody) -> ImportStanding:
    """Send the rejected rows of a list that is in once more, with some cells mended; what is right now goes in."""
    typed = {(one.line, one.field): one.value for one in body.cells}
    return _moved(
        asked, import_id, lambda to, sent: import_jobs.mend_rows(*to, import_id, typed, at=asked.now, form=sent)
    )


def post_again(asked: Asked, import_id: ImportKey) -> ImportStanding:
    """Begin again with a list that failed or was stopped; one that is in another state stays there."""
    return _moved(asked, import_id, lambda to, sent: import_jobs.begin_again(*to, import_id, at=asked.now, form=sent))


def post_drop(asked: Asked, import_id: ImportKey) -> ImportStanding:
    """Decide against a list that is not taken in, so that its file is forgotten; another one stays as it is."""
    return _moved(asked, import_id, lambda to, sent: import_jobs.drop_list(*to, import_id, at=asked.now, form=sent))


def _moved(asked: Asked, import_id: int, deed: Callable[[tuple[Database, Viewer], Sending], None]) -> ImportStanding:
    """Do something to a list once, and let the work go on."""
    standing = asked.once(
        lambda sent: deed((asked.house.engine, asked.viewer), sent),
        lambda status: ImportStanding(import_id=import_id, status=status),
    )
    asked.house.imports.wake()
    return standing


def get_rejects(asked: Asked, import_id: ImportKey) -> RejectList:
    """Return what is wrong with the rows of a list, until they are forgotten."""
    found = _found(asked, import_id)
    problems = told(found.kind, found.mendable.problems, asked.language).to_dicts() if found.mendable else []
    return RejectList(items=[Reject(**{name: one[name] for name in Reject.model_fields}) for one in problems])


def _found(asked: Asked, import_id: int) -> Job:
    found = import_jobs.import_job(asked.house.engine, asked.viewer, import_id, at=asked.now)
    if found.at_work:
        asked.house.imports.wake()
    return found


def _shown(asked: Asked, job: Job) -> Import:
    return Import.model_validate({
        "import_id": job.id, "kind": job.kind, "name": job.file_name, "status": job.status, "at_work": job.at_work,
        "created_at": job.created_at, "changed_at": job.changed_at, "expires_at": job.expires_at,
        "rows_read": job.rows_read,
        "counts": job.counts, "failure": job.failure.get(asked.language),
    })  # fmt: skip
