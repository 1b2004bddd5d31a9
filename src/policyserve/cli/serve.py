"""The command of the service: the scheduler, and beside it the processes that answer requests."""

from __future__ import annotations

import os
import secrets
import socket
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from ipaddress import ip_address, ip_network
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import rich_click as click

from policyserve.cli.options import Session, database_option, language_option
from policyserve.errors import QuestionError
from policyserve.scheduler.jobs import zone_of

if TYPE_CHECKING:
    from threading import Event

    from policyserve.scheduler.leader import Scheduler
    from policyserve.web.service import Crowd, Service

PORT = 8470

WORKERS = 2


@dataclass(frozen=True, kw_only=True)
class Entrance:
    """Where requests come in, and who answers them."""

    host: str
    port: int
    webhook_port: int | None
    workers: int
    public_url: str | None
    trusted_proxies: tuple[str, ...]
    log: str

    def ports(self) -> list[tuple[Crowd, int, socket.socket]]:
        """Open the ports: of each who comes there, how many processes answer, and the port."""
        from policyserve.web.server import listen

        opened = listen(self.host, self.port)
        if self.webhook_port is None:
            return [("all", self.workers, opened)]
        return [
            ("pages", self.workers, opened),
            ("webhooks", min(1, self.workers), listen(self.host, self.webhook_port)),
        ]


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Where pages and webhooks of vendors come in.")
@click.option("--port", type=click.IntRange(0, 65535), default=PORT, show_default=True, help="0: any that is free.")
@click.option(
    "--webhook-port",
    type=click.IntRange(0, 65535),
    help="A port for webhooks alone, with a process of its own, so that a crowd at the pages keeps no vendor out.",
)
@click.option(
    "--workers",
    type=click.IntRange(0, 64),
    default=WORKERS,
    show_default=True,
    help="Processes that answer requests beside the one that does the jobs. 0: one process does everything.",
)
@click.option("--no-webhooks", "--no-callbacks", "no_webhooks", is_flag=True, help="Open no port.")
@click.option(
    "--public-url",
    metavar="URL",
    callback=lambda _context, _option, value: checked(value),
    help="Where browsers find the pages, such as https://service.example or https://host.example/service.",
)
@click.option(
    "--trusted-proxy",
    "trusted_proxies",
    multiple=True,
    metavar="ADDRESS",
    callback=lambda _context, _option, values: tuple(network(value) for value in values),
    help="A server in front whose X-Forwarded-For and X-Forwarded-Proto count; may be repeated.",
)
@click.option(
    "--log",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="The form of the lines on standard error.",
)
@click.option("--demo", is_flag=True, help="Pages on a generated book; everybody comes in with one click.")
@database_option
@language_option
@click.pass_obj
def serve(
    session: Session,
    *,
    host: str,
    port: int,
    webhook_port: int | None,
    workers: int,
    no_webhooks: bool,
    public_url: str | None,
    trusted_proxies: tuple[str, ...],
    log: str,
    demo: bool,
) -> None:
    """Run all jobs when they are due, show the pages, and take in webhooks, until SIGTERM or Ctrl-C.

    Of several processes on one database one works and the others wait to take over. A second signal stops at once.
    """
    from policyserve.scheduler.journal import open_journal, tell
    from policyserve.scheduler.leader import Scheduler
    from policyserve.scheduler.stop_signal import stop_on_signals

    if session.asked_as_of:
        raise QuestionError("serve works on the day that it is; --as-of is for single commands.")
    open_journal(zone_of(session.settings), log)
    if demo:
        _serve_demo(session, host, port)
        return
    entrance = Entrance(
        host=host,
        port=port,
        webhook_port=webhook_port,
        workers=workers,
        public_url=public_url,
        trusted_proxies=trusted_proxies,
        log=log,
    )
    with stop_on_signals() as stop, ExitStack() as answering:
        scheduler = Scheduler(session.engine, session.settings, language=session.language, stop=stop)
        if not no_webhooks:
            answering.enter_context(_answering(session, scheduler, stop, entrance))
        scheduler.run()
    tell("stopped")


