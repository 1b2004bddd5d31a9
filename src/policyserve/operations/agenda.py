"""The agenda: the day of an agent, or of a branch's office."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import replace
from datetime import date

from sqlalchemy import Connection

from policyserve import db
from policyserve.access import scope
from policyserve.access.viewer import Viewer
from policyserve.book.snapshot import load_book
from policyserve.contracts.contracts import Contracts
from policyserve.operations.database import Database
from policyserve.standard.model import Standard
from policyserve.tasks import agenda, agenda_queries, stored_sums
from policyserve.tasks.agenda import Agenda
from policyserve.tasks.stored_standard import current_standard
from policyserve.tasks.sums_owed import ABOUT_INSTALMENTS, Occurrence, Sums, sums_owed
from policyserve.tasks.target_weights import weighed, weighing


def agent_day(engine: Database, viewer: Viewer, agent_no: str, day: date, *, as_of: date) -> Agenda:
    """Return the day of an agent; raises NotFoundError, for one whom the viewer does not see on `as_of` as well.

    That is the day of asking: who saw an agent on `day` and does so no longer asks in vain. What is done instead of
    somebody who is away is shown of the customers whom the viewer sees on it.
    """
    with db.reading(engine) as connection:
        scope.check_agent(connection, viewer, agent_no, as_of)
        standard = current_standard(connection, day)
        held = weighing(connection, agent_no, standard, day)
        found = agenda.agenda(connection, agent_no, day, weighed(standard, held.weights))
        instead = {one.customer_id for one in found.customers if any(task.absent for task in one.tasks)}
        if instead and as_of != day:
            hidden = instead - scope.seen_customers(connection, viewer, instead, as_of)
            shown = tuple(one for one in found.customers if one.customer_id not in hidden)
            found = replace(found, customers=shown, ahead=sum(one.ahead for one in shown))
        return replace(_with_sums(connection, found, standard), weighing=held)


def office_day(engine: Database, branch: str, day: date) -> Agenda:
    """Return the day of a branch's office; raises NotFoundError."""
    with db.reading(engine) as connection:
        standard = current_standard(connection, day)
        return _with_sums(connection, agenda.office_agenda(connection, branch, day, standard), standard)


def _with_sums(connection: Connection, found: Agenda, standard: Standard) -> Agenda:
    """Say what is owed of the tasks about instalments: as it is kept, else from what belongs to their holders."""
    about = {task.occurrence: one.customer_id for one in found.customers for task in one.tasks}
    asked = {one: holder for one, holder in about.items() if one and one[1] in ABOUT_INSTALMENTS}
    if not asked:
        return found
    kept = stored_sums.read(connection, asked.keys(), found.day)
    anew = asked.keys() - kept.keys()
    worked_out = _worked_out(connection, anew, {asked[one] for one in anew}, found.day, standard) if anew else {}
    return agenda.with_sums(found, {**kept, **worked_out})


def _worked_out(
    connection: Connection, asked: Set[Occurrence], holders: Set[int], day: date, standard: Standard
) -> Sums:
    book = load_book(connection, customers=holders)
    return sums_owed(Contracts.of(book, day, *standard.lapse_rules), asked)


def busiest_agent(engine: Database, day: date, beside: str | None = None) -> str | None:
    """Return the number of the agent whose day has most kinds of work; see `agenda_queries.busiest`."""
    with db.reading(engine) as connection:
        return agenda_queries.busiest(connection, day, beside)
