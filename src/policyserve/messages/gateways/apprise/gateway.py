"""Sends texts by Apprise: one service, one phone, one try for each text.

Apprise knows no receipts and no look-ups: what it has sent is as delivered as can be known, and what is in doubt stays
so until a person has asked the service.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from policyserve.locale import Sentence
from policyserve.messages.gateways.apprise.options import AppriseOptions
from policyserve.messages.gateways.apprise.service import Service, checked_service
from policyserve.messages.gateways.apprise.verdict import verdict
from policyserve.messages.gateways.gateway import (
    Answer,
    News,
    Outcome,
    Outgoing,
    Push,
    PushContent,
    PushRefusedError,
    Reason,
    Receipt,
    Sent,
)
from policyserve.settings_file import checked

if TYPE_CHECKING:
    from apprise import Apprise

NO_PHONE = Sentence("the service does not take the phone")


class AppriseGateway:
    """One url of Apprise."""

    def __init__(self, name: str, options: AppriseOptions, service: Service) -> None:
        """`service` is the checked url of the options."""
        self.name = name
        self.rate = options.rate
        self.listen_seconds = 0.0
        self._service = service
        self._seconds = options.answer_seconds
        self._places = asyncio.Semaphore(options.connections)

    async def submit(self, claim: str, messages: Sequence[Outgoing]) -> Sequence[Answer]:  # noqa: ARG002
        """Send each text by itself, several at the same time."""
        return await asyncio.gather(*map(self._submit, messages))

    async def look_up(self, sent: Sequence[Sent]) -> Sequence[Receipt]:  # noqa: ARG002
        """Return nothing: Apprise cannot ask."""
        return ()

    async def news(self) -> News:
        """Return nothing: Apprise only sends."""
        return News()

    def read_push(self, push: Push) -> PushContent:  # noqa: ARG002
        """Raise PushRefusedError: no service calls back."""
        raise PushRefusedError("Apprise has no webhooks")

    async def aclose(self) -> None:
        """Do nothing: every text has a connection of its own."""

    async def _submit(self, message: Outgoing) -> Answer:
        service = self._service.to(message.phone)
        if service is None:
            return Answer(reference=message.reference, outcome="refused", reason=NO_PHONE)
        async with self._places:
            outcome, reason = await _sent(service, message.text, self._seconds)
        return Answer(reference=message.reference, outcome=outcome, reason=reason)


async def _sent(service: Apprise, text: str, seconds: float) -> tuple[Outcome, Reason | None]:
    """Send a text once. After `seconds` the thread that sends is left behind and the text is in doubt."""
    result = await service.async_notify(body=text, timeout=seconds, log_level=logging.DEBUG)
    with result:
        return ("delivered", None) if result else verdict(result.logs())


def open_gateway(name: str, options: Mapping[str, Any]) -> AppriseGateway:
    """Open the gateway `name`. Raises PolicyserveError for wrong options, or where Apprise is not installed."""
    read = checked(AppriseOptions, options, f"gateways.{name}")
    return AppriseGateway(name, read, checked_service(read.url, name))
