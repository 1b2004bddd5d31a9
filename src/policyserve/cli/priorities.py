"""Commands around priority: the weights of the targets for the teams of a manager."""

from __future__ import annotations

from datetime import date

import rich_click as click

from policyserve.access.viewer import SYSTEM
from policyserve.cli.option_types import DATE
from policyserve.cli.options import BY, Session, shared
from policyserve.locale import N_
from policyserve.operations import priorities
from policyserve.tasks.target_weights import Weighing

COLUMNS = ["before", "after", "customer_no", "name", "service", "task", "score"]
HEADINGS = {"before": N_("Before"), "after": N_("After"), "task": N_("First task"), "score": N_("Score")}


@click.group()
def priority() -> None:
    """Priority of work: how much each target weighs for the teams of a manager."""


@priority.command(name="show")
@click.argument("manager_no", metavar="MANAGER_NO")
@shared
def show_(session: Session, manager_no: str) -> None:
    """Show by what the work of a manager's teams is put in order, and since when."""
    _tell(session, priorities.priority(session.engine, SYSTEM, manager_no, as_of=session.as_of).weighing)


@priority.command()
@click.argument("manager_no", metavar="MANAGER_NO")
@click.argument("weights", metavar="WEIGHTS")
@click.option("--agent", "agent_no", required=True, metavar="NO", help="Whose day is put in order.")
@click.option("--date", "day", type=DATE, help="The day; default the as-of date.")
@shared
def preview(session: Session, manager_no: str, weights: str, *, agent_no: str, day: date | None) -> None:
    """Show what WEIGHTS (persistency/referrals/add-ons, as 2/1/1) would do to a day; nothing is changed."""
    rows = priorities.preview(
        session.engine, SYSTEM, manager_no, priorities.read_weights(weights), agent_no, day=day or session.as_of,
        as_of=session.as_of, language=session.language,
    )  # fmt: skip
    headings = {name: session.words(words) for name, words in HEADINGS.items()}
    session.show(rows, columns=COLUMNS, headings=headings, empty=session.words("Nothing is due."))


@priority.command(name="set")
@click.argument("manager_no", metavar="MANAGER_NO")
@click.argument("weights", metavar="WEIGHTS")
@BY
@shared
def set_(session: Session, manager_no: str, weights: str, actor: str) -> None:
    """Let WEIGHTS (as 2/1/1) hold for the teams of a manager from today on."""
    given = priorities.read_weights(weights)
    _tell(session, priorities.set_weights(session.engine, SYSTEM, manager_no, given, session.stamp(actor)))


@priority.command(name="take-back")
@click.argument("manager_no", metavar="MANAGER_NO")
@BY
@shared
def take_back(session: Session, manager_no: str, actor: str) -> None:
    """Take the weights of a manager's teams back: those of the next manager above hold, else the standard's."""
    _tell(session, priorities.set_weights(session.engine, SYSTEM, manager_no, None, session.stamp(actor)))


def _tell(session: Session, held: Weighing) -> None:
    row = {**held.weights.model_dump(), "manager_no": held.manager_no, "since": held.as_of, "actor": held.actor}
    if session.form == "table":
        click.echo(held.why.told(session.language))
    else:
        session.show([row], columns=list(row))


COMMANDS = [priority]
