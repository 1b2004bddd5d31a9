"""Commands around hand-overs: propose who takes a leaver's households, look, change, apply, undo, export."""

from __future__ import annotations

import rich_click as click

from policyserve.cli.option_types import KEY
from policyserve.cli.options import BY, Session, figure_options, shared
from policyserve.cli.screen.figures import print_figure
from policyserve.cli.screen.output import note
from policyserve.handovers.records import HandoverSet
from policyserve.locale import N_, Counted
from policyserve.metrics.figure import Figure
from policyserve.metrics.handovers import export_figure, lines_figure, loads_figure, sets_figure, undone_said
from policyserve.operations import handovers

SET = click.argument("key", metavar="SET", type=KEY)


@click.group()
def handover() -> None:
    """Hand-overs (交接): propose who takes the households of an agent, look, change, apply, undo, export."""


@handover.command()
@click.argument("agents", metavar="AGENT...", nargs=-1, required=True)
@click.option("--without", multiple=True, metavar="NO", help="An agent who shall take nothing; may be repeated.")
@BY
@shared
def propose(session: Session, *, agents: tuple[str, ...], without: tuple[str, ...], actor: str) -> None:
    """Propose who of the branch takes each household of these agents; nothing is changed yet."""
    found = handovers.propose_set(session.engine, session.calendar, session.stamp(actor), agents, without=without)
    _print(session, loads_figure(found, as_of=session.as_of))
    households = Counted("{n} household", "{n} households", found.lines["household"].n_unique())
    words = N_("Set {key} of {households} is proposed; see it with 'policyserve handover show {key}'.")
    note("\n" + session.words(words, key=found.key, households=households))


@handover.command(name="list")
@shared
def list_(session: Session) -> None:
    """List the sets, the newest first."""
    _print(session, sets_figure(handovers.list_sets(session.engine, as_of=session.as_of), as_of=session.as_of))


@handover.command()
@SET
@click.option("--loads", "loads", is_flag=True, help="The loads of the agents before and after, instead of the lines.")
@figure_options
def show(session: Session, key: int, *, loads: bool) -> None:
    """Show a set: what goes to whom and why, and what lists make of it."""
    found = handovers.read_set(session.engine, key, as_of=session.as_of)
    _print(session, loads_figure(found, as_of=session.as_of) if loads else lines_figure(found, as_of=session.as_of))


@handover.command()
@SET
@click.argument("household")
@click.option("--to", "agent_no", required=True, metavar="NO", help="The agent who takes it.")
@BY
@shared
def choose(session: Session, key: int, household: str, *, agent_no: str, actor: str) -> None:
    """Give a household of a proposed set to an agent of your own choice."""
    handovers.choose_agent(session.engine, key, household, agent_no, session.stamp(actor))
    session.tell("Household {household} of set {key} goes to {agent}.", household=household, key=key, agent=agent_no)


@handover.command()
@SET
@BY
@shared
def apply(session: Session, key: int, *, actor: str) -> None:
    """Carry a proposed set out: customers, policies and open tasks go to their new agents."""
    found = handovers.apply_set(session.engine, session.calendar, key, session.stamp(actor))
    session.tell("Set {key} is applied: {done}.", key=found.key, done=_counted(found))


@handover.command()
@SET
@click.option("--why", required=True, help="Why it is taken back; kept in the records.")
@BY
@shared
def undo(session: Session, key: int, *, why: str, actor: str) -> None:
    """Take an applied set back: agents and open tasks are as before, work that was done stays."""
    found = handovers.undo_set(session.engine, key, session.stamp(actor), why=why)
    session.tell("Set {key} is undone.", key=found.key)
    for line in undone_said(found):
        note(line.told(session.language))


@handover.command()
@SET
@figure_options
def export(session: Session, key: int) -> None:
    """Write the list for the core system: each customer and policy with its former and its new agent."""
    _print(session, export_figure(handovers.read_set(session.engine, key, as_of=session.as_of), as_of=session.as_of))


def _counted(found: HandoverSet) -> Counted:
    return Counted("{n} household", "{n} households", found.lines["household"].n_unique())


def _print(session: Session, made: Figure) -> None:
    shown = handovers.figure_named(session.engine, made) if session.form == "table" or session.out else made
    zone, kept = session.settings.time_zone, session.kept_files
    print_figure(shown, session.form, session.language, out=session.out, zone=zone, kept=kept)


COMMANDS = [handover]
