"""Plays a provider of OpenID Connect on loopback that answers what a test says: right, odd, or slowly."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

from joserfc import jws
from joserfc.jwk import RSAKey

CONFIGURATION, TOKEN, KEYS = "/.well-known/openid-configuration", "/token", "/keys"
CLIENT = "policyserve"


@cache
def key_named(name: str) -> RSAKey:
    """Return a key, which takes a moment to be made, once."""
    return RSAKey.generate_key(2048, {"kid": name})


class Provider:
    """What it answers: `answers` by path, JSON as bytes or as values; `asked` are the paths that were asked."""

    def __init__(self, issuer: str) -> None:
        self.issuer, self.open = issuer, threading.Event()
        """`open`: whether it answers at all."""
        self.begin()

    def begin(self) -> None:
        """Answer as a right one does."""
        self.open.set()
        self.asked: list[str] = []
        self.answers: dict[str, Any] = {CONFIGURATION: self.configuration()}
        self.change_key("first")

    def configuration(self, **others: Any) -> dict[str, Any]:
        """Return what a right one says of itself."""
        names = {"authorization_endpoint": "/authorize", "token_endpoint": TOKEN, "jwks_uri": KEYS}
        return {"issuer": self.issuer, **{name: self.issuer + path for name, path in names.items()}, **others}

    def change_key(self, name: str) -> None:
        """Sign with another key from now on."""
        self.key = key_named(name)
        self.answers[KEYS] = {"keys": [self.key.as_dict(private=False)]}

    def sign(self, claims: Any) -> str:
        """Return a token with claims, or with any other JSON in their place."""
        header = {"alg": "RS256", "kid": self.key.kid}
        return jws.serialize_compact(header, json.dumps(claims).encode(), self.key)

    def let_in(self, sub: str, nonce: str, at: float, /, **others: Any) -> None:
        """Answer the next code with a right token, but for the claims that are given."""
        claims = {"iss": self.issuer, "aud": CLIENT, "sub": sub, "nonce": nonce, "iat": int(at), "exp": int(at) + 300}
        token = self.sign(claims | others)
        self.answers[TOKEN] = {"access_token": "any", "token_type": "Bearer", "id_token": token}


@contextmanager
def running() -> Iterator[Provider]:
    """Run one on a free port."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.do_GET()

        def do_GET(self) -> None:
            path = urlsplit(self.path).path
            provider.asked.append(path)
            provider.open.wait(20)
            answer = provider.answers.get(path, {})
            body = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
            self.send_response(200)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            """Stay silent."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    provider = Provider(f"http://127.0.0.1:{server.server_port}")
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield provider
    finally:
        provider.open.set()
        server.shutdown()
        server.server_close()
