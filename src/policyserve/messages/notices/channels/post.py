"""One POST of JSON to a robot, and what its failures mean.

A connection of its own for each text: on one that is kept open nobody can tell whether the vendor has read what was
written before it closed. Redirects are not followed, for the address holds a key. A text is in doubt as soon as its
bytes may have arrived and no answer says what became of them.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

import aiohttp
from yarl import URL

from policyserve.locale import N_, Sentence
from policyserve.messages.notices.channels.channel import Answer, Outcome

MOST_OF_ANSWER = 65_536
"""Bytes of an answer that are read."""

CONNECT_SHARE = 0.5
"""The part of the time to wait in which the connection must stand, so that running out of it later is a doubt."""

_AFTER_THE_GATE = {502, 504}
"""A proxy's word that the server behind it gave no good answer: that one may have taken the text."""


async def post(
    address: str | URL, body: Mapping[str, Any], read: Callable[[Mapping[str, Any]], Answer | None], *, seconds: float
) -> Answer:
    """Send `body` and return what became of it; `read` understands the vendor's JSON (None: it says nothing)."""
    try:
        status, content = await _exchange(address, body, seconds)
    except aiohttp.InvalidURL:
        return Answer(outcome="refused", reason=Sentence("the address is none"))
    except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
        return Answer(outcome="later", reason=Sentence("no connection: {fault}", fault=type(error).__name__))
    except TimeoutError:
        return Answer(outcome="in-doubt", reason=Sentence("no answer within {seconds:g} seconds", seconds=seconds))
    except (aiohttp.ClientError, OSError) as error:
        return Answer(outcome="in-doubt", reason=Sentence("the connection broke ({fault})", fault=type(error).__name__))
    answer = read(content) if content is not None else None
    return answer if answer and (status < 500 or answer.outcome != "accepted") else _of_status(status)


async def _exchange(
    address: str | URL, body: Mapping[str, Any], seconds: float
) -> tuple[int, Mapping[str, Any] | None]:
    """Return the status and the JSON object of the answer (None where it is no such thing)."""
    limits = aiohttp.ClientTimeout(total=seconds, connect=seconds * CONNECT_SHARE, sock_connect=seconds * CONNECT_SHARE)
    connector = aiohttp.TCPConnector(force_close=True)
    data = json.dumps(body, ensure_ascii=False).encode()
    headers = {"Content-Type": "application/json; charset=utf-8"}
    async with (
        aiohttp.ClientSession(connector=connector, timeout=limits) as http,
        http.post(address, data=data, headers=headers, allow_redirects=False) as response,
    ):
        return response.status, _object(await _beginning(response))


async def _beginning(response: aiohttp.ClientResponse) -> bytes:
    """Read an answer up to a limit: what is longer is none of a robot's."""
    found = bytearray()
    while len(found) < MOST_OF_ANSWER and (chunk := await response.content.read(MOST_OF_ANSWER)):
        found += chunk
    return bytes(found)


def _object(content: bytes) -> Mapping[str, Any] | None:
    try:
        found = json.loads(content)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _of_status(status: int) -> Answer:
    """Say what a status means without a word of the vendor."""
    outcome: Outcome = "refused"
    if status < 300 or status in _AFTER_THE_GATE:
        outcome = "in-doubt"
    elif status >= 500 or status in {408, 425, 429}:
        outcome = "later"
    words = N_("an answer that is no robot's: {status}") if status < 300 else N_("HTTP status {status}")
    return Answer(outcome=outcome, reason=Sentence(words, status=status))


def of_code(
    code: object, *, later: Mapping[int, str], refused: Mapping[int, str], name: str = "errcode"
) -> Answer | None:
    """Say what a vendor's code means: 0 is taken, `later` and `refused` have their words, others are refusals."""
    if not isinstance(code, int) or isinstance(code, bool):
        return None
    if code == 0:
        return Answer(outcome="accepted")
    words = later.get(code) or refused.get(code)
    coded = f"{name} {code}"
    reason = Sentence("{words} ({code})", words=Sentence(words), code=coded) if words else Sentence(coded)
    return Answer(outcome="later" if code in later else "refused", reason=reason)
