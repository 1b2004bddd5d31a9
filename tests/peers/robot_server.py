"""A server on this machine that plays the robots of WeCom, DingTalk and Feishu: it checks what they check.

How it answers hangs on the first part of the path: /ok/KEY takes the text, /code/93000/KEY answers HTTP 200 with that
errcode, /status/503/KEY answers that status, /hang/KEY waits, /cut/KEY closes the connection after it has read the
text, /page/KEY answers a web page, /moved/KEY sends elsewhere, /crowded/KEY answers as Feishu does when it has enough,
/signed/KEY takes what `SECRET` signs. Every text that reached it is kept.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

SECRET = "SECgenerated0123456789"

WAIT_SECONDS = 30.0
"""How long /hang waits at most; it ends with the server."""


@dataclass(frozen=True, kw_only=True)
class Received:
    """A text that reached the server."""

    path: str
    query: dict[str, str]
    body: dict[str, Any]

    @property
    def text(self) -> str:
        """What it says, whatever the vendor's form."""
        parts = (self.body.get("markdown"), self.body.get("content"), {"content": self.body.get("message")})
        (said,) = [part[key] for part in parts if part for key in ("content", "text") if part.get(key)]
        return str(said)


@dataclass(kw_only=True)
class RobotServer:
    """The server, while it runs."""

    port: int
    received: list[Received] = field(default_factory=list)
    ended: threading.Event = field(default_factory=threading.Event)

    def address(self, path: str) -> str:
        """Return the webhook address of a path."""
        return f"http://127.0.0.1:{self.port}/{path}"

    def count(self, path: str) -> int:
        """Count the texts that reached a path."""
        return sum(1 for one in self.received if one.path == f"/{path}")


@contextmanager
def robots() -> Iterator[RobotServer]:
    """Run a server for the time of a `with` block."""
    state = RobotServer(port=0)

    class Handler(_Handler):
        robots = state

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    state.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield state
    finally:
        state.ended.set()
        server.shutdown()
        server.server_close()
        thread.join(timeout=10)


class _Handler(BaseHTTPRequestHandler):
    robots: RobotServer

    def do_POST(self) -> None:
        parts = urlsplit(self.path)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        received = Received(path=parts.path, query=query, body=body)
        self.robots.received.append(received)
        kind, *rest = parts.path.strip("/").split("/")
        if kind == "hang":
            self.robots.ended.wait(WAIT_SECONDS)
        elif kind == "page":
            self._answer(200, b"<html>welcome</html>")
        elif kind == "moved":
            self._answer(302, b"{}", location=f"/ok/{rest[-1]}")
        elif kind == "status":
            self._answer(int(rest[0]), b"{}")
        elif kind == "crowded":
            self._answer(400, b'{"code": 9499, "msg": "too many request", "data": {}}')
        elif kind != "cut":
            self._answer(200, json.dumps(_answer(kind, rest, received)).encode())

    def _answer(self, status: int, content: bytes, *, location: str | None = None) -> None:
        self.send_response(status)
        if location:
            self.send_header("Location", location)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_arguments: object) -> None:
        """Say nothing."""


def _answer(kind: str, rest: list[str], received: Received) -> dict[str, Any]:
    """Answer in the vendor's form: Feishu says `code`, the others `errcode`."""
    feishu = "msg_type" in received.body
    code = 0
    if kind == "code":
        code = int(rest[0])
    elif kind == "signed":
        right = _feishu_sign_is_right(received.body) if feishu else _dingtalk_sign_is_right(received.query)
        code = 0 if right else 19021 if feishu else 310000
    return {"code": code, "msg": "", "data": {}} if feishu else {"errcode": code, "errmsg": ""}


def _dingtalk_sign_is_right(query: dict[str, str]) -> bool:
    """As the vendor describes it: the secret is the key, timestamp and secret are what is signed."""
    known = f"{query.get('timestamp')}\n{SECRET}".encode()
    return query.get("sign") == base64.b64encode(hmac.digest(SECRET.encode(), known, hashlib.sha256)).decode()


def _feishu_sign_is_right(body: dict[str, Any]) -> bool:
    """As the vendor describes it: timestamp and secret are the key, and nothing is signed."""
    known = f"{body.get('timestamp')}\n{SECRET}".encode()
    return body.get("sign") == base64.b64encode(hmac.digest(known, b"", hashlib.sha256)).decode()
