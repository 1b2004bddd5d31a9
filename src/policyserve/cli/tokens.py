"""Commands around tokens: the keys of machines that ask the API."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import rich_click as click

from policyserve.access.viewer import SYSTEM
from policyserve.cli.options import Session, shared
from policyserve.cli.screen.output import note, show
from policyserve.operations import tokens

NAME = click.argument("name", metavar="TOKEN")


@click.group()
def token() -> None:
    """Tokens of machines for the API: add, list, revoke."""


@token.command()
@NAME
@click.option("--user", "login", metavar="NAME", required=True, help="As whom it asks: its role, and what is seen.")
@click.option("--read-only", "reads_only", is_flag=True, help="It changes nothing.")
@click.option("--days", type=click.IntRange(1, 3660), default=365, show_default=True, help="How long it holds.")
@shared
def add(session: Session, name: str, *, login: str, reads_only: bool, days: int) -> None:
    """Make a token; it is shown once, and never again."""
    ends_at = session.now + timedelta(days=days)
    made = tokens.add_token(
        session.engine, SYSTEM, name, login, reads_only=reads_only, ends_at=ends_at, at=session.now
    )  # fmt: skip
    note(session.words("Keep this token where its machine reads it; it is not shown again."))
    click.echo(made)


@token.command(name="list")
@shared
def list_(session: Session) -> None:
    """Show all tokens: whose, until when, when last used."""
    instants = ["created_at", "ends_at", "revoked_at", "last_used_at"]
    rows = [asdict(one) for one in tokens.all_tokens(session.engine)]
    if session.form == "table":
        zone = ZoneInfo(session.settings.time_zone)
        rows = [row | {name: _on_the_clock(row[name], zone) for name in instants} for row in rows]
    columns = ["name", "login", "role", "reads_only", *instants]
    empty = session.words("There is no token yet; `policyserve token add` makes one.")
    show(rows, session.form, columns=columns, language=session.language, empty=empty)


def _on_the_clock(instant: datetime | None, zone: ZoneInfo) -> str:
    return instant.astimezone(zone).strftime("%Y-%m-%d %H:%M") if instant else ""


@token.command()
@NAME
@shared
def revoke(session: Session, name: str) -> None:
    """End a token at once."""
    tokens.revoke_token(session.engine, SYSTEM, name, at=session.now)
    session.tell("Token {name} is revoked.", name=name)


COMMANDS = [token]
