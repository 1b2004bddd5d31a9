"""Commands around what leaves: sending, and the decisions of people on messages."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

import rich_click as click
from rich.progress import Progress

from policyserve.access.viewer import SYSTEM
from policyserve.cli.option_types import DATE, KEY, MOMENT
from policyserve.cli.options import BY, Session, shared
from policyserve.cli.screen.output import console, note, show
from policyserve.cli.secrets import read_secret
from policyserve.errors import QuestionError
from policyserve.locale import N_, Listed, N_in, Sentence
from policyserve.messages.outbox.outbox import RESOLVED
from policyserve.messages.outbox.sender import Clock
from policyserve.operations.contents import set_content
from policyserve.operations.outbox import (
    approve_messages,
    cancel_messages,
    lift_refusal,
    phone_of,
    refuse_marketing,
    resolve_message,
    send_messages,
)
from policyserve.tasks.codes import coded

MORNING = time(10)
"""The moment of a day that is asked for with --as-of: inside all hours."""


@click.command()
@click.option("--gateway", help="Another gateway than the one of the settings.")
@click.option("--limit", type=click.IntRange(1), help="At most so many messages.")
@click.option("--at", "moment", type=MOMENT, metavar="MOMENT",
              help="The moment to take for now, in the business zone. With --as-of alone: 10:00.")  # fmt: skip
@shared
def send(session: Session, gateway: str | None, limit: int | None, moment: datetime | None) -> None:
    """Send what may go out now: within contact hours, after consent and refusals are looked at once more.

    Several may run at once. SIGTERM or Ctrl-C ends it after the messages in hand; a second one ends it at once.
    """
    from policyserve.scheduler.stop_signal import stop_on_signals

    clock = _clock(session, moment)
    with stop_on_signals() as stop, _progress(session) as progress:
        counts = send_messages(
            session.engine, session.settings, stop=stop, clock=clock, gateway=gateway, limit=limit, progress=progress
        )
    if session.form == "table":
        click.echo(counts.sentence().told(session.language))
        if counts.closed:
            classes = Listed([Sentence(N_in("code", one)) for one in counts.closed])
            note(session.words("Outside the contact hours of: {classes}. They wait.", classes=classes))
    else:
        states = {name: counts.answered[name] for name in ("accepted", "delivered", "failed", "queued", "unknown")}
        ends = {"stopped": counts.stopped, "in_vain": counts.in_vain}
        show([{**states, **ends}], session.form, columns=[*states, *ends])


def _clock(session: Session, moment: datetime | None) -> Clock:
    """Return the real clock, or one that stands at the moment asked for."""
    zone = ZoneInfo(session.settings.time_zone)
    if moment is None and session.asked_as_of is None:
        return lambda: datetime.now(UTC)
    still = moment or datetime.combine(session.as_of, MORNING)
    return lambda: (still if still.tzinfo else still.replace(tzinfo=zone)).astimezone(UTC)


@contextmanager
def _progress(session: Session) -> Iterator[Any]:
    """Show on a terminal how many messages have gone; say nothing in a pipe."""
    out = console()
    if session.form != "table" or not out.is_terminal:
        yield lambda _: None
        return
    with Progress(console=out, transient=True) as bar:
        task = bar.add_task(session.words("Sending"), total=None)
        yield lambda count: bar.advance(task, count)


@click.command()
@click.argument("keys", metavar="[ID]...", type=KEY, nargs=-1)
@click.option("--all", "everything", is_flag=True, help="All that wait for approval.")
@BY
@shared
def approve(session: Session, keys: Sequence[int], everything: bool, actor: str) -> None:
    """Let messages go that wait for a manager."""
    if bool(keys) == everything:
        raise QuestionError("Name the messages, or give --all.")
    count = approve_messages(session.engine, None if everything else keys, by=actor, at=session.now)
    session.tell("{count} messages may go.", count=count)


@click.command()
@click.argument("keys", metavar="ID...", type=KEY, nargs=-1, required=True)
@click.option("--reason", required=True, help="Why they do not go out.")
@BY
@shared
def cancel(session: Session, keys: Sequence[int], reason: str, actor: str) -> None:
    """Decide against messages that have not left."""
    count = cancel_messages(session.engine, keys, by=actor, why=reason, at=session.now)
    session.tell("{count} messages will not go out.", count=count)


@click.command()
@click.argument("key", metavar="ID", type=KEY)
@click.argument("said", metavar="WHAT", type=click.Choice(list(RESOLVED)))
@BY
@shared
def resolve(session: Session, key: int, said: str, actor: str) -> None:
    """Say what became of a message in doubt: delivered, failed, or not-sent (then it goes out again)."""
    resolve_message(session.engine, key, said, by=actor, at=session.now)
    session.tell("Message {message} is now: {said}.", message=key, said=coded(said, session.language))


CONTENTS = {"news": N_("The news of {period} is stored."), "event": N_("The event of {period} is stored.")}


@click.command()
@click.argument("kind", type=click.Choice(list(CONTENTS)))
@click.argument("text")
@click.option("--date", "day", type=DATE, help="A day of the month (news) or quarter (event); default today.")
@click.option("--language", type=click.Choice(["zh", "en"]), default="zh", show_default=True)
@shared
def content(session: Session, kind: str, text: str, day: date | None, language: str) -> None:
    """Say what the company tells its customers: the month's news, the quarter's event. An empty TEXT takes it back."""
    period = set_content(
        session.engine, SYSTEM, kind, text, day=day or session.as_of, language=language, at=session.now
    )
    session.tell(CONTENTS[kind], period=period)


@click.command()
@click.argument("phone", required=False)
@click.option("--customer", "customer_no", metavar="NO", help="The phone of this customer, in place of PHONE.")
@click.option("--lift", is_flag=True, help="Take the refusal back: the customer wishes it.")
@BY
@shared
def refuse(session: Session, *, phone: str | None, customer_no: str | None, lift: bool, actor: str) -> None:
    """Send no marketing to a phone any more, as the customer asked in person; `-` reads PHONE from standard input."""
    if (phone is None) == (customer_no is None):
        raise QuestionError("Name the phone, or the customer with --customer.")
    number = read_secret(phone) if phone is not None else phone_of(session.engine, str(customer_no))
    if lift:
        lift_refusal(session.engine, number, by=actor, at=session.now)
    else:
        refuse_marketing(session.engine, number, by=actor, at=session.now)
    session.tell("The refusal is taken back." if lift else "No more marketing goes to this phone.")


STEPS = [send, approve, cancel, resolve, content, refuse]
"""Commands of the group `sms`."""
