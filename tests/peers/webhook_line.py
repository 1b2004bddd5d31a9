"""A server that a vendor calls back, over real HTTP, and the gateway that reads what is pushed."""

from __future__ import annotations

import http.client
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest

from policyserve.errors import PolicyserveError
from policyserve.messages.gateways.gateway import (
    Answer,
    News,
    Outgoing,
    Push,
    PushContent,
    PushRefusedError,
    Receipt,
    Sent,
)
from policyserve.web import webhooks
from policyserve.web.probes import Probes
from policyserve.web.server import listen, serve_requests
from policyserve.web.webhooks import Gateways, TakeIn, make_app

AT = datetime(2026, 11, 21, 4, 0, tzinfo=UTC)


SECONDS = 20.0


@dataclass
class Vendor:
    """A gateway that reads a push as the number of a delivered text, and writes down what it was given."""

    name: str = "vendor"
    rate: float | None = None
    pushes: list[Push] = field(default_factory=list)
    closed: bool = False

    def read_push(self, push: Push) -> PushContent:
        self.pushes.append(push)
        number = push.query.get("id") or push.body.decode()
        if push.headers.get("x-token") == "wrong":
            raise PushRefusedError("the signature is wrong")
        receipts = [Receipt(state="delivered", at=AT, provider_id=number)] if number else []
        return PushContent(news=News(receipts=receipts), answer="<ok/>", content_type="application/xml")

    async def submit(self, claim: str, messages: Sequence[Outgoing]) -> Sequence[Answer]:
        raise NotImplementedError

    async def look_up(self, sent: Sequence[Sent]) -> Sequence[Receipt]:
        raise NotImplementedError

    async def news(self) -> News:
        return News()

    async def aclose(self) -> None:
        self.closed = True


@dataclass
class Line:
    """A server to call back."""

    port: int
    vendor: Vendor
    stored: list[tuple[str, str | None]]
    troubles: list[str]

    def call(
        self, method: str, path: str, body: bytes = b"", headers: Mapping[str, str] | None = None
    ) -> tuple[int, str, str]:
        """Return the status, the body and its type."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=SECONDS)
        try:
            connection.request(method, path, body or None, dict(headers or {}))
            answer = connection.getresponse()
            return answer.status, answer.read().decode(), answer.headers.get_content_type()
        finally:
            connection.close()


@contextmanager
def line(
    monkeypatch: pytest.MonkeyPatch,
    take_in: Callable[[str, News], None] | None = None,
    look: Callable[[], Mapping[str, Any]] | None = None,
) -> Iterator[Line]:
    vendor, troubles, stored = Vendor(), list[str](), list[tuple[str, str | None]]()

    def open_gateway(name: str, gateways: Mapping[str, Mapping[str, Any]]) -> Vendor:
        if gateways[name].get("kind") == "broken":
            raise PolicyserveError("gateways.broken.url is missing.")
        return vendor

    def keep(name: str, news: News) -> None:
        stored.extend((name, receipt.provider_id) for receipt in news.receipts)

    def trouble(_name: str, error: Exception) -> None:
        troubles.append(type(error).__name__)

    monkeypatch.setattr(webhooks, "open_gateway", open_gateway)
    gateways = Gateways({"vendor": {"kind": "http"}, "broken": {"kind": "broken"}})
    taking: TakeIn = take_in or keep
    opened = listen("127.0.0.1", 0)
    probes = Probes(leads=lambda: True, look=look or (lambda: {"status": "ok"}))
    app = make_app(gateways, taking, probes=probes, trouble=trouble)
    with serve_requests(app, opened):
        yield Line(opened.getsockname()[1], vendor, stored, troubles)
