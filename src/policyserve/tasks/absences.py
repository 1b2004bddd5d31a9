"""Absences as they are entered and withdrawn: what cannot be is refused, and nothing else is ever changed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from sqlalchemy import Connection, Date, bindparam, insert, select, text, update

from policyserve import db
from policyserve.access.stand_ins import ABSENCES as AWAY
from policyserve.calendars.calendar import Calendar
from policyserve.dates import Days
from policyserve.errors import NotFoundError, PolicyserveError
from policyserve.locale import N_
from policyserve.tables import Absence, Agent, table
from policyserve.tasks.transitions import Stamp

ABSENCES = table(Absence)
AGENTS = table(Agent)

LONGEST: Final = 366
"""Days; who is away for longer gives the customers away."""

_LOOK_AHEAD: Final = 60
"""Days after an absence within which a calendar has a working day."""


class AbsenceNotFoundError(NotFoundError):
    """An absence that nobody has entered; no list holds it."""

    def __init__(self, key: int) -> None:
        """`key` is the number that the user typed."""
        words = N_("No absence has the number '{key}'. Look at 'policyserve absence list' for those entered.")
        PolicyserveError.__init__(self, words, key=key)


@dataclass(frozen=True, kw_only=True)
class Away:
    """An absence that is asked for; both days are part of it."""

    agent_no: str
    first: date
    last: date
    substitute_no: str | None = None
    """None: whoever the agent reports to."""


def add(connection: Connection, asked: Away, calendar: Calendar, stamp: Stamp) -> int:
    """Enter an absence and return its key; raises PolicyserveError for one that cannot be.

    It is read by those who look, and needs no release.
    """
    if not db.is_sqlite(connection):
        connection.exec_driver_sql("LOCK TABLE absences IN SHARE ROW EXCLUSIVE MODE")  # a circle needs two
    _check_days(asked, stamp.as_of)
    agent = _agent(connection, asked.agent_no)
    if agent.left_on is not None and agent.left_on <= asked.first:
        raise PolicyserveError(
            "Agent {agent_no} left on {left_on}: the work is with whoever they reported to already.",
            agent_no=agent.agent_no, left_on=agent.left_on,
        )  # fmt: skip
    substitute = None if asked.substitute_no is None else _substitute(connection, asked, asked.substitute_no)
    _refuse_overlap(connection, agent, asked)
    row = {
        "agent_id": agent.id, "first_day": asked.first, "last_day": asked.last, "substitute_id": substitute,
        "back_on": back_on(calendar, asked.last), "entered_by": stamp.actor, "entered_at": stamp.at,
    }  # fmt: skip
    key = int(connection.execute(insert(ABSENCES).values(row).returning(ABSENCES.c.id)).scalar_one())
    _refuse_nobody(connection, agent.id, asked)
    return key


def back_on(calendar: Calendar, last: date) -> date:
    """Return the first working day after a day."""
    days = calendar.days(Days.between(last, last + timedelta(days=_LOOK_AHEAD))).filter("workday")["day"]
    found: list[date] = days.filter(days > last).to_list()
    return found[0] if found else last + timedelta(days=1)


def withdraw(connection: Connection, key: int, stamp: Stamp) -> None:
    """Take an absence back, as if it had never been; raises NotFoundError, PolicyserveError for one taken back."""
    row = connection.execute(select(ABSENCES).where(ABSENCES.c.id == key)).first()
    if row is None:
        raise AbsenceNotFoundError(key)
    own = update(ABSENCES).where(ABSENCES.c.id == key, ABSENCES.c.withdrawn_at.is_(None))
    if not connection.execute(own.values(withdrawn_by=stamp.actor, withdrawn_at=stamp.at)).rowcount:
        raise PolicyserveError("Absence {key} was withdrawn before, by {who}.", key=key, who=row.withdrawn_by)


def _check_days(asked: Away, as_of: date) -> None:
    if asked.last < asked.first:
        raise PolicyserveError(
            "The absence ends on {last}, before it begins on {first}; give the earlier day first.",
            first=asked.first, last=asked.last,
        )  # fmt: skip
    if asked.last < as_of:
        raise PolicyserveError(
            "The absence was over on {last}, before {as_of}; one that is over changes nothing.",
            last=asked.last, as_of=as_of,
        )  # fmt: skip
    if (asked.last - asked.first).days >= LONGEST:
        raise PolicyserveError("An absence has {most} days at most; for a longer one hand the customers over.",
                               most=LONGEST)  # fmt: skip


def _agent(connection: Connection, agent_no: str) -> Any:
    columns = (AGENTS.c.id, AGENTS.c.agent_no, AGENTS.c.left_on)
    found = connection.execute(select(*columns).where(AGENTS.c.agent_no == agent_no)).first()
    if found is None:
        raise PolicyserveError(NotFoundError("agent", agent_no).sentence)  # it was typed
    return found


def _substitute(connection: Connection, asked: Away, number: str) -> int:
    """Return the key of a substitute; raises PolicyserveError for one who cannot be."""
    if number == asked.agent_no:
        raise PolicyserveError("Nobody stands in for themselves; name somebody else, or nobody for the manager above.")
    found = _agent(connection, number)
    if found.left_on is not None and found.left_on <= asked.last:
        raise PolicyserveError(
            "Agent {agent_no} leaves, or left, on {left_on}; name somebody who is there until {last}.",
            agent_no=number, left_on=found.left_on, last=asked.last,
        )  # fmt: skip
    return int(found.id)


def _refuse_overlap(connection: Connection, agent: Any, asked: Away) -> None:
    c = ABSENCES.c
    own = (c.agent_id == agent.id, c.withdrawn_at.is_(None), c.first_day <= asked.last, c.last_day >= asked.first)
    if (other := connection.execute(select(ABSENCES).where(*own).order_by(c.first_day)).first()) is not None:
        raise PolicyserveError(
            "Agent {agent_no} is away from {first} to {last} already (absence {key}); withdraw that one first.",
            agent_no=agent.agent_no, first=other.first_day, last=other.last_day, key=other.id,
        )  # fmt: skip


_NOBODY = text(f"""
    WITH RECURSIVE days(day) AS (
        SELECT first_day FROM absences WHERE withdrawn_at IS NULL AND first_day BETWEEN :first AND :last
    ), {AWAY}
    SELECT away.day, a.agent_no, EXISTS (
        SELECT 1 FROM hop WHERE hop.day = away.day AND hop.agent_id = :agent_id AND hop.who = :agent_id
    ) AS circle
    FROM away JOIN agents a ON a.id = away.agent_id
    WHERE away.who IS NULL AND away.agent_id = away.absent_id AND (away.agent_id = :agent_id OR EXISTS (
        SELECT 1 FROM hop WHERE hop.day = away.day AND hop.agent_id = away.agent_id AND hop.who = :agent_id))
    ORDER BY away.day, a.agent_no LIMIT 1
""").bindparams(bindparam("first", type_=Date()), bindparam("last", type_=Date()))
"""Whom an absence leaves without a stand-in, on a day on which somebody's absence begins: later ones only end."""


def _refuse_nobody(connection: Connection, agent_id: int, asked: Away) -> None:
    """Raise PolicyserveError where the absence that was just entered leaves somebody's work with nobody."""
    asked_for = {"first": asked.first, "last": asked.last, "agent_id": agent_id}
    if (found := connection.execute(_NOBODY, asked_for).first()) is None:
        return
    values = {"agent_no": found.agent_no, "day": date.fromisoformat(str(found.day))}
    if found.circle:
        raise PolicyserveError(
            "On {day} those who stand in for agent {agent_no} are away as well and stand in for each other, in a "
            "circle; name somebody who is there.", **values,
        )  # fmt: skip
    raise PolicyserveError(
        "On {day} nobody is there who stands in for agent {agent_no}, nor a manager above; name somebody who is there.",
        **values,
    )
