"""The prefix: the same pages under a path of another server, such as https://host/prefix.

Pages write their links from `/` on, and know of no prefix; here it is taken off whatever comes in, and put before every
link, way on and cookie that goes out. What a person typed cannot look like a link: it is escaped.
"""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import urlsplit

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

LINK: Final = re.compile(rb'(\s(?:href|src|action|formaction|(?:data|hx)-[a-z-]+)=")/(?!/)')
"""Where an attribute of a page begins to name one of our addresses."""


def prefix_of(public_url: str | None) -> str:
    """Return the path under which browsers find the pages; empty where they are all that a server has."""
    return urlsplit(public_url).path.rstrip("/") if public_url else ""


class Prefix:
    """An application under a prefix; a proxy in front may hand on whole paths, or leave the prefix out."""

    def __init__(self, app: ASGIApp, prefix: str) -> None:
        """`prefix`: such as `/service`."""
        self._app, self._prefix = app, prefix

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on without the prefix, and its answer back with it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        held: list[Message] = []

        async def put_before(message: Message) -> None:
            if message["type"] == "http.response.start":
                if self._rewritten(MutableHeaders(raw=message["headers"])):
                    held.append(message)  # its length is known only when the page is whole
                    return
            elif held:
                held.append(message)
                if message.get("more_body"):
                    return
                await self._send_page(held, send)
                return
            await send(message)

        await self._app({**scope, **self._inside(scope)}, receive, put_before)

    def _inside(self, scope: Scope) -> dict[str, object]:
        path, raw = scope["path"], scope.get("raw_path") or b""
        if path != self._prefix and not path.startswith(f"{self._prefix}/"):
            return {}
        return {"path": path[len(self._prefix) :] or "/", "raw_path": raw.removeprefix(self._prefix.encode()) or b"/"}

    def _rewritten(self, headers: MutableHeaders) -> bool:
        """Put the prefix into the headers; tell whether it belongs into the page as well."""
        for name in ("location", "service-worker-allowed"):
            if (to := headers.get(name, "")).startswith("/") and not to.startswith("//"):
                headers[name] = self._prefix + to
        if cookies := headers.getlist("set-cookie"):
            del headers["set-cookie"]
            for cookie in cookies:
                headers.append("set-cookie", re.sub(r"(?i)(; path=)/(?=;|$)", rf"\1{self._prefix}", cookie))
        return headers.get("content-type", "").startswith("text/html")

    async def _send_page(self, held: list[Message], send: Send) -> None:
        start, *parts = held
        page = b"".join(part.get("body", b"") for part in parts)
        page = LINK.sub(rb"\1%b/" % self._prefix.encode(), page)
        MutableHeaders(raw=start["headers"])["content-length"] = str(len(page))
        await send(start)
        await send({"type": "http.response.body", "body": page})
