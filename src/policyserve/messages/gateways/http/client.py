"""The client: one session, some connections at once, one request a text."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from typing import Final, TypeVar

import aiohttp
from yarl import URL

from policyserve.errors import PolicyserveError
from policyserve.locale import Sentence
from policyserve.messages.gateways.gateway import Answer, News, Outgoing, Push, PushContent, Receipt, Sent
from policyserve.messages.gateways.http.answers import in_doubt, read_answer, read_look_up
from policyserve.messages.gateways.http.options import HttpOptions
from policyserve.messages.gateways.http.pushes import read_push
from policyserve.messages.gateways.http.requests import Writer

NOT_LEFT: Final = (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError, aiohttp.ServerFingerprintMismatch)
"""Failures before the first byte of a request: no connection, no name, no certificate."""

LOST: Final = (aiohttp.ClientError, TimeoutError, OSError)
"""Failures after it may have left."""

_Item = TypeVar("_Item")

NOT_TRIED = Sentence("not tried: the vendor does not answer")
BROKEN = Sentence("the text has half a character in it")


class LostError(Exception):
    """The connection broke; named apart so that the library does not repeat the request by itself."""


def now() -> datetime:
    """Return the instant."""
    return datetime.now(UTC)


class HttpGateway:
    """A vendor or a company's platform that takes texts by HTTP."""

    def __init__(self, name: str, options: HttpOptions, clock: Callable[[], datetime] = now) -> None:
        """Connect nothing yet; raises PolicyserveError where `ca_file` cannot be read."""
        self.name = name
        self.rate = options.rate
        self.listen_seconds = 0.0
        self._options = options
        self._clock = clock
        self._writer = Writer(options=options)
        self._url = URL(options.url)
        self._trust = _trust(options)
        self._session: aiohttp.ClientSession | None = None
        self._silent = 0
        """Requests in a row that got no answer."""

    async def submit(self, claim: str, messages: Sequence[Outgoing]) -> Sequence[Answer]:  # noqa: ARG002
        """Send texts, each in a request of its own."""
        self._silent = 0
        answers: list[Answer] = []

        async def act(message: Outgoing) -> None:
            answers.append(await self._send(message))

        await self._at_once(messages, act)
        return answers

    async def look_up(self, sent: Sequence[Sent]) -> Sequence[Receipt]:
        """Ask for each text at the address that the settings give; without one nothing is known."""
        self._silent = 0
        receipts: list[Receipt] = []

        async def act(one: Sent) -> None:
            if (receipt := await self._ask(one)) is not None:
                receipts.append(receipt)

        await self._at_once(sent, act)
        return receipts

    async def news(self) -> News:
        """Return nothing: the vendor calls back."""
        return News()

    def read_push(self, push: Push) -> PushContent:
        """Read a webhook as the settings describe it."""
        return read_push(push, self._clock(), self._options)

    async def aclose(self) -> None:
        """Close the connections."""
        if self._session is not None:
            await self._session.close()

    async def _at_once(self, items: Sequence[_Item], act: Callable[[_Item], Awaitable[None]]) -> None:
        """Act on all items, as many at once as there are connections: none waits for one, so no time-out counts it."""
        waiting = iter(items)

        async def work() -> None:
            for item in waiting:
                await act(item)

        async with asyncio.TaskGroup() as group:
            for _ in range(min(self._options.connections, len(items))):
                group.create_task(work())

    async def _send(self, message: Outgoing) -> Answer:
        if self._given_up:
            return Answer(reference=message.reference, outcome="later", reason=NOT_TRIED)
        try:
            status, body = await self._post(message)
        except UnicodeEncodeError:
            return Answer(reference=message.reference, outcome="refused", reason=BROKEN)
        except NOT_LEFT as error:
            self._silent += 1
            return Answer(
                reference=message.reference,
                outcome="later",
                reason=Sentence("no connection: {fault}", fault=_kind(error)),
            )
        except (*LOST, LostError) as error:
            self._silent += 1
            reason = Sentence("no answer after it may have left: {fault}", fault=_kind(error))
            return Answer(reference=message.reference, outcome=in_doubt(self._options), reason=reason)
        self._silent = 0
        return read_answer(message, status, body, self._options)

    async def _post(self, message: Outgoing) -> tuple[int, bytes]:
        body = self._writer.body(message)
        headers = self._writer.headers_of(message, body, self._clock().timestamp())
        async with self._opened().request(
            self._options.method, self._url, data=body, headers=headers, allow_redirects=False
        ) as response:
            return response.status, await response.read()

    async def _ask(self, sent: Sent) -> Receipt | None:
        if self._given_up or (address := self._writer.look_up_url(sent)) is None:
            return None
        url = URL(address)
        headers = self._writer.look_up_headers(url.raw_query_string, self._clock().timestamp())
        try:
            async with self._opened().get(url, headers=headers, allow_redirects=False) as response:
                status, body = response.status, await response.read()
        except (*LOST, LostError):
            self._silent += 1
            return None
        self._silent = 0
        return read_look_up(sent, status, body, self._clock(), self._options)

    @property
    def _given_up(self) -> bool:
        """Whether the vendor is silent: every further request would wait as long, and leave one more text in doubt."""
        return self._silent >= self._options.give_up_after

    def _opened(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = _session(self._options, self._trust)
        return self._session


def _session(options: HttpOptions, trust: ssl.SSLContext | bool) -> aiohttp.ClientSession:
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(
            limit=options.connections, keepalive_timeout=options.keep_alive_seconds, ssl=trust, ttl_dns_cache=60
        ),
        timeout=aiohttp.ClientTimeout(
            total=options.timeout_seconds, connect=options.connect_seconds, sock_connect=options.connect_seconds
        ),
        cookie_jar=aiohttp.DummyCookieJar(),
        middlewares=() if options.method == "POST" else (_never_again,),
    )


async def _never_again(request: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType) -> aiohttp.ClientResponse:
    """Keep the library from repeating a PUT whose connection broke: the vendor may have taken it."""
    try:
        return await handler(request)
    except NOT_LEFT:
        raise
    except (aiohttp.ClientOSError, aiohttp.ServerDisconnectedError) as error:
        raise LostError(_kind(error)) from error


def _trust(options: HttpOptions) -> ssl.SSLContext | bool:
    if options.ca_file is None:
        return True
    try:
        trust = ssl.create_default_context()
        trust.load_verify_locations(options.ca_file)
    except OSError as error:
        raise PolicyserveError(
            "The certificates in '{file}' cannot be read; check ca_file.", file=options.ca_file
        ) from error
    return trust


def _kind(error: BaseException) -> str:
    """Name a failure without its text, which may hold an address."""
    return type(error).__name__
