"""Plays WeCom on loopback: `gettoken` and `auth/getuserinfo`, with the codes that its documentation names."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

CORP, SECRET = "ww0000000000000000", "a secret for tests"


class Wecom:
    """What it has: `codes` are good once, each for a member or a guest; `tokens` are those that it has given."""

    def __init__(self) -> None:
        self.codes: dict[str, dict[str, str]] = {}
        self.tokens: list[str] = []
        self.stale = False
        """Whether the next call is told that its token has ended."""

    def answer(self, path: str, asked: dict[str, str]) -> dict[str, Any]:
        """Answer a call."""
        if path == "/cgi-bin/gettoken":
            if (asked["corpid"], asked["corpsecret"]) != (CORP, SECRET):
                return {"errcode": 40001, "errmsg": "invalid credential"}
            self.tokens.append(f"token-{len(self.tokens)}")
            return {"errcode": 0, "errmsg": "ok", "access_token": self.tokens[-1], "expires_in": 7200}
        if path != "/cgi-bin/auth/getuserinfo":
            return {"errcode": 40066, "errmsg": "invalid url"}
        if self.stale or asked["access_token"] not in self.tokens:
            self.stale = False
            return {"errcode": 42001, "errmsg": "access_token expired"}
        if (found := self.codes.pop(asked["code"], None)) is None:
            return {"errcode": 40029, "errmsg": "invalid code"}
        return {"errcode": 0, "errmsg": "ok", **found}


@contextmanager
def running() -> Iterator[tuple[Wecom, str]]:
    """Run one on a free port; gives it with its address."""
    wecom = Wecom()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            body = json.dumps(wecom.answer(parts.path, dict(parse_qsl(parts.query)))).encode()
            self.send_response(200)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            """Stay silent."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield wecom, f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
