"""The gateway: texts in, answers out; the session itself runs beside the event loop (`keeper`)."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from itertools import count
from typing import NoReturn

from policyserve.locale import N_
from policyserve.messages.gateways.gateway import (
    Answer,
    News,
    Outgoing,
    Push,
    PushRefusedError,
    Receipt,
    Sent,
)
from policyserve.messages.gateways.smpp.addresses import address_of
from policyserve.messages.gateways.smpp.keeper import Keeper
from policyserve.messages.gateways.smpp.options import SmppOptions
from policyserve.messages.gateways.smpp.parts import UnwritableError, parts_of
from policyserve.messages.gateways.smpp.texts import Text

REFERENCES = 256
"""Numbers for texts of several parts; consecutive ones differ, so a phone does not mix up their parts."""


def _now() -> datetime:
    return datetime.now(UTC)


class SmppGateway:
    """A `gateway.Gateway` over an SMPP session. It names its texts by the peer's number of each part (`receipts`)."""

    def __init__(self, name: str, options: SmppOptions, clock: Callable[[], datetime] = _now) -> None:
        """Nothing is opened before the first use; `clock` dates receipts and replies."""
        self.name = name
        self.rate = options.rate
        self.listen_seconds = options.listen_seconds
        self._options = options
        self._keeper = Keeper(name, options, clock)
        self._references = count(random.randrange(REFERENCES))

    async def submit(self, claim: str, messages: Sequence[Outgoing]) -> Sequence[Answer]:  # noqa: ARG002
        """Send texts: `accepted` when the peer has taken every part, with the parts' numbers joined by commas."""
        answers: list[Answer] = []
        texts: list[Text] = []
        for message in messages:
            try:
                texts.append(self._text(message))
            except UnwritableError as error:
                answers.append(Answer(reference=message.reference, outcome="refused", reason=error.sentence))
        if texts:
            taken: list[Answer] = await asyncio.wrap_future(self._keeper.submit(texts))
            answers += taken
        return answers

    async def look_up(self, sent: Sequence[Sent]) -> Sequence[Receipt]:  # noqa: ARG002
        """Return nothing: without the peer's number a text cannot be asked for, and with it the receipt tells."""
        return ()

    async def news(self) -> News:
        """Return receipts, one for each part, and replies; what the last call returned counts as stored."""
        return self._keeper.news()

    def read_push(self, push: Push) -> NoReturn:  # noqa: ARG002
        """SMPP has no webhooks. Raises PushRefusedError."""
        raise PushRefusedError("an SMPP gateway hears of its texts over its session, not by webhooks")

    async def aclose(self) -> None:
        """Wait shortly for answers, unbind, disconnect; `news` still returns what came until then."""
        await asyncio.to_thread(self._keeper.close)

    def _text(self, message: Outgoing) -> Text:
        """Raises UnwritableError."""
        address = address_of(message.phone, self._options.addressing)
        if address is None:
            raise UnwritableError(N_("the phone cannot be written to"))
        parts = parts_of(message.text, self._options.encoding, next(self._references) % REFERENCES)
        return Text(outgoing=message, address=address, parts=parts)
