"""The HTTP server: uvicorn in a thread of its own, so that signals stay with the program."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Literal

import uvicorn
from starlette.types import ASGIApp

from policyserve.errors import PolicyserveError, of_system
from policyserve.locale import N_, Sentence
from policyserve.web.connections import Connection

LAST_ANSWERS = 10
"""Seconds that open requests have to end when the program does."""


def listen(host: str, port: int) -> socket.socket:
    """Open the port of the server (0: any that is free); raises PolicyserveError where that cannot be."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=256)
    except (OSError, OverflowError) as error:
        why = of_system(error) if isinstance(error, OSError) else Sentence(N_("no such address"))
        raise PolicyserveError(
            "Port {port} of {host} cannot be opened ({why}); name others with --port and --host.",
            port=port,
            host=host,
            why=why,
        ) from error


def fastest() -> tuple[type[asyncio.Protocol], Literal["uvloop", "asyncio"]]:
    """Return what reads requests and turns the loop: httptools and uvloop where the extra `serve` is installed."""
    try:
        import httptools  # noqa: F401
        import uvloop  # noqa: F401

        from policyserve.web.fast_connections import FastConnection
    except ImportError:
        return Connection, "asyncio"
    return FastConnection, "uvloop"


@contextmanager
def serve_requests(app: ASGIApp, opened: socket.socket) -> Iterator[Callable[[], bool]]:
    """Answer requests on an open port for the time of a `with` block; yields what tells whether that still goes on."""
    protocol, loop = fastest()
    config = uvicorn.Config(
        app,
        loop=loop,
        http=protocol,
        ws="none",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=LAST_ANSWERS,
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [opened]}, name="http", daemon=True)
    thread.start()  # outside the main thread uvicorn leaves the signals alone
    try:
        yield thread.is_alive
    finally:
        server.should_exit = True
        thread.join()
        opened.close()
