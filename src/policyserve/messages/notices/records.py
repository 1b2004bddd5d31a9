"""The rows of notices: one for each agent and day, written before anything leaves.

    (no row) -> sending -> sent
                        -> waiting -> sending ...   a failure that may pass; up to `ATTEMPTS` times
                        -> refused                  the channel will not take it until somebody mends something
                        -> unknown                  it may have arrived; never sent again by itself
                waiting -> failed                   tried often enough, or the morning is over

A process that dies between `sending` and the answer leaves `sending`; after `LEASE` another one makes it `unknown`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final

from sqlalchemy import ColumnElement, Engine, and_, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from policyserve import db
from policyserve.locale import Sentence
from policyserve.messages.notices.channels.channel import Answer, Outcome, Robot
from policyserve.messages.notices.subscriptions import AGENTS, CHANNELS, NOTICES, robot_of
from policyserve.messages.reasons import stored

ATTEMPTS: Final = 5
"""Tries for failures that may pass."""

LEASE: Final = timedelta(minutes=10)
"""A claim without an answer for so long belongs to a process that died."""

SENDER_ENDED: Final = Sentence("its sender ended before the answer")

_STATUS: Final[dict[Outcome, str]] = {
    "accepted": "sent", "later": "waiting", "refused": "refused", "in-doubt": "unknown",
}  # fmt: skip


@dataclass(frozen=True, kw_only=True, slots=True)
class Candidate:
    """An agent who may get a notice of a day."""

    agent_id: int
    agent_no: str
    kind: str
    robot: Robot
    hour: time | None
    """The agent's own hour."""
    status: str | None
    """Of the notice that is there already."""
    attempts: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Claim:
    """The right to send one notice once."""

    agent_id: int
    day: date
    attempt: int


def candidates(engine: Engine, day: date, *, by_hand: bool) -> list[Candidate]:
    """Return the agents who are there and have no notice of a day, or one that waits for another try.

    `by_hand`: also those whose notice surely did not arrive. The untried come first.
    """
    joined = CHANNELS.join(AGENTS, AGENTS.c.id == CHANNELS.c.agent_id).outerjoin(
        NOTICES, and_(NOTICES.c.agent_id == CHANNELS.c.agent_id, NOTICES.c.day == day)
    )
    columns = (AGENTS.c.id, AGENTS.c.agent_no, *(CHANNELS.c[name] for name in ("kind", "address", "secret", "at")))
    query = select(*columns, NOTICES.c.status, NOTICES.c.attempts).select_from(joined)
    query = query.where(or_(NOTICES.c.id.is_(None), NOTICES.c.status.in_(_open(by_hand))))
    query = query.where(or_(AGENTS.c.left_on.is_(None), AGENTS.c.left_on > day))
    with db.reading(engine) as connection:
        rows = connection.execute(query.order_by(AGENTS.c.agent_no)).all()
    found = [
        Candidate(
            agent_id=row.id,
            agent_no=row.agent_no,
            kind=row.kind,
            robot=robot_of(row.address, row.secret),
            hour=row.at,
            status=row.status,
            attempts=row.attempts or 0,
        )
        for row in rows
    ]
    return sorted(found, key=lambda candidate: candidate.attempts)


def claim(engine: Engine, candidate: Candidate, day: date, *, tasks: int, at: datetime) -> Claim | None:
    """Write down that a notice is about to leave; None where another process was first."""
    attempt = candidate.attempts + 1
    values = {"status": "sending", "tasks": tasks, "attempts": attempt, "at": at, "reason": None}
    try:
        with db.writing(engine) as connection:
            if candidate.status is None:
                connection.execute(insert(NOTICES).values(agent_id=candidate.agent_id, day=day, **values))
            else:
                unchanged = (NOTICES.c.status == candidate.status, NOTICES.c.attempts == candidate.attempts)
                change = update(NOTICES).where(_of(candidate.agent_id, day), *unchanged).values(values)
                if not connection.execute(change).rowcount:
                    return None
    except IntegrityError:  # the agent's notice of the day is unique
        return None
    return Claim(agent_id=candidate.agent_id, day=day, attempt=attempt)


def settle(engine: Engine, held: Claim, answer: Answer, *, at: datetime) -> str:
    """Store what became of a notice and return its status; an answer that comes after the lease still counts."""
    status = _STATUS[answer.outcome]
    if status == "waiting" and held.attempt >= ATTEMPTS:
        status = "failed"
    ours = (NOTICES.c.status.in_(("sending", "unknown")), NOTICES.c.attempts == held.attempt)
    change = update(NOTICES).where(_of(held.agent_id, held.day), *ours)
    with db.writing(engine) as connection:
        connection.execute(change.values(status=status, reason=stored(answer.reason), at=at))
    return status


def close(engine: Engine, day: date, late: list[Candidate], *, at: datetime) -> None:
    """End what nobody works on any more: claims of processes that died, and waiting notices whose time is over.

    `late`: agents whose time of `day` is over.
    """
    waiting = [candidate.agent_id for candidate in late if candidate.status == "waiting"]
    over = or_(NOTICES.c.day < day, and_(NOTICES.c.day == day, NOTICES.c.agent_id.in_(waiting)))
    died = update(NOTICES).where(NOTICES.c.status == "sending", NOTICES.c.at < at - LEASE)
    ended = update(NOTICES).where(NOTICES.c.status == "waiting", over)
    with db.writing(engine) as connection:
        connection.execute(died.values(status="unknown", reason=stored(SENDER_ENDED), at=at))
        connection.execute(ended.values(status="failed", at=at))


def _of(agent_id: int, day: date) -> ColumnElement[bool]:
    return and_(NOTICES.c.agent_id == agent_id, NOTICES.c.day == day)


def _open(by_hand: bool) -> tuple[str, ...]:
    return ("waiting", "refused", "failed") if by_hand else ("waiting",)
