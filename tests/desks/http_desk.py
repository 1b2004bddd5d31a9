"""Gateways over HTTP for tests: opened on a vendor played here, and what is asked of it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from policyserve.messages.gateways.gateway import (
    Answer,
    Gateway,
    Outgoing,
)
from policyserve.messages.gateways.http.client import HttpGateway
from policyserve.messages.gateways.http.options import HttpOptions
from policyserve.settings_file import checked

AT = datetime(2026, 11, 2, 2, 0, tzinfo=UTC)

TEXT = "【安心人寿】王女士您好，您尾号1234的保单将于11月20日缴费。"

CODES = {"code": "code", "codes": {"0": "accepted"}, "provider_id": "data.id", "reason": "message"}

SIGNATURE = {"secret": "s3cret"}


def opened(**options: Any) -> HttpGateway:
    given = {"url": "http://127.0.0.1:9/send", "timeout_seconds": 5, "answer": CODES, **options}
    return HttpGateway("platform", checked(HttpOptions, given, "gateways.platform"), clock=lambda: AT)


def texts(*references: str) -> list[Outgoing]:
    return [
        Outgoing(
            reference=reference,
            phone=f"1380000{number:04}",
            text=TEXT,
            service="renewal-notice",
            message_class="service",
        )
        for number, reference in enumerate(references)
    ]


async def submitted(gateway: Gateway, messages: Sequence[Outgoing]) -> dict[str, Answer]:
    try:
        answers = await gateway.submit("claim-1", messages)
        assert sorted(one.reference for one in answers) == sorted(one.reference for one in messages)
        return {answer.reference: answer for answer in answers}
    finally:
        await gateway.aclose()


def send(gateway: Gateway, *references: str) -> dict[str, Answer]:
    return asyncio.run(submitted(gateway, texts(*references)))


def send_one(gateway: Gateway) -> Answer:
    return send(gateway, "a-1")["a-1"]
