"""Gateways to Aliyun for tests: opened on a vendor played here."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

from peers import aliyun_server
from peers.aliyun_server import KEY_ID, SECRET, AliyunServer
from policyserve.messages.gateways.aliyun.calls import Calls
from policyserve.messages.gateways.aliyun.gateway import AliyunGateway
from policyserve.messages.gateways.aliyun.options import AliyunOptions

NOW = datetime(2026, 3, 5, 4, 0, tzinfo=UTC)  # noon in China

REMINDER = "尊敬的${who}：您的保单${policy}应缴日为${due}，请备足余额。"

OPTIONS: dict[str, Any] = {
    "access_key_id": KEY_ID,
    "access_key_secret": SECRET,
    "protocol": "http",
    "connect_seconds": 2,
    "answer_seconds": 5,
    "templates": {
        "renewal-reminder": {"code": "SMS_1", "wording": REMINDER},
        "birthday-greeting": {"code": "SMS_2", "wording": "${who}，祝您生日快乐！拒收请回复R"},
        "good-news": {"code": "SMS_3", "param": "text"},
    },
}


def opened(endpoint: str, **changes: Any) -> AliyunGateway:
    options = AliyunOptions.model_validate({**OPTIONS, "endpoint": endpoint, **changes})
    return AliyunGateway("aliyun", options, Calls(options, "aliyun"), lambda: NOW)


def played(scene: Callable[[AliyunServer], Awaitable[None]]) -> None:
    async def play() -> None:
        async with asyncio.timeout(20), aliyun_server.running() as server:
            await scene(server)

    asyncio.run(play())
