"""Commands around the agents' morning notices: where they go, what they say, sending them."""

from __future__ import annotations

import re
from dataclasses import asdict
from datetime import date, time
from typing import Any

import rich_click as click

from policyserve.access.viewer import SYSTEM
from policyserve.cli.option_types import DATE
from policyserve.cli.options import Session, shared
from policyserve.cli.screen.help import language_now
from policyserve.cli.screen.output import note, show
from policyserve.cli.secrets import read_secret
from policyserve.locale import N_, say
from policyserve.messages.notices.channels.registry import KINDS
from policyserve.operations import notices
from policyserve.tasks.codes import coded

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
            else self.fail(say(language_now(), "'{value}' is no hour; write 08:30.", value=value), param, ctx)
        )


@click.group()
def notice() -> None:
    """Push each agent's morning agenda to the channel of their choice: set, list, remove, preview, send."""


@notice.command(name="set")
@click.argument("agent_no")
@click.option("--channel", "kind", type=click.Choice(KINDS), required=True, help="apprise: any service outside China.")
@click.option(
    "--address",
    metavar="URL",
    required=True,
    help="The robot's whole webhook address, a secret; `-` reads it from standard input.",
)
@click.option("--secret", metavar="S", help="What signs the texts, where the robot asks for it; `-` reads it, too.")
@click.option("--at", "hour", type=HourType(), help="The hour; default the installation's.")
@shared
def set_(session: Session, agent_no: str, *, kind: str, address: str, secret: str | None, hour: time | None) -> None:
    """Send an agent's notices to a channel from now on."""
    address, secret = read_secret(address), None if secret is None else read_secret(secret)
    stamp = session.stamp(SYSTEM.who)
    notices.set_channel(session.engine, agent_no, kind=kind, address=address, secret=secret, at=hour, stamp=stamp)
    at = (hour or session.settings.file.notices.at).strftime("%H:%M")
    session.tell(
        "Agent {who} gets the agenda by {channel} at {at} on every day on which something is due.",
        who=agent_no,
        at=at,
        channel=coded(kind, session.language),
    )


@notice.command(name="list")
@shared
def list_(session: Session) -> None:
    """Show who gets notices where and when, and what became of the last one; addresses without their keys."""
    rows = notices.list_channels(session.engine, session.settings.file.notices.at, session.language)
    empty = session.words("No agent has a channel; add one with 'policyserve notice set'.")
    session.show(rows, columns=COLUMNS, empty=empty)


@notice.command()
@click.argument("agent_no")
@shared
def remove(session: Session, agent_no: str) -> None:
    """Send an agent no more notices."""
    removed = notices.remove_channel(session.engine, agent_no, session.stamp(SYSTEM.who))
    done = N_("Agent {who} gets no more notices.") if removed else N_("Agent {who} has no channel.")
    session.tell(done, who=agent_no)


@notice.command()
@click.argument("agent_no")
@click.option("--date", "day", type=DATE, help="The day; default today.")
@shared
def preview(session: Session, agent_no: str, day: date | None) -> None:
    """Show what an agent's notice says, as the agent's channel takes it, and send nothing."""
    wanted = day or session.as_of
    language, asked = session.language, session.settings.file.notices
    found = notices.preview_notice(
        session.engine, agent_no, wanted, language=language, most=asked.most, public_url=asked.public_url
    )
    if found.text is None:
        session.tell("Agent {who} has nothing due on {day}, so there is no notice.", who=agent_no, day=wanted)
        return
    click.echo(found.text.body)
    kind, length = found.channel or "", len(found.text.body.encode())
    words = N_("{channel}: {bytes} of at most {most} bytes.") if kind else N_("Agent {who} has no channel.")
    note(session.words(words, who=agent_no, channel=coded(kind, language), bytes=length, most=found.style.most_bytes))


@notice.command()
@click.option("--date", "day", type=DATE, help="The day; default today.")
@click.option("--now", "by_hand", is_flag=True, help="Whatever the hour; also those that were refused or given up.")
@shared
def send(session: Session, day: date | None, by_hand: bool) -> None:
    """Send the notices whose hour has come, each once; run it every few minutes, from morning to noon."""
    counts = notices.push_notices(
        session.engine,
        session.settings,
        as_of=day or session.as_of,
        at=session.now,
        language=session.language,
        by_hand=by_hand,
    )
    if session.form == "table":
        click.echo(counts.sentence().told(session.language))
    else:
        show([asdict(counts)], session.form, columns=list(asdict(counts)))
    if counts.unknown or counts.refused or counts.failed:
        note(session.words("See 'policyserve notice list' for the reasons."))


COMMANDS = [notice]
