"""Gateways over SMPP for tests: opened on a server played here."""

from __future__ import annotations

import asyncio
import struct
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from typing import Any

from peers import smpp_server
from peers.smpp_server import Peer
from policyserve.messages.gateways import registry
from policyserve.messages.gateways.gateway import Answer, Gateway, Incoming, News, Outgoing, Receipt

SECONDS = 20.0

THROTTLED, QUEUE_FULL, BAD_ADDRESS = 0x58, 0x14, 0x0B

LONG = "【安心人寿】" + "尊敬的张先生您好，" + "您的保单即将到期请及时缴费" * 11 + "谢谢"


def settings_for(port: int, **options: Any) -> dict[str, Any]:
    return {
        "kind": "smpp",
        "host": "127.0.0.1",
        "port": port,
        "system_id": "esme",
        "password": smpp_server.PASSWORD,
        "source": "10690000",
        "reconnect_seconds": 0.05,
        "pause_seconds": 0.05,
    } | options


@asynccontextmanager
async def gateway_to(port: int, **options: Any) -> AsyncIterator[Gateway]:
    gateway = registry.open_gateway("carrier", {"carrier": settings_for(port, **options)})
    try:
        yield gateway
    finally:
        await asyncio.wait_for(gateway.aclose(), SECONDS)


def outgoing(reference: str = "m1", text: str = "您好", phone: str = "13800138000") -> Outgoing:
    return Outgoing(reference=reference, phone=phone, text=text, service="R30", message_class="duty")


async def send(gateway: Gateway, *messages: Outgoing) -> list[Answer]:
    answers = await asyncio.wait_for(gateway.submit("claim", messages or (outgoing(),)), SECONDS)
    return sorted(answers, key=lambda answer: answer.reference)


async def news_of(gateway: Gateway, enough: Callable[[Sequence[Receipt], Sequence[Incoming]], bool]) -> News:
    """Fetch until there is enough."""
    receipts: list[Receipt] = []
    replies: list[Incoming] = []
    async with asyncio.timeout(SECONDS):
        while not enough(receipts, replies):
            news = await gateway.news()
            receipts += news.receipts
            replies += news.replies
            await asyncio.sleep(0.01)
    return News(receipts=receipts, replies=replies)


async def receipts(gateway: Gateway, count: int) -> dict[str | None, Receipt]:
    news = await news_of(gateway, lambda receipts, _: len(receipts) >= count)
    return {receipt.provider_id: receipt for receipt in news.receipts}


async def replies(gateway: Gateway, count: int) -> Sequence[Incoming]:
    return (await news_of(gateway, lambda _, replies: len(replies) >= count)).replies


def run(test: Coroutine[Any, Any, None]) -> None:
    asyncio.run(asyncio.wait_for(test, 3 * SECONDS))


async def said(peer: Peer, event: str) -> dict[str, Any]:
    """Wait beside the event loop."""
    return await asyncio.to_thread(peer.wait_for, event)


def raw_pdu(command: int, body: bytes, sequence: int = 99) -> str:
    return (struct.pack(">LLLL", 16 + len(body), command, 0, sequence) + body).hex()
