"""Hand-over sets: proposed, looked at, changed by hand, applied, taken back; on the command line and for users."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import polars as pl
from sqlalchemy import Connection

from policyserve import db
from policyserve.access import audit, scope, sent_forms, users
from policyserve.access.sent_forms import Form
from policyserve.access.viewer import SYSTEM, Viewer
from policyserve.calendars.calendar import Calendar
from policyserve.errors import NotFoundError
from policyserve.handovers import records
from policyserve.handovers.application import apply
from policyserve.handovers.holdings import numbers_of_agents
from policyserve.handovers.loads import ahead
from policyserve.handovers.proposals import propose, question, store
from policyserve.handovers.records import HandoverNotFoundError, HandoverSet
from policyserve.handovers.reversal import undo
from policyserve.metrics.figure import Figure
from policyserve.metrics.names import names_of
from policyserve.operations.database import Database
from policyserve.operations.seen_figures import named
from policyserve.tasks.deeds import agent_there
from policyserve.tasks.transitions import Stamp


def propose_set(
    engine: Database,
    calendar: Calendar,
    stamp: Stamp,
    agents: Sequence[str],
    *,
    without: Sequence[str] = (),
    viewer: Viewer = SYSTEM,
    form: Form = None,
) -> HandoverSet:
    """Propose who takes what these agents (numbers) hold, and store it as a set; see `proposals.propose`.

    A viewer proposes for agents in scope, to agents in scope. Raises NotFoundError. It is worked out while
    others write; facts that move meanwhile make the set stale.
    """
    with db.writing(engine) as connection:
        leavers, others = (_keys(connection, viewer, given, stamp.as_of) for given in (agents, without))
        within = _within(connection, viewer, stamp.as_of)
        asked = question(connection, calendar, stamp.as_of, leavers, without=others, within=within)
    with db.reading(engine) as connection:
        touches = ahead(connection, calendar, asked.members, stamp.as_of)
    found = propose(asked, touches)
    with db.writing(engine, bulk=True) as connection:
        sent_forms.take(connection, viewer, form, stamp.at)
        key = store(connection, found, stamp)
        _note(connection, "hand-over proposed", key, stamp)
        made = records.read_set(connection, key)
        sent_forms.keep(connection, viewer, form, made)
        return made


def list_sets(engine: Database, *, as_of: date, viewer: Viewer = SYSTEM) -> list[dict[str, Any]]:
    """Return the sets whose leavers a viewer sees, the newest first; see `records.list_sets`.

    `by`: who proposed it, by name; `people`: the leavers by number and name.
    """
    with db.reading(engine) as connection:
        seen = _seen_agents(connection, viewer, as_of)
        rows = [row for row in records.list_sets(connection) if seen is None or set(row["leavers"]) <= seen]
        who = users.called(connection, {row["actor"] for row in rows})
        names = names_of(connection, {"agent": {number for row in rows for number in row["leavers"]}})["agent"]
        return [
            {**row, "by": who[row["actor"]],
             "people": [f"{number} {names.get(number) or ''}".rstrip() for number in row["leavers"]]}
            for row in rows
        ]  # fmt: skip


def read_set(engine: Database, key: int, *, as_of: date, viewer: Viewer = SYSTEM) -> HandoverSet:
    """Return a set; raises HandoverNotFoundError where it is not there, or a viewer does not see its leavers."""
    with db.reading(engine) as connection:
        return _seen(connection, viewer, key, as_of)


def choose_agent(
    engine: Database,
    key: int,
    household: str,
    agent_no: str,
    stamp: Stamp,
    *,
    viewer: Viewer = SYSTEM,
    form: Form = None,
) -> HandoverSet:
    """Give a household of a proposed set to an agent by hand, and return the set; see `records.choose`."""
    with db.writing(engine) as connection:
        _seen(connection, viewer, key, stamp.as_of)
        scope.check_agent(connection, viewer, agent_no, stamp.as_of)
        sent_forms.take(connection, viewer, form, stamp.at)
        agent_id = agent_there(connection, agent_no, stamp.as_of)
        actor = users.called(connection, [stamp.actor])[stamp.actor]
        records.choose(connection, key, household, agent_id, actor)
        _note(connection, "hand-over changed", key, stamp)
        made = records.read_set(connection, key)
        sent_forms.keep(connection, viewer, form, made)
        return made


def apply_set(
    engine: Database, calendar: Calendar, key: int, stamp: Stamp, *, viewer: Viewer = SYSTEM, form: Form = None
) -> HandoverSet:
    """Carry a proposed set out; see `application.apply`."""
    with db.writing(engine, bulk=True) as connection:
        _seen(connection, viewer, key, stamp.as_of)
        sent_forms.take(connection, viewer, form, stamp.at)
        found = apply(connection, calendar, key, stamp)
        _note(connection, "hand-over applied", key, stamp)
        sent_forms.keep(connection, viewer, form, found)
        return found


def undo_set(
    engine: Database, key: int, stamp: Stamp, *, why: str, viewer: Viewer = SYSTEM, form: Form = None
) -> HandoverSet:
    """Take an applied set back; see `reversal.undo`."""
    with db.writing(engine, bulk=True) as connection:
        _seen(connection, viewer, key, stamp.as_of)
        sent_forms.take(connection, viewer, form, stamp.at)
        found = undo(connection, key, stamp, why=why)
        _note(connection, "hand-over undone", key, stamp)
        sent_forms.keep(connection, viewer, form, found)
        return found


def who_decided(engine: Database, found: HandoverSet) -> dict[str, str]:
    """Return who proposed, applied and undid a set, by name: by what they sign in with."""
    with db.reading(engine) as connection:
        logins = {found.row[name] for name in ("actor", "applied_by", "undone_by")} - {None}
        return users.called(connection, logins)


def figure_named(engine: Database, figure: Figure, *, viewer: Viewer = SYSTEM) -> Figure:
    """Return a figure of a set with the names of its people, as a viewer sees them."""
    with db.reading(engine) as connection:
        return named(connection, viewer, figure)


def _note(connection: Connection, action: str, key: int, stamp: Stamp) -> None:
    audit.note(connection, stamp.actor, action, at=stamp.at, kind="hand-over", number=key)


def _keys(connection: Connection, viewer: Viewer, numbers: Sequence[str], day: date) -> list[int]:
    """Return the keys of agents in scope; raises NotFoundError for any other."""
    known = records.keys_of(connection, numbers)
    for number in numbers:
        scope.check_agent(connection, viewer, number, day)
        if number not in known:
            raise NotFoundError("agent", number)
    return sorted(known.values())


def _within(connection: Connection, viewer: Viewer, day: date) -> list[int] | None:
    agents = scope.agents_of(viewer.scope, day)
    return None if agents is None else list(connection.scalars(agents))


def _seen_agents(connection: Connection, viewer: Viewer, day: date) -> set[str] | None:
    """Return the numbers of the agents in scope; None: all."""
    keys = _within(connection, viewer, day)
    if keys is None:
        return None
    numbers = numbers_of_agents(connection)
    return set(numbers.filter(pl.col("agent_id").is_in(keys))["agent_no"])


def _seen(connection: Connection, viewer: Viewer, key: int, day: date) -> HandoverSet:
    found, seen = records.read_set(connection, key), _within(connection, viewer, day)
    if seen is not None and not set(found.leavers) <= set(seen):
        raise HandoverNotFoundError(key)
    return found
