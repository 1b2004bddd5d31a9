"""Which channel an agent chose, and the hour."""

from __future__ import annotations

from datetime import date, time
from typing import Any

from sqlalchemy import Connection, and_, delete, func, insert, select, update

from policyserve.access.seals import opened, sealed
from policyserve.book.snapshot import agent_id
from policyserve.errors import PolicyserveError
from policyserve.messages.notices.channels.addresses import masked
from policyserve.messages.notices.channels.channel import Robot
from policyserve.messages.notices.channels.registry import channel_of
from policyserve.messages.reasons import told
from policyserve.tables import Agent, AgentChannel, Notice, table

AGENTS = table(Agent)
CHANNELS = table(AgentChannel)
NOTICES = table(Notice)


def set_channel(
    connection: Connection,
    agent_no: str,
    *,
    kind: str,
    address: str,
    secret: str | None = None,
    at: time | None = None,
    as_of: date,
) -> None:
    """Send an agent's notices to a channel from now on, at an hour (None: the installation's).

    Raises NotFoundError for an unknown agent, PolicyserveError for one who has left and for what the channel does not
    take.
    """
    channel_of(kind).check(Robot(address=address, secret=secret))
    key = agent_id(connection, agent_no)
    left_on = connection.scalar(select(AGENTS.c.left_on).where(AGENTS.c.id == key))
    if left_on is not None and left_on <= as_of:
        raise PolicyserveError(
            "Agent {agent_no} left on {left_on}; who has left gets no notices.", agent_no=agent_no, left_on=left_on
        )
    values = {"kind": kind, "address": sealed(address), "secret": secret and sealed(secret), "at": at}
    if not connection.execute(update(CHANNELS).where(CHANNELS.c.agent_id == key).values(values)).rowcount:
        connection.execute(insert(CHANNELS).values(agent_id=key, **values))


def remove_channel(connection: Connection, agent_no: str) -> bool:
    """Send an agent no more notices; return whether there was a channel. Raises NotFoundError."""
    key = agent_id(connection, agent_no)
    return bool(connection.execute(delete(CHANNELS).where(CHANNELS.c.agent_id == key)).rowcount)


def channel_chosen(connection: Connection, agent_no: str) -> tuple[str, Robot] | None:
    """Return the kind and the robot of an agent's channel; None where there is none. Raises NotFoundError."""
    key = agent_id(connection, agent_no)
    columns = (CHANNELS.c.kind, CHANNELS.c.address, CHANNELS.c.secret)
    row = connection.execute(select(*columns).where(CHANNELS.c.agent_id == key)).first()
    return (row.kind, robot_of(row.address, row.secret)) if row else None


def robot_of(address: str, secret: str | None) -> Robot:
    """Return a robot by what is stored of it."""
    return Robot(address=opened(address), secret=secret and opened(secret))


def channels(connection: Connection, standing: time, language: str) -> list[dict[str, Any]]:
    """Return every agent's channel with the last notice; `standing` is the installation's hour. Keys are masked.

    `reason` is in words.
    """
    last = select(NOTICES.c.agent_id, func.max(NOTICES.c.day).label("day")).group_by(NOTICES.c.agent_id).subquery()
    joined = (
        CHANNELS.join(AGENTS, AGENTS.c.id == CHANNELS.c.agent_id)
        .outerjoin(last, last.c.agent_id == AGENTS.c.id)
        .outerjoin(NOTICES, and_(NOTICES.c.agent_id == last.c.agent_id, NOTICES.c.day == last.c.day))
    )
    own = (AGENTS.c.agent_no, AGENTS.c.name, CHANNELS.c.kind.label("channel"), CHANNELS.c.address, CHANNELS.c.at)
    latest = (NOTICES.c.day, NOTICES.c.status, NOTICES.c.tasks, NOTICES.c.reason)
    rows = connection.execute(select(*own, *latest).select_from(joined).order_by(AGENTS.c.agent_no)).mappings()
    return [
        {**row, "address": masked(opened(row["address"])), "at": (row["at"] or standing).strftime("%H:%M")}
        | {"reason": told(row["reason"], language)}
        for row in rows
    ]
