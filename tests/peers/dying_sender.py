"""A real sender, or a real generation, that kills its own process at a point that a test names.

    python tests/peers/dying_sender.py DATABASE POINT

The settings come from POLICYSERVE_SETTINGS, as for the command. Batches are counted: each point but the first is met
in the second batch, so that one batch is behind the sender when it dies.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from threading import Event
from typing import Any, NoReturn

from sqlalchemy import Engine, event

from books.small_plans import CALENDAR
from desks.outbox_rows import TEN
from policyserve.config import read_settings
from policyserve.messages.gateways.gateway import Answer, Gateway, News, Outgoing, Receipt, Sent
from policyserve.messages.gateways.registry import open_gateway
from policyserve.operations import messages, outbox
from policyserve.operations.database import open_database

SENDING = (
    "before the claim",
    "before the claim is committed",
    "before the texts leave",
    "after the answer",
    "before the answer is committed",
    "after the answer is stored",
)
GENERATING = ("before the messages are written", "before the generation is committed")


def die() -> NoReturn:
    """End this process as nothing inside it can prevent."""
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError("still alive")


class Dying:
    """A gateway that works, and dies at its point."""

    def __init__(self, gateway: Gateway, point: str) -> None:
        """Stand before `gateway`."""
        self.name, self.rate, self.listen_seconds = gateway.name, gateway.rate, gateway.listen_seconds
        self._gateway, self._point, self._batch = gateway, point, 0

    async def submit(self, claim: str, messages: Sequence[Outgoing]) -> Sequence[Answer]:
        self._batch += 1
        if self._batch == 2 and self._point == "before the texts leave":
            die()
        answers = await self._gateway.submit(claim, messages)
        if self._batch == 2 and self._point == "after the answer":
            die()
        return answers

    async def look_up(self, sent: Sequence[Sent]) -> Sequence[Receipt]:
        return await self._gateway.look_up(sent)

    async def news(self) -> News:
        if self._batch == 2 and self._point == "after the answer is stored":
            die()
        return await self._gateway.news()

    def read_push(self, push: Any) -> Any:
        return self._gateway.read_push(push)

    async def aclose(self) -> None:
        await self._gateway.aclose()


SIGNS = {
    "before the claim": ("claim=", "attempts="),
    "before the claim is committed": ("claim=", "submitted_at="),
    "before the answer is committed": ("answered_at=",),
    "before the messages are written": ("INTO generations",),
    "before the generation is committed": ("INTO generations",),
}
"""How the statement of a point is known."""

TIMES = {"before the claim is committed": 2, "before the answer is committed": 2}
"""The how-manieth such statement is meant, if not the first."""


def watch(engine: Engine, point: str) -> None:
    """Die before a statement, or before the transaction in which it stands is committed."""
    met: list[object] = []

    def on_statement(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if all(sign in statement for sign in SIGNS[point]):
            met.append(statement)
            if not point.endswith("committed"):
                die()

    def on_commit(_connection: Any) -> None:
        if len(met) >= TIMES.get(point, 1):
            die()

    if point in SIGNS:
        event.listen(engine, "before_cursor_execute", on_statement)
        event.listen(engine, "commit", on_commit)


def main(url: str, point: str) -> None:
    """Work until the point is met."""
    engine, settings = open_database(url), read_settings(database_url=url)
    watch(engine, point)
    if point in GENERATING:
        day = TEN.date()
        messages.generate_messages(engine, CALENDAR, settings, as_of=day, at=datetime.now(UTC))
        return
    dying = Dying(open_gateway(settings.file.messages.gateway, settings.file.gateways), point)
    outbox.open_gateway = lambda *_: dying  # type: ignore[attr-defined]
    outbox.send_messages(engine, settings, stop=Event(), clock=lambda: TEN)


if __name__ == "__main__":
    main(*sys.argv[1:])
