"""Sending through the HTTP gateway to a vendor on loopback, against the same client without the outbox.

Both sides hand the same texts to a vendor's server in a process of its own. Ours claims them in the database, sends
them, and stores every answer; the floor only sends. Their number a second stands in the name of the work.
"""

from __future__ import annotations

import asyncio
import resource
import shutil
import sys
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime, time
from pathlib import Path
from statistics import median
from threading import Event
from typing import Any

import polars as pl
from sqlalchemy import Engine, text

from benchmarks.measuring import REPEAT, Figure
from benchmarks.release import opened, seconds
from policyserve import db
from policyserve.config import Settings
from policyserve.messages.gateways.gateway import Outgoing
from policyserve.messages.gateways.registry import open_gateway
from policyserve.messages.outbox.stored_messages import MESSAGES
from policyserve.migrations import schema
from policyserve.operations.outbox import send_messages
from policyserve.settings_file import SettingsFile

NOON = datetime.combine(datetime(2026, 11, 21, tzinfo=UTC).date(), time(4), UTC)
"""Noon in Shanghai: inside all hours."""

BATCH = 500
LEAST = 1000
"""Messages a second that the goal asks for."""


def run(size: int) -> Iterator[Figure]:
    """Send one message for each 20 of `size`, at least 2,000, on SQLite and PostgreSQL."""
    from peers import (
        postgres,  # of the tests, found by __main__
        vendor_server,
    )

    count = max(2000, size // 20)
    with tempfile.TemporaryDirectory() as folder, vendor_server.started() as vendor:
        settings = settings_for(vendor.url)
        path = Path(folder) / "start.sqlite3"
        with opened(path) as engine:
            schema.upgrade(engine)
            fill(engine, count)
        copy = Path(folder) / "copy.sqlite3"
        ours, floors = [], []
        for _ in range(REPEAT):
            floors.append(seconds(lambda: asyncio.run(bare(settings, count))))
            shutil.copyfile(path, copy)
            with opened(copy) as engine:
                ours.append(seconds(lambda: send(engine, settings, count)))
        yield figure("SQLite", count, ours, floors)
        with postgres.server() as url:
            engine = db.open_engine(url)
            schema.upgrade(engine)
            fill(engine, count)
            ours = []
            for _ in range(REPEAT):
                reset(engine)
                ours.append(seconds(lambda: send(engine, settings, count)))
            engine.dispose()
        yield figure("PostgreSQL", count, ours, floors)


def figure(name: str, count: int, ours: list[float], floors: list[float]) -> Figure:
    """Name the figure by its rate; the goal is the multiple of the floor at which the rate is `LEAST`."""
    rate, bare_rate = count / median(ours), count / median(floors)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (2**20 if sys.platform == "darwin" else 2**10)
    work = f"send {count:,} messages, {name}: {rate:,.0f} a second, bare {bare_rate:,.0f}"
    return Figure(work=work, goal=bare_rate / LEAST, ours=median(ours), floor=median(floors), peak=peak)


def settings_for(url: str) -> Settings:
    """Return settings with the vendor as gateway."""
    file = SettingsFile.model_validate(
        {
            "messages": {"gateway": "vendor", "sending": {"batch": BATCH}},
            "gateways": {"vendor": {"kind": "http", "url": url}},
        }
    )
    return Settings(database_url="", file=file)


def fill(engine: Engine, count: int) -> None:
    """Put `count` customers and a planned message for each into an empty database."""
    keys = pl.select(id=pl.int_range(1, count + 1))
    people = keys.select(
        "id", customer_no=pl.format("C{}", "id"), phone=pl.format("{}", pl.col("id") + 13 * 10**9), known_on=NOON.date()
    )
    with db.writing(engine, bulk=True) as connection:
        db.insert_frame(connection, "customers", people)
        connection.execute(MESSAGES.insert(), [row(number) for number in range(1, count + 1)])


def row(number: int) -> dict[str, Any]:
    """Return a message that waits to be sent."""
    day = NOON.date()
    return {
        "id": number, "service": "renewal-reminder-d30", "subject_kind": "policy", "subject_id": number, "ordinal": 2,
        "customer_id": number, "channel": "sms", "message_class": "service", "anchor": day, "due": day, "send_on": day,
        "last_on": day, "text": "【安心人寿】尊敬的王女士：您的保单应缴日为12月21日，本期保费1,234.00元。" * 2,
        "segments": 2, "status": "planned", "needs_approval": False, "attempts": 0, "planned_at": NOON,
    }  # fmt: skip


def reset(engine: Engine) -> None:
    """Let all messages wait again."""
    with db.writing(engine) as connection:
        connection.execute(text("UPDATE messages SET status = 'planned', attempts = 0, final_at = NULL, claim = NULL"))


def send(engine: Engine, settings: Settings, count: int) -> None:
    """Do what is measured: every message is claimed, sent, and its answer stored."""
    done = send_messages(engine, settings, stop=Event(), clock=lambda: NOON)
    assert done.answered["accepted"] == count, done.answered


async def bare(settings: Settings, count: int) -> None:
    """Send the same texts through the same client, and keep nothing."""
    gateway = open_gateway("vendor", settings.file.gateways)
    try:
        for start in range(1, count + 1, BATCH):
            texts = [outgoing(row(number)) for number in range(start, min(start + BATCH, count + 1))]
            answers = await gateway.submit(f"bare-{start}", texts)
            assert all(answer.outcome == "accepted" for answer in answers)
    finally:
        await gateway.aclose()


def outgoing(message: dict[str, Any]) -> Outgoing:
    """Return a message as a sender hands it over."""
    return Outgoing(
        reference=str(message["id"]), phone=str(13_000_000_000 + message["id"]), text=message["text"],
        service=message["service"], message_class=message["message_class"],
    )  # fmt: skip
