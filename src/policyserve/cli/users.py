"""Commands around users: who signs in to the pages, in which role."""

from __future__ import annotations

import os
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

import rich_click as click

from policyserve.access.users import Place
from policyserve.access.viewer import ROLES, SYSTEM
from policyserve.cli.options import Session, shared
from policyserve.cli.screen.output import show
from policyserve.cli.secrets import INPUT, read_secret
from policyserve.config import password_of
from policyserve.errors import PolicyserveError, QuestionError
from policyserve.operations import calendar_feeds, users

LOGIN = click.argument("login", metavar="NAME")

PASSWORD = click.option(
    "--password-file", type=click.Path(dir_okay=False, path_type=Path),
    help="The file with the password; without it POLICYSERVE_PASSWORD, else it is asked for.",
)  # fmt: skip


def placed(command: Any) -> Any:
    """Add the options that say what a user is for."""
    options = (
        click.option("--role", type=click.Choice(ROLES), required=True, help="What the user is."),
        click.option("--agent", "agent_no", metavar="NO", help="Of an agent or a manager: their number in the lists."),
        click.option("--branch", metavar="NAME", help="The one branch that is seen; default all."),
    )
    for option in reversed(options):
        command = option(command)
    return command


def linked(command: Any) -> Any:
    """Add the options that say who a user is elsewhere."""
    options = (
        click.option("--wecom", metavar="USERID", help="Who the user is in WeCom; empty takes it back."),
        click.option(
            "--subject", metavar="VALUE", help="Who they are to the provider of OpenID Connect; empty takes it back."
        ),
    )
    for option in reversed(options):
        command = option(command)
    return command


@click.group()
def user() -> None:
    """Users of the pages: add, list, disable, enable, reset, calendar, role, link."""


@user.command()
@LOGIN
@placed
@linked
@click.option("--name", help="The user's own name.")
@PASSWORD
@shared
def add(
    session: Session, login: str, *, name: str | None, password_file: Path | None, wecom: str | None,
    subject: str | None, **place: Any,
) -> None:  # fmt: skip
    """Add a user."""
    password = _password(session, password_file)
    users.add_user(
        session.engine, SYSTEM, login, Place(**place), password=password, name=name, at=session.now, wecom=wecom,
        subject=subject,
    )  # fmt: skip
    session.tell("User {login} is added.", login=login)


@user.command(name="list")
@shared
def list_(session: Session) -> None:
    """Show all users."""
    rows = [asdict(one) for one in users.all_users(session.engine)]
    columns = ["login", "name", "role", "agent_no", "branch", "active", "second_factor"]
    empty = session.words("There is no user yet; `policyserve user add` makes one.")
    show(rows, session.form, columns=columns, language=session.language, empty=empty)


@user.command()
@LOGIN
@shared
def disable(session: Session, login: str) -> None:
    """Keep a user out from now on, in the middle of work too."""
    users.disable_user(session.engine, SYSTEM, login, at=session.now)
    session.tell("User {login} is disabled.", login=login)


@user.command()
@LOGIN
@shared
def enable(session: Session, login: str) -> None:
    """Let a user in again."""
    users.disable_user(session.engine, SYSTEM, login, at=session.now, active=True)
    session.tell("User {login} may sign in again.", login=login)


@user.command()
@LOGIN
@PASSWORD
@click.option("--second-factor", is_flag=True, help="Forget a second factor that was lost; the password stays.")
@shared
def reset(session: Session, login: str, password_file: Path | None, *, second_factor: bool) -> None:
    """Give a user another password, or let them set up another second factor."""
    if second_factor:
        users.reset_second_factor(session.engine, SYSTEM, login, at=session.now)
        session.tell("User {login} signs in without a second factor.", login=login)
        return
    password = _password(session, password_file)
    users.reset_password(session.engine, SYSTEM, login, password=password, at=session.now)
    session.tell("User {login} has a new password.", login=login)


@user.command()
@LOGIN
@click.option("--names", is_flag=True, help="Name customers in full; without it names are masked.")
@click.option("--revoke", is_flag=True, help="Let the address lead nowhere any more.")
@shared
def calendar(session: Session, login: str, *, names: bool, revoke: bool) -> None:
    """Make the secret address of an agent's calendar, or revoke it."""
    if revoke:
        calendar_feeds.revoke_feed(session.engine, SYSTEM, login=login, at=session.now)
        session.tell("The calendar of {login} has no address any more.", login=login)
        return
    secret = calendar_feeds.make_feed_of(session.engine, SYSTEM, login, names=names, at=session.now)
    path = f"/calendar/{secret}.ics"
    session.tell("The calendar of {login} is at {path}; it is told this once.", login=login, path=path)


@user.command()
@LOGIN
@placed
@shared
def role(session: Session, login: str, **place: Any) -> None:
    """Give a user another role; they sign in again."""
    users.change_role(session.engine, SYSTEM, login, Place(**place), at=session.now)
    session.tell("User {login} has another role.", login=login)


@user.command()
@LOGIN
@linked
@shared
def link(session: Session, login: str, wecom: str | None, subject: str | None) -> None:
    """Say who a user is elsewhere, so that they can sign in from there."""
    if wecom is None and subject is None:
        raise QuestionError("Say who the user is: --wecom USERID or --subject VALUE.")
    users.link_user(session.engine, SYSTEM, login, wecom=wecom, subject=subject, at=session.now)
    session.tell("User {login} is linked.", login=login)


def _password(session: Session, file: Path | None) -> str:
    """Read a password from a file, the environment, a pipe, or a person; never from the command line."""
    if file is not None:
        try:
            return file.read_text("utf-8").strip("\r\n")
        except (OSError, ValueError) as error:
            raise PolicyserveError(
                "The file '{file}' cannot be read; it is a text with the password alone.", file=file
            ) from error
    if given := password_of(os.environ):
        return given
    if not sys.stdin.isatty():
        return read_secret(INPUT)
    words = session.words("Password"), session.words("Once more")
    first, again = (str(click.prompt(one, hide_input=True, err=True)) for one in words)
    if first != again:
        raise QuestionError("The two passwords are not the same; run the command again.")
    return first


COMMANDS = [user]
