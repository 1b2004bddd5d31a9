"""Commands around absences: who is away, who does the work meanwhile."""

from __future__ import annotations

from datetime import date

import rich_click as click

from policyserve.access.viewer import SYSTEM
from policyserve.cli.option_types import DATE, KEY
from policyserve.cli.options import BY, Session, shared
from policyserve.locale import say_many
from policyserve.operations import absences
from policyserve.operations.absences import Moves
from policyserve.tasks.absences import Away

COLUMNS = [
    "absence_id", "agent_no", "first_day", "last_day", "back_on", "substitute_no", "stand_in_no", "status",
    "entered_by",
]  # fmt: skip


@click.group()
def absence() -> None:
    """Absences of agents, and who does meanwhile what does not wait."""


@absence.command()
@click.argument("agent_no")
@click.option("--from", "first", type=DATE, required=True, help="The first day away.")
@click.option("--to", "last", type=DATE, required=True, help="The last day away.")
@click.option(
    "--substitute", "substitute_no", metavar="NO", help="Who stands in; default whoever the agent reports to."
)
@click.option("--dry-run", is_flag=True, help="Say how many tasks would go where, and enter nothing.")
@BY
@shared
def add(
    session: Session, agent_no: str, *, first: date, last: date, substitute_no: str | None, dry_run: bool, actor: str
) -> None:
    """Enter an absence: what does not wait stands with the substitute until it is over, the rest waits."""
    asked = Away(agent_no=agent_no, first=first, last=last, substitute_no=substitute_no)
    stamp = session.stamp(actor)
    if dry_run:
        _tell(session, absences.preview_absence(session.engine, SYSTEM, session.calendar, asked, stamp))
        return
    kept = absences.add_absence(session.engine, SYSTEM, session.calendar, asked, stamp)
    session.tell(
        "Absence {key} is entered: agent {agent} is away from {first} to {last}, and back on {back}.",
        key=str(kept["absence_id"]), agent=agent_no, first=first, last=last, back=kept["back_on"],
    )  # fmt: skip
    _tell(session, absences.moves_of(session.engine, SYSTEM, kept["absence_id"], as_of=session.as_of)[1])


def _tell(session: Session, moves: Moves) -> None:
    """Say what an absence moves of the open work."""
    for one in moves.shares:
        session.tell(
            "{tasks} of {customers} stand with {who}.", who=f"{one.agent_no} {one.name or ''}".rstrip(),
            tasks=say_many(session.language, "{n} task", "{n} tasks", one.tasks),
            customers=say_many(session.language, "{n} customer", "{n} customers", one.customers),
        )  # fmt: skip
    waiting = say_many(session.language, "{n} task", "{n} tasks", moves.waiting)
    session.tell("{tasks} can wait until {day}.", tasks=waiting, day=moves.back_on)


@absence.command(name="list")
@click.option("--all", "every", is_flag=True, help="Also those that are over or withdrawn.")
@shared
def list_(session: Session, every: bool) -> None:
    """List absences that last or are to come."""
    rows = absences.list_absences(session.engine, SYSTEM, as_of=session.as_of, every=every)
    session.show(rows, columns=COLUMNS, empty=session.words("Nobody is away, now or later."))


@absence.command()
@click.argument("absence_id", metavar="ID", type=KEY)
@click.option("--dry-run", is_flag=True, help="Say how many tasks would come back, and withdraw nothing.")
@BY
@shared
def withdraw(session: Session, absence_id: int, dry_run: bool, actor: str) -> None:
    """Take an absence back as if it had never been; what was done meanwhile stays done."""
    _, moves = absences.moves_of(session.engine, SYSTEM, absence_id, as_of=session.as_of)
    if dry_run:
        _tell(session, moves)
        return
    absences.withdraw_absence(session.engine, SYSTEM, absence_id, session.stamp(actor))
    back = say_many(session.language, "{n} task", "{n} tasks", sum(one.tasks for one in moves.shares))
    session.tell("Absence {key} is withdrawn; {tasks} came back.", key=str(absence_id), tasks=back)


COMMANDS = [absence]
