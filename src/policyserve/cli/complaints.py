"""Commands around complaints: receive one, lead it from step to step until it is settled, see what there is."""

from __future__ import annotations

from datetime import date

import rich_click as click

from policyserve.access.viewer import SYSTEM
from policyserve.cli.option_types import DATE, KEY
from policyserve.cli.options import BY, Session, figure_options, grouped_by, shared
from policyserve.cli.screen.figures import print_figure
from policyserve.cli.screen.output import show, tell
from policyserve.complaints.records import Told
from policyserve.complaints.steps import CAUSES, CHANNELS, KINDS, STEPS, step_said
from policyserve.complaints.texts import facts_said, steps_said
from policyserve.errors import QuestionError
from policyserve.metrics.complaints.figures import GROUPS
from policyserve.operations import complaints


@click.group()
def complaint() -> None:
    """Complaints (投诉): received, judged, investigated, settled, confirmed by the customer, reviewed."""


@complaint.command(name="open")
@click.option("--customer", "customer_no", metavar="NO", help="Whose it is.")
@click.option("--policy", "policy_no", metavar="NO", help="The policy that it is about; its holder complains.")
@click.option("--words", required=True, help="What the customer says, in the customer's own words.")
@click.option("--class", "kind", type=click.Choice(KINDS), required=True, help="The class.")
@click.option("--channel", type=click.Choice(CHANNELS), default="call", show_default=True, help="How it came.")
@click.option("--on", type=DATE, help="The day on which it came; default today.")
@BY
@shared
def open_(
    session: Session, *, customer_no: str | None, policy_no: str | None, words: str, kind: str, channel: str,
    on: date | None, actor: str,
) -> None:  # fmt: skip
    """Receive a complaint of a customer."""
    if customer_no is None and policy_no is None:
        raise QuestionError("Give --customer or --policy: somebody complains.")
    told = Told(words=words, kind=kind, channel=channel, on=on or session.as_of)
    key = complaints.open_complaint(
        session.engine, SYSTEM, session.stamp(actor), told, customer_no=customer_no, policy_no=policy_no
    )
    if session.form == "table":
        session.tell("Complaint {key} is received.", key=key)
    else:
        _print(session, key)


@complaint.command()
@click.argument("key", metavar="COMPLAINT", type=KEY)
@click.argument("code", metavar="STEP", type=click.Choice(list(STEPS)))
@click.option("--said", required=True, help="Why, or what came of it, in words.")
@click.option("--cause", type=click.Choice(CAUSES), help="What an investigation has found.")
@click.option("--responsible", "responsible_no", metavar="NO", help="The agent who is responsible, where it is one.")
@BY
@shared
def step(
    session: Session, key: int, code: str, *, said: str, cause: str | None, responsible_no: str | None, actor: str
) -> None:
    """Lead a complaint one step on; `complaint show` says which steps may follow."""
    complaints.step_complaint(
        session.engine, SYSTEM, session.stamp(actor), key, code, said=said, cause=cause, responsible_no=responsible_no
    )
    if session.form == "table":
        session.tell("Complaint {key}: {step}.", key=key, step=step_said(code))
    else:
        _print(session, key)


@complaint.command(name="list")
@click.option("--open", "open_only", is_flag=True, help="Only those that wait for something.")
@figure_options
def list_(session: Session, open_only: bool) -> None:
    """List the complaints, what is to be done next first, with the days left."""
    found = complaints.complaints_of_viewer(
        session.engine, SYSTEM, session.calendar, as_of=session.as_of, open_only=open_only
    )
    print_figure(
        found, session.form, session.language, out=session.out, zone=session.settings.time_zone, kept=session.kept_files
    )


@complaint.command()
@click.option("--from", "first", type=DATE, help="The first day; default the year's first.")
@click.option("--to", "last", type=DATE, help="The last day; default today.")
@grouped_by(GROUPS, "class")
@figure_options
def counts(session: Session, first: date | None, last: date | None, by: tuple[str, ...]) -> None:
    """Count complaints: open, overdue, settled in time, repeated, and the days until the result."""
    found = complaints.complaint_counts_of_viewer(
        session.engine, SYSTEM, session.days(first, last), by=by, as_of=session.as_of
    )
    print_figure(
        found, session.form, session.language, out=session.out, zone=session.settings.time_zone, kept=session.kept_files
    )


@complaint.command(name="show")
@click.argument("key", metavar="COMPLAINT", type=KEY)
@shared
def show_(session: Session, key: int) -> None:
    """Show a complaint with its steps, and what may follow."""
    _print(session, key)


def _print(session: Session, key: int) -> None:
    found = complaints.seen_complaint(session.engine, SYSTEM, session.calendar, key, as_of=session.as_of)
    if session.form != "table":
        show([found.fields()], session.form, columns=list(found.fields()))
        return
    for name, value in facts_said(found.complaint, session.language):
        tell(f"{name}: {value}")
    click.echo()
    for line in steps_said(found.steps, session.language):
        tell(line)
    click.echo()
    following = ", ".join(step_said(code).told(session.language) for code in found.next)
    session.tell("What may follow: {steps}", steps=following or "-")


COMMANDS = [complaint]
