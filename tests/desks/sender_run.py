"""A sender on a scripted gateway, and what waits for it."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from datetime import datetime
from threading import Event
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Engine

from desks.outbox_rows import DAY, TEN, fill, message
from peers.scripted_gateway import ScriptedGateway
from policyserve.messages.gateways.gateway import Gateway, Receipt
from policyserve.messages.outbox.send_counts import SendCounts
from policyserve.messages.outbox.sender import Sender, send
from policyserve.settings_file import MessageSettings, Sending

SHANGHAI = ZoneInfo("Asia/Shanghai")

LIMIT = 60.0
"""Seconds after which a run counts as stuck."""


def sender(engine: Engine, gateway: Gateway, *, at: str = "10:00", **asked: Any) -> Sender:
    rules = {name: asked.pop(name) for name in list(asked) if name in Sending.model_fields}
    zone = asked.pop("zone", SHANGHAI)
    settings = MessageSettings(sending=Sending.model_validate({"first_wait_seconds": 0} | rules))
    moment = datetime.fromisoformat(f"{DAY} {at}").replace(tzinfo=SHANGHAI)
    given: dict[str, Any] = {"stop": Event(), "clock": lambda: moment, "patience": 5.0} | asked
    return Sender(engine=engine, gateway=gateway, settings=settings, hours=settings.contact_hours(str(zone)), **given)


def run(engine: Engine, gateway: ScriptedGateway, **asked: Any) -> SendCounts:
    return finish(sender(engine, gateway, **asked))


def finish(one: Sender) -> SendCounts:
    return asyncio.run(asyncio.wait_for(send(one), LIMIT))


def queue(engine: Engine, count: int, **fields: Any) -> None:
    fill(engine, *(message(key, **fields) for key in range(1, count + 1)))


def once(count: int) -> dict[str, int]:
    return {str(key): 1 for key in range(1, count + 1)}


def together(*works: Callable[[], object]) -> None:
    """Run pieces of work at once and wait for all; the first error is raised."""
    errors: list[BaseException] = []

    def guarded(work: Callable[[], object]) -> None:
        try:
            work()
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=guarded, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(LIMIT)
    assert not any(thread.is_alive() for thread in threads)
    if errors:
        raise errors[0]


def receipt(number: str, at: datetime = TEN) -> Receipt:
    return Receipt(state="delivered", provider_id=number, at=at)
