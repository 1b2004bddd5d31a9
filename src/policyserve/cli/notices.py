"""Commands around the agents' morning notices: where they go, what they say, sending them."""

from __future__ import annotations

import re
from dataclasses import asdict, replace
from datetime import date, time
from typing import Any

import rich_click as click

from policyserve import db
from policyserve.cli.options import DATE, Session, shared
from policyserve.cli.screen.codes import coded
from policyserve.cli.screen.output import note, show
from policyserve.locale import N_, say
from policyserve.messages.notices import subscriptions
from policyserve.messages.notices.channels.channel import Style
from policyserve.messages.notices.channels.registry import KINDS, channel_of
from policyserve.messages.notices.text import Language, write
from policyserve.operations.notices import push_notices
from policyserve.tasks.agenda import agenda
from policyserve.tasks.stored_standard import current_standard

COLUMNS = ["agent_no", "name", "channel", "address", "at", "day", "tasks", "status", "reason"]


class HourType(click.ParamType[time]):
    """An hour of the day: 08:30."""

    name = "HH:MM"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> time:
        """Read the hour; a usage error says what is allowed."""
        if isinstance(value, time):
            return value
        match = re.fullmatch(r"([01]?\d|2[0-3]):([0-5]\d)", str(value).strip())
        return (
            time(int(match[1]), int(match[2]))
            if match
            else self.fail(f"'{value}' is no hour; write 08:30.", param, ctx)
        )


@click.group()
def notice() -> None:
    """Push each agent's morning agenda to the channel of their choice: set, list, remove, preview, send."""


@notice.command(name="set")
@click.argument("agent_no")
@click.option("--channel", "kind", type=click.Choice(KINDS), required=True, help="apprise: any service outside China.")
@click.option("--address", metavar="URL", required=True, help="The robot's whole webhook address; it is kept secret.")
@click.option("--secret", metavar="S", help="What signs the texts, where the robot asks for it.")
@click.option("--at", "hour", type=HourType(), help="The hour; default the installation's.")
@shared
def set_(session: Session, agent_no: str, *, kind: str, address: str, secret: str | None, hour: time | None) -> None:
    """Send an agent's notices to a channel from now on."""
    with db.writing(session.engine) as connection:
        subscriptions.set_channel(
            connection, agent_no, kind=kind, address=address, secret=secret, at=hour, as_of=session.as_of
        )
    at = (hour or session.settings.file.notices.at).strftime("%H:%M")
    session.tell(
        "Agent {who} gets the agenda by {channel} at {at} on every day on which something is due.",
        who=agent_no,
        at=at,
        channel=kind,
    )


@notice.command(name="list")
@shared
def list_(session: Session) -> None:
    """Show who gets notices where and when, and what became of the last one; addresses without their keys."""
    with db.reading(session.engine) as connection:
        rows = subscriptions.channels(connection, session.settings.file.notices.at)
    empty = session.words("No agent has a channel; add one with 'policyserve notice set'.")
    show(rows, session.form, columns=COLUMNS, language=session.language, empty=empty)


@notice.command()
@click.argument("agent_no")
@shared
def remove(session: Session, agent_no: str) -> None:
    """Send an agent no more notices."""
    with db.writing(session.engine) as connection:
        removed = subscriptions.remove_channel(connection, agent_no)
    done = N_("Agent {who} gets no more notices.") if removed else N_("Agent {who} has no channel.")
    session.tell(done, who=agent_no)


@notice.command()
@click.argument("agent_no")
@click.option("--date", "day", type=DATE, help="The day; default today.")
@shared
def preview(session: Session, agent_no: str, day: date | None) -> None:
    """Show what an agent's notice says, as the agent's channel takes it, and send nothing."""
    wanted = day or session.as_of
    with db.reading(session.engine) as connection:
        found = agenda(connection, agent_no, wanted, current_standard(connection, wanted))
        chosen = subscriptions.channel_chosen(connection, agent_no)
    style = channel_of(chosen[0]).style(chosen[1]) if chosen else Style(most_bytes=4096)
    language: Language = "zh" if session.language == "zh" else "en"
    text = write(found, style, language, most=session.settings.file.notices.most)
    if text is None:
        click.echo(
            say(language, "Agent {who} has nothing due on {day}, so there is no notice.", who=agent_no, day=wanted)
        )
        return
    click.echo(text.body)
    kind, length = chosen[0] if chosen else "", len(text.body.encode())
    words = N_("{channel}: {bytes} of at most {most} bytes.") if chosen else N_("Agent {who} has no channel.")
    note(session.words(words, who=agent_no, channel=coded(kind, language), bytes=length, most=style.most_bytes))


@notice.command()
@click.option("--date", "day", type=DATE, help="The day; default today.")
@click.option("--now", "by_hand", is_flag=True, help="Whatever the hour; also those that were refused or given up.")
@shared
def send(session: Session, day: date | None, by_hand: bool) -> None:
    """Send the notices whose hour has come, each once; run it every few minutes, from morning to noon."""
    counts = push_notices(
        session.engine,
        replace(session.settings, language=session.language),
        as_of=day or session.as_of,
        at=session.now,
        by_hand=by_hand,
    )
    if session.form == "table":
        click.echo(counts.in_words(session.language))
    else:
        show([asdict(counts)], session.form, columns=list(asdict(counts)))
    if counts.unknown or counts.refused or counts.failed:
        note(session.words("See 'policyserve notice list' for the reasons."))


COMMANDS = [notice]
