"""The work on imports that are jobs: lists read to say what would happen, and taken in when their owner has said yes.

One process of a database works at a time, under a lock that ends with it. Whoever gets the lock finds the jobs that
another has left in hand: nothing of them was taken in, for a list and the end of its job are one transaction.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, and_, or_, select, update

from policyserve import db
from policyserve.access.users import USERS
from policyserve.book.files import Source
from policyserve.book.headers import Naming, read_as
from policyserve.book.list_import import ImportReport, import_source, read_sent
from policyserve.book.lists import find_kind
from policyserve.book.rejects import RejectedRows
from policyserve.errors import PASSING, UNEXPECTED, PolicyserveError
from policyserve.locale import Sentence
from policyserve.locale.languages import languages
from policyserve.operations.database import Database
from policyserve.operations.import_expiry import JOBS, forget
from policyserve.operations.import_jobs import COUNTS, naming_of
from policyserve.operations.lists import bring_up, follow_list, note_list
from policyserve.tasks.transitions import Stamp

WORKING = {"to read": "reading", "to apply": "applying"}
"""What a job that waits for the work becomes in hand."""


@dataclass(frozen=True, kw_only=True)
class Conditions:
    """Under what the work is done."""

    now: Callable[[], datetime]
    today: Callable[[], date]
    megabytes: int
    """The memory that reading a list may take."""


def work_off(engine: Database, conditions: Conditions) -> None:
    """Do what waits, one job after the other, under the lock; a fault of ours fails its job and is raised.

    The sums are brought up when a list is in, whatever becomes of them.
    """
    while (row := _claimed(engine, conditions.now())) is not None:
        as_of = conditions.today()
        try:
            _work(engine, row, conditions, as_of)
        except PolicyserveError as refusal:
            _fail(engine, row["id"], refusal.fact, conditions.now())
            continue
        except Exception:
            _fail(engine, row["id"], Sentence(UNEXPECTED), conditions.now())
            raise
        if row["status"] == "to apply":
            bring_up(engine, as_of=as_of)


def _claimed(engine: Database, at: datetime) -> RowMapping | None:
    """Take the oldest job that waits; return its row. What nobody may go on with is put away before."""
    with db.writing(engine) as connection:
        forget(connection, at)
        _stop(connection, at)
        waiting = select(JOBS).where(JOBS.c.status.in_(tuple(WORKING))).order_by(JOBS.c.id).limit(1)
        row = connection.execute(waiting).mappings().first()
        if row is not None:
            taken = {"status": WORKING[row["status"]], "changed_at": at, "failure": None}
            connection.execute(update(JOBS).where(JOBS.c.id == row["id"]).values(taken))
        return row


def _stop(connection: Connection, at: datetime) -> None:
    """Stop the jobs in hand, for their process has ended, and those of people who may send no list any more."""
    senders = select(USERS.c.login).where(USERS.c.active, USERS.c.role == "clerk", USERS.c.branch_id.is_(None))
    in_hand = JOBS.c.status.in_(tuple(WORKING.values()))
    orphaned = and_(JOBS.c.status.in_(tuple(WORKING)), JOBS.c.owner.not_in(senders))
    connection.execute(update(JOBS).where(or_(in_hand, orphaned)).values(status="stopped", changed_at=at))


def _work(engine: Database, row: RowMapping, conditions: Conditions, as_of: date) -> None:
    naming, kind = naming_of(row["naming"]), str(row["kind"])
    source = _source(row, naming, conditions.megabytes)
    rehearsal, at = row["status"] == "to read", conditions.now()
    known = {} if row["counts"] else {"counts": json.dumps({"rows": source.cells.height})}  # until they are compared
    with db.writing(engine) as connection:
        _set(connection, row["id"], columns=_columns(source, kind, naming), **known)

    def finish(connection: Connection, report: ImportReport) -> None:
        if not _set(connection, row["id"], **_finished(row, report, conditions.now())):
            raise PolicyserveError("This list was forgotten meanwhile; send it again if it is still wanted.")
        if not rehearsal:
            follow_list(connection, kind, Stamp(at=at, as_of=as_of, actor=row["owner"]))
            note_list(connection, row["owner"], kind, at=at)

    try:
        report = import_source(
            engine, kind, source, as_of=as_of, at=at, naming=naming, dry_run=rehearsal, beside=finish
        )  # fmt: skip
    except PolicyserveError as refusal:
        if not rehearsal or isinstance(refusal, PASSING):
            raise
        _fail(engine, row["id"], refusal.fact, conditions.now(), status="waiting")
        return
    if rehearsal:
        with db.writing(engine) as connection:
            finish(connection, report)


def _source(row: RowMapping, naming: Naming, megabytes: int) -> Source:
    """Read what a job holds; it is written to no file, which somebody else might find."""
    name = row["file_name"] if row["earlier"] is None else f"{row['kind']}.csv"
    return read_sent(row["content"], name, row["kind"], naming, megabytes=megabytes)


def _columns(source: Source, kind: str, naming: Naming) -> str:
    """Write down what each column is taken for, with the first cell of it that is filled."""
    found = [
        {"header": header, "field": field, "ignored": ignored, "example": _example(source, str(place))}
        for place, (header, field, ignored) in enumerate(read_as(source.headers, find_kind(kind), naming))
    ]
    return json.dumps(found, ensure_ascii=False)


def _example(source: Source, place: str) -> str:
    cells = source.cells[place].drop_nulls().head(500)
    return next((cell.strip()[:40] for cell in cells if cell.strip()), "")


def _finished(row: RowMapping, report: ImportReport, at: datetime) -> dict[str, Any]:
    """Return what a job holds after its list was looked at, or taken in; mended rows go to those before them."""
    earlier = json.loads(row["earlier"] or "null")
    mendable = report.mendable
    if earlier and row["mendable"]:
        before = RejectedRows.of_text(row["mendable"])
        mendable = (mendable.renumbered(earlier["lines"]) if mendable else before.none()).after(before)
    counts = {name: getattr(report, name) for name in COUNTS}
    values = {
        "counts": json.dumps(_together(earlier["counts"], counts) if earlier else counts),
        "mendable": mendable.text() if mendable else None, "changed_at": at,
    }  # fmt: skip
    if row["status"] == "to read":
        return {**values, "status": "waiting"}
    return {**values, "status": "done", "content": None, "earlier": None}


def _together(before: Mapping[str, int], now: Mapping[str, int]) -> dict[str, int]:
    """Return the counts of a list whose rejected rows were sent again."""
    went_in = {name: before[name] + now[name] for name in ("added", "updated", "unchanged", "warnings")}
    rejected = now["rejected"]
    return {
        "rows": went_in["added"] + went_in["updated"] + went_in["unchanged"] + rejected,
        **went_in,
        "rejected": rejected,
    }


def _fail(engine: Database, key: int, why: Sentence, at: datetime, status: str = "failed") -> None:
    """Write down why a job failed, in every language; one that waits for its owner has no counts then."""
    told = json.dumps({language: why.told(language) for language in languages()}, ensure_ascii=False)
    with db.writing(engine) as connection:
        waiting = {"counts": None, "mendable": None} if status == "waiting" else {}
        _set(connection, key, status=status, failure=told, changed_at=at, **waiting)


def _set(connection: Connection, key: int, **values: Any) -> bool:
    """Write into a job in hand; return whether it still is: an erasure may have made it be forgotten."""
    in_hand = JOBS.c.status.in_(tuple(WORKING.values()))
    return connection.execute(update(JOBS).where(JOBS.c.id == key, in_hand).values(**values)).rowcount == 1
