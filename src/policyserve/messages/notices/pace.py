"""The pace of a robot that several agents share, over all processes.

One instant for each robot is stored: when it would be idle if every text took its share of the time. A text may go as
long as that instant is no more than a burst ahead (the generic cell rate algorithm), so no window holds more than the
burst and what the window's length allows.
"""

from __future__ import annotations

import hashlib
from contextlib import suppress
from datetime import datetime, timedelta

from sqlalchemy import Engine, insert, select, update
from sqlalchemy.exc import IntegrityError

from policyserve import db
from policyserve.messages.notices.channels.channel import Rate
from policyserve.tables import Pace, table

PACES = table(Pace)


def reserve(engine: Engine, address: str, rate: Rate, *, at: datetime, patience: float) -> float | None:
    """Take the robot's next place and return in how many seconds it is; None where that is longer than `patience`."""
    name = robot_name(address)
    _make_known(engine, name, at)
    with db.writing(engine) as connection:
        found = connection.scalar(select(PACES.c.free_at).where(PACES.c.gateway == name).with_for_update())
        idle = max(found or at, at)
        wait = (idle - at).total_seconds() - (rate.burst - 1) * rate.seconds
        if wait > patience:
            return None
        taken = idle + timedelta(seconds=rate.seconds)
        connection.execute(update(PACES).where(PACES.c.gateway == name).values(free_at=taken))
    return max(wait, 0.0)


def robot_name(address: str) -> str:
    """Name a robot among the gateways without its key."""
    return f"robot {hashlib.sha256(address.encode()).hexdigest()[:32]}"


def _make_known(engine: Engine, name: str, at: datetime) -> None:
    """Store the robot's row where there is none, for who comes next to lock."""
    with db.reading(engine) as connection:
        if connection.scalar(select(PACES.c.gateway).where(PACES.c.gateway == name)):
            return
    with suppress(IntegrityError), db.writing(engine) as connection:  # another process was first
        connection.execute(insert(PACES).values(gateway=name, free_at=at))
