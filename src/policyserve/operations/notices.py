"""The agents' morning notices: where they go, what they say, and pushing them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from policyserve import db
from policyserve.access import audit
from policyserve.config import Settings
from policyserve.messages.notices import push, subscriptions
from policyserve.messages.notices.channels.channel import Style, Text
from policyserve.messages.notices.channels.registry import channel_of
from policyserve.messages.notices.push import NoticeCounts
from policyserve.messages.notices.text import write
from policyserve.operations.database import Database
from policyserve.operations.standards import standard_on
from policyserve.tasks.agenda import agenda
from policyserve.tasks.release import last_release
from policyserve.tasks.stored_standard import current_standard
from policyserve.tasks.transitions import Stamp

NO_CHANNEL = Style(most_bytes=4096)
"""How a notice reads to whoever has chosen no channel yet."""


def push_notices(
    engine: Database,
    settings: Settings,
    *,
    as_of: date,
    at: datetime,
    language: str,
    by_hand: bool = False,
    stopping: Callable[[], bool] = lambda: False,
) -> NoticeCounts:
    """Push each agent's agenda of the day whose hour has come; see `messages.notices.push`."""
    standard = standard_on(engine, as_of)
    return push.push_notices(
        engine, settings, standard, as_of=as_of, at=at, language=language, by_hand=by_hand, stopping=stopping
    )


def set_channel(
    engine: Database, agent_no: str, *, kind: str, address: str, secret: str | None, at: time | None, stamp: Stamp
) -> None:
    """Send an agent's notices to a channel from now on; see `subscriptions.set_channel`."""
    as_of = stamp.as_of
    with db.writing(engine) as connection:
        audit.note(connection, stamp.actor, "notice channel set", at=stamp.at, kind="agent", number=agent_no)
        subscriptions.set_channel(connection, agent_no, kind=kind, address=address, secret=secret, at=at, as_of=as_of)


def remove_channel(engine: Database, agent_no: str, stamp: Stamp) -> bool:
    """Send an agent no more notices; return whether there was a channel. Raises NotFoundError."""
    with db.writing(engine) as connection:
        removed = subscriptions.remove_channel(connection, agent_no)
        if removed:
            audit.note(connection, stamp.actor, "notice channel removed", at=stamp.at, kind="agent", number=agent_no)
        return removed


def list_channels(engine: Database, standing: time, language: str) -> list[dict[str, Any]]:
    """Return every agent's channel with the last notice; `standing` is the installation's hour. Keys are masked."""
    with db.reading(engine) as connection:
        return subscriptions.channels(connection, standing, language)


@dataclass(frozen=True, kw_only=True)
class Preview:
    """A notice as it would go out."""

    text: Text | None
    """None where nothing is due."""
    channel: str | None
    """The kind of the agent's channel; None where there is none."""
    style: Style


def preview_notice(
    engine: Database, agent_no: str, day: date, *, language: str, most: int, public_url: str | None
) -> Preview:
    """Write an agent's notice of a day as the agent's channel takes it; `most` tasks at most. Raises NotFoundError."""
    with db.reading(engine) as connection:
        work = agenda(connection, agent_no, day, current_standard(connection, day))
        chosen = subscriptions.channel_chosen(connection, agent_no)
        released = last_release(connection, day)
    style = channel_of(chosen[0]).style(chosen[1]) if chosen else NO_CHANNEL
    text = write(work, style, language, most=most, released=released, public_url=public_url)
    return Preview(text=text, channel=chosen[0] if chosen else None, style=style)
