"""The service: what each process that answers requests is made of, from what travels between processes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal, cast

from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.types import ASGIApp
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from policyserve.config import Settings
from policyserve.messages.gateways.gateway import News
from policyserve.operations import outbox
from policyserve.operations.calendars import calendar_named
from policyserve.operations.database import Database, open_for_requests, schema_trouble
from policyserve.scheduler.health import health, open_probe
from policyserve.scheduler.journal import tell
from policyserve.scheduler.leader import reason
from policyserve.web.app import make_pages
from policyserve.web.prefix import Prefix, prefix_of
from policyserve.web.probes import Probes
from policyserve.web.routes import as_named
from policyserve.web.telemetry import Watch, telemetry
from policyserve.web.visit import House
from policyserve.web.webhooks import Gateways, make_app

Crowd = Literal["all", "pages", "webhooks"]
"""Who comes to a port."""


@dataclass(frozen=True, kw_only=True)
class Service:
    """What the processes of a service know alike."""

    settings: Settings
    public_url: str | None = None
    trusted_proxies: tuple[str, ...] = ()
    """Addresses and networks of servers in front that say for whom they ask."""
    first_run_code: str = ""
    metrics_token: str = ""


@dataclass(frozen=True, kw_only=True)
class Standing:
    """How it stands with the whole program."""

    leads: Callable[[], bool]
    stopping: Callable[[], bool]


@contextmanager
def application(service: Service, crowd: Crowd, standing: Standing) -> Iterator[ASGIApp]:
    """Yield the application for a crowd, on connections to the database of its own."""
    settings = service.settings
    engine, probe = open_for_requests(settings.database_url), open_probe(settings)
    house = _house(service, engine, standing)
    try:
        numbers = telemetry()
        probes = Probes(
            leads=standing.leads, stopping=standing.stopping, telemetry=numbers, token=service.metrics_token,
            look=lambda: health(probe, settings, now=datetime.now(UTC)).answer(),
            ready=lambda: schema_trouble(probe) is None,
            waiting=lambda: outbox.waiting_messages(probe, settings.today()),
        )  # fmt: skip
        app: ASGIApp = Watch(_application(house, crowd, probes), numbers, tell)
        if prefix := prefix_of(service.public_url):
            app = Prefix(app, prefix)
        yield behind(app, service.trusted_proxies)
    finally:
        house.close()
        engine.dispose()
        probe.dispose()


def behind(app: ASGIApp, proxies: Sequence[str]) -> ASGIApp:
    """Let an application hear for whom a server in front asks, where that is one of these."""
    return cast("ASGIApp", ProxyHeadersMiddleware(cast("Any", app), [*proxies])) if proxies else app


def _application(house: House, crowd: Crowd, probes: Probes) -> ASGIApp:
    settings = house.settings

    def take_in(gateway: str, news: News) -> None:
        outbox.take_in_news(house.engine, settings, gateway, news, at=datetime.now(UTC))

    def trouble(gateway: str, error: Exception) -> None:
        tell("webhook-not-stored", gateway=gateway, reason=reason(error))

    pages = None if crowd == "webhooks" else make_pages(house, page_failed)
    if pages:
        house.imports.wake()  # lists may wait since the last process has ended
    if crowd == "pages" and pages:
        return as_named(Starlette(routes=[*probes.routes(), Mount("/", pages)]))
    return make_app(Gateways(settings.file.gateways), take_in, probes=probes, trouble=trouble, pages=pages)


def _house(service: Service, engine: Database, standing: Standing) -> House:
    return House(
        engine=engine, settings=service.settings, calendar=calendar_named(service.settings.calendar),
        now=lambda: datetime.now(UTC), today=service.settings.today, public_url=service.public_url,
        first_run_code=service.first_run_code, stopping=standing.stopping,
    )  # fmt: skip


def page_failed(page: str, error: Exception) -> None:
    """Tell the journal of a page that failed by our own fault."""
    tell("page-failed", page=page, reason=reason(error))
