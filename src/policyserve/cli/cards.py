"""Commands that show whole lives: of a policy, and the 360° card of a customer."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import rich_click as click

from policyserve.access.viewer import SYSTEM
from policyserve.cli.option_types import DATE
from policyserve.cli.options import Session, shared
from policyserve.cli.screen.names import with_names
from policyserve.cli.screen.output import Row, show, tell
from policyserve.dates import add_months
from policyserve.locale import N_, N_in, say
from policyserve.operations.cards import customer_card, policy_card
from policyserve.operations.touch_absence import Asked, why_not_there
from policyserve.tasks.card_text import PROFILE, premium, state
from policyserve.tasks.codes import shown
from policyserve.tasks.customer_card import Card
from policyserve.tasks.headings import heading

MONTHS_AHEAD = 12
"""How much of what is ahead of a policy a screen shows."""


@click.command()
@click.argument("policy_no", metavar="NO")
@click.option("--all", "everything", is_flag=True, help="Show all that is ahead, and not only a year of it.")
@shared
def policy(session: Session, policy_no: str, everything: bool) -> None:
    """Show the whole life of a policy: every touch from delivery to its end, what became of it, and what is ahead.

    A screen shows the past and a year ahead; JSON and CSV have all of it.
    """
    asked = (session.engine, SYSTEM, session.calendar, policy_no)
    card = policy_card(*asked, as_of=session.as_of, language=session.language)
    rows = card.touches
    if session.form == "table":
        (named,) = with_names(session.engine, [card.policy], ["agent_no"])
        _heading(named, session.language)
    shown_rows = rows if everything or session.form != "table" else _near(rows, session.as_of)
    columns = ["due", "name", "ordinal", "status", "done_on", "latest", "reason"]
    empty = session.words("No touch is planned for this policy.")
    session.show(shown_rows, columns=columns, headings=_service(session), empty=empty)
    if len(shown_rows) < len(rows):
        tell(
            say(
                session.language,
                "... and {count:,} more until {day}; --all shows them.",
                count=len(rows) - len(shown_rows),
                day=rows[-1]["due"],
            )
        )


def _near(rows: Sequence[Row], as_of: date) -> Sequence[Row]:
    """Keep the past and a year ahead; what has a task is kept, however far away."""
    last = add_months(as_of, MONTHS_AHEAD)
    return [row for row in rows if row["due"] <= last or row["task_id"] is not None]


def _service(session: Session) -> dict[str, str]:
    """Say of a list of touches that its names are those of services."""
    return {"name": heading("service", session.language)}


def _heading(row: Row, language: str) -> None:
    amounts = {
        "product": row["product"] or "-",
        "premium": premium(row, language),
        "mode": shown("mode", row["mode"], language),
    }
    tell(
        say(
            language,
            "Policy {policy_no}: {product}, issued {issue_date}, {premium} {mode}, served by {agent_no}.",
            **{**row, **amounts},
        )
    )
    tell(state(row, language))
    if row["receipt_on"] is None and row["state"] != "ended":
        tell(say(language, "The receipt is still open: nobody has entered that it was signed."))
    click.echo()


@click.command()
@click.argument("customer_no", metavar="NO")
@shared
def customer(session: Session, customer_no: str) -> None:
    """Show the 360° card of a customer: profile, policies, what is ahead, what was done."""
    asked = (session.engine, SYSTEM, session.calendar, customer_no)
    card = customer_card(*asked, as_of=session.as_of, language=session.language)
    if session.form != "table":
        show([_as_row(card)], session.form, columns=["profile"])
        return
    _print_profile(session, card.profile)
    _part(session, N_("Family"), card.family, ["customer_no", "name", "gender", "birthday"])
    policies = [
        {
            **row,
            "premium": premium(row, session.language),
            "state": state(row, session.language),
        }
        for row in card.policies
    ]
    columns = ["policy_no", "product", "issue_date", "mode", "premium", "agent_no", "state"]
    _part(session, N_in("part of a card", "Policies"), policies, columns, numeric=["premium"])
    services = _service(session)
    columns = ["due", "name", "subject", "status", "latest", "reason"]
    _part(session, N_("Ahead, three months"), _subjects(card, card.ahead), columns, headings=services)
    columns = ["done_on", "name", "subject", "channel", "outcome", "satisfaction", "note"]
    _part(session, N_("Track record"), _subjects(card, card.record), columns, headings=services)


def _subjects(card: Card, rows: Sequence[Row]) -> list[Row]:
    """Say of touches whether they are about the customer or a policy."""
    own = card.profile["customer_no"]
    return [{**row, "subject_kind": "customer" if row["subject"] == own else "policy"} for row in rows]


def _as_row(card: Card) -> dict[str, Any]:
    return {
        **card.profile, "family": card.family, "policies": card.policies, "ahead": card.ahead, "record": card.record
    }  # fmt: skip


def _print_profile(session: Session, profile: Row) -> None:
    (named,) = with_names(session.engine, [{"referrer_no": profile["referred_by"]}], ["referrer_no"])
    for name, value in {**profile, "referred_by": named["referrer_no"]}.items():
        if value not in (None, "", 0):
            click.echo(f"{session.words(PROFILE[name])}: {shown(name, value, session.language)}")


def _part(session: Session, title: str, rows: Sequence[Row], columns: Sequence[str], **layout: Any) -> None:
    click.echo(f"\n{session.words(title)}")
    session.show(rows, columns=columns, empty=f"  {session.words(N_in('part of a card', 'none'))}", **layout)


@click.command(name="explain")
@click.option("--service", required=True, help="The code of the service, as 'standard show' lists it.")
@click.option("--policy", "policy_no", metavar="NO", help="The policy that should have it.")
@click.option("--customer", "customer_no", metavar="NO", help="The customer who should have it.")
@click.option("--date", "day", type=DATE, help="The day on which it is missed; default today.")
@click.option("--agent", "agent_no", metavar="NO", help="The agent whose work it should be.")
@shared
def explain_(session: Session, service: str, day: date | None, **whom: str | None) -> None:
    """Say why a service is not there: which fact or rule left it out, or on which day it is."""
    if (whom["policy_no"] is None) == (whom["customer_no"] is None):
        raise click.UsageError(session.words("Give --policy or --customer, one of the two."))
    asked = Asked(service=service, day=day or session.as_of, **whom)
    rows = why_not_there(
        session.engine, SYSTEM, session.calendar, asked, as_of=session.as_of, language=session.language
    )
    session.show(rows, columns=["name", "ordinal", "nominal", "due", "agent_no", "reason"], headings=_service(session))


COMMANDS = [policy, customer, explain_]