def checked(url: str | None) -> str | None:
    """Return where browsers find the pages, without a slash at its end; a usage error for what is no such address."""
    if url is None:
        return None
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.netloc or parts.query or parts.fragment:
        raise QuestionError("'{url}' is no address of pages; write https://HOST or https://HOST/PREFIX.", url=url)
    return url.rstrip("/")


def network(address: str) -> str:
    """Return the address of a proxy, or a network of such; a usage error for what is none."""
    try:
        return str(ip_network(address)) if "/" in address else str(ip_address(address))
    except ValueError as error:
        raise QuestionError(
            "'{address}' is no address of a server in front; write 10.0.0.5 or 10.0.0.0/24.", address=address
        ) from error


def _serve_demo(session: Session, host: str, port: int) -> None:
    """Show the pages of the demo until a signal; no job runs."""
    from policyserve.cli.demo.served import demo_house
    from policyserve.scheduler.stop_signal import stop_on_signals
    from policyserve.web.app import make_pages
    from policyserve.web.server import listen, serve_requests
    from policyserve.web.service import page_failed

    opened = listen(host, port)
    session.tell("Making a book of invented people; this takes some seconds.")
    with (
        stop_on_signals() as stop,
        demo_house(session.language) as house,
        serve_requests(make_pages(house, page_failed), opened),
    ):
        url = f"http://{host}:{opened.getsockname()[1]}"
        session.tell("Open {url} in a browser; Ctrl-C ends it.", url=url)
        stop.wait()


def _service(session: Session, entrance: Entrance) -> Service:
    """Return what all processes know; where nobody can sign in yet, the code of the first run is told."""
    from policyserve.config import metrics_token
    from policyserve.operations.users import any_user
    from policyserve.scheduler.journal import tell
    from policyserve.web.service import Service

    code = "" if any_user(session.engine) else secrets.token_hex(6)
    if code:
        tell("first-run", page="/first-run", code=code)
    return Service(
        settings=session.settings, public_url=entrance.public_url, first_run_code=code,
        trusted_proxies=entrance.trusted_proxies,
        metrics_token=metrics_token(os.environ),
    )  # fmt: skip


@contextmanager
def _answering(session: Session, scheduler: Scheduler, stop: Event, entrance: Entrance) -> Iterator[None]:
    """Show the pages and take in webhooks for the time of a `with` block."""
    from policyserve.scheduler.journal import tell

    service, ports = _service(session, entrance), entrance.ports()
    for crowd, workers, opened in ports:
        tell("listening", host=entrance.host, port=opened.getsockname()[1], crowd=crowd, workers=workers)
    answer = _beside if entrance.workers else _within
    with answer(service, ports, lambda: scheduler.leads, stop, entrance.log):
        yield


Ports = Sequence[tuple["Crowd", int, socket.socket]]


@contextmanager
def _beside(service: Service, ports: Ports, leads: Callable[[], bool], stop: Event, log: str) -> Iterator[None]:
    """Answer in processes of their own."""
    from policyserve.web.workers import at_work

    with at_work(service, ports, leads=leads, stopping=stop.is_set, log=log):
        yield


@contextmanager
def _within(service: Service, ports: Ports, leads: Callable[[], bool], stop: Event, _log: str) -> Iterator[None]:
    """Answer in threads of this process."""
    from policyserve.web.server import serve_requests
    from policyserve.web.service import Standing, application

    standing = Standing(leads=leads, stopping=stop.is_set)
    with ExitStack() as serving:
        for crowd, _, opened in ports:
            app = serving.enter_context(application(service, crowd, standing))
            serving.enter_context(serve_requests(app, opened))
        yield


COMMANDS = [serve]
"""The command of the service."""
