"""Addresses: numbers of customers, policies and agents as parts of them, whatever signs an insurer's lists hold.

A server decodes an address before it is matched, and browsers take `.` and `..` for folders; so a number's own slash
and dots travel as signs that no number has, and stand again before a page sees them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import quote, unquote

from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

SLASH, DOTS, LINE = "\x1c", "\x1d", "\x1e"
"""In place of a slash, before dots that would be a folder, and in place of a new line, which no route would match."""

FOLDERS: Final = frozenset({".", ".."})


def part(number: object) -> str:
    """Write a number as one part of an address."""
    text = str(number)
    return quote(DOTS + text if text in FOLDERS else text, safe="")


def number(text: str) -> str:
    """Read a number that was part of an address."""
    return text.replace(SLASH, "/").removeprefix(DOTS)


def numbers(parts: Mapping[str, Any]) -> dict[str, Any]:
    """Read the numbers among the parts of an address."""
    return {name: number(value) if isinstance(value, str) else value for name, value in parts.items()}


def asked_address(request: Request) -> str:
    """Return the path that was asked for, as it may stand in a link."""
    raw: bytes = request.scope.get("raw_path") or quote(request.scope["path"]).encode()
    return raw.decode("ascii", "replace")


class WholeNumbers:
    """An application whose routes do not take a slash inside a number for its end."""

    def __init__(self, app: ASGIApp) -> None:
        """`app` has the routes."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on."""
        raw: bytes = scope.get("raw_path") or b""
        if b"%" in raw:
            parts = (unquote(one).replace("/", SLASH) for one in raw.decode("ascii", "replace").split("/"))
            scope = {**scope, "path": "/".join(parts).replace("\n", LINE)}
        await self._app(scope, receive, send)
