"""The telemetry: what Prometheus reads of all processes, and a line of the journal for each request.

Nothing in it is personal: a request shows by the template of its address, `/customers/{customer_no}`, never by the
address.
"""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

if TYPE_CHECKING:
    from prometheus_client import Metric

METHODS: Final = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS")

QUIET: Final = ("/live", "/health", "/ready", "/metrics", "/static/{name}")
"""Addresses that are asked so often that the journal leaves them out where all is well."""

FOLDER: Final = "PROMETHEUS_MULTIPROC_DIR"
"""The variable that names the folder through which processes share their numbers."""

SECONDS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)

REFUSED: Final = {429: "throttled", 503: "busy"}
"""Statuses by which somebody is sent away who did nothing wrong."""


@contextmanager
def shared_numbers() -> Iterator[None]:
    """Let all processes that are begun in a `with` block share their numbers."""
    with tempfile.TemporaryDirectory(prefix="policyserve-numbers-") as folder:
        os.environ[FOLDER] = folder
        try:
            yield
        finally:
            os.environ.pop(FOLDER)


def forget(process: int) -> None:
    """Forget what a process that has ended had in hand."""
    if FOLDER in os.environ and _installed():
        from prometheus_client.multiprocess import mark_process_dead

        mark_process_dead(process)  # type: ignore[no-untyped-call]


def telemetry() -> Telemetry | None:
    """Return the telemetry of this process; None where prometheus-client is not installed (the extra `serve`)."""
    return Telemetry() if _installed() else None


def _installed() -> bool:
    try:
        import prometheus_client  # noqa: F401
    except ImportError:
        return False
    return True


class Telemetry:
    """The numbers of the requests of this process."""

    def __init__(self) -> None:
        """Nothing has happened yet."""
        from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

        self._own = own = CollectorRegistry()
        self._requests = Counter(
            "policyserve_requests", "Requests that were answered", ("route", "method", "status"), registry=own
        )
        self._seconds = Histogram(
            "policyserve_request_seconds", "Seconds to the end of an answer", ("route",), buckets=SECONDS, registry=own
        )
        self._refused = Counter(
            "policyserve_refusals",
            "Requests refused by a busy system or the throttle",
            ("why",),
            registry=own,
        )
        self._in_hand = Gauge(
            "policyserve_requests_in_flight", "Requests in hand", registry=own, multiprocess_mode="livesum"
        )

    def begun(self) -> None:
        """Take note of a request."""
        self._in_hand.inc()

    def ended(self, route: str, method: str, status: int, seconds: float) -> None:
        """Take note of its answer; `route`: the template of its address."""
        self._in_hand.dec()
        self._requests.labels(route, method, f"{status // 100}xx").inc()
        self._seconds.labels(route).observe(seconds)
        if why := REFUSED.get(status):
            self._refused.labels(why).inc()

    def page(self, *, leads: bool, jobs: Mapping[str, Any], waiting: int | None) -> tuple[bytes, str]:
        """Return the numbers of all processes as Prometheus reads them, and the kind of text that is.

        `jobs`: as `/health` tells it; `waiting`: messages of the outbox.
        """
        from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
        from prometheus_client.multiprocess import MultiProcessCollector

        shown = self._own
        if FOLDER in os.environ:
            shown = CollectorRegistry()
            MultiProcessCollector(shown)  # type: ignore[no-untyped-call]
        state = CollectorRegistry()
        state.register(_State(leads, jobs, waiting))
        return generate_latest(shown) + generate_latest(state), CONTENT_TYPE_LATEST


class _State:
    """What is true at the moment of asking, and belongs to no process."""

    def __init__(self, leads: bool, jobs: Mapping[str, Any], waiting: int | None) -> None:
        self.leads, self.jobs, self.waiting = leads, jobs, waiting

    def collect(self) -> Iterator[Metric]:
        from prometheus_client.core import GaugeMetricFamily

        yield GaugeMetricFamily("policyserve_leads", "Whether this program starts the jobs", float(self.leads))
        if self.waiting is not None:
            yield GaugeMetricFamily("policyserve_outbox_waiting", "Messages that are due and wait", self.waiting)
        success = GaugeMetricFamily(
            "policyserve_job_last_success_timestamp_seconds", "When a job last succeeded", labels=["job"]
        )
        overdue = GaugeMetricFamily("policyserve_job_overdue", "Whether a job is overdue", labels=["job"])
        for job, found in self.jobs.items():
            if at := found["last_success"]:
                success.add_metric([job], datetime.fromisoformat(at).timestamp())
            overdue.add_metric([job], float(found["overdue_since"] is not None))
        yield from (success, overdue)


class Watch:
    """Hears of every request of an application: when it came, and with what it was answered."""

    def __init__(self, app: ASGIApp, numbers: Telemetry | None, tell: Callable[..., None]) -> None:
        """`tell` writes a line of the journal."""
        self._app, self._numbers, self._tell = app, numbers, tell

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        status, began = 499, time.perf_counter()  # where nobody waited for the answer

        async def heard(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        if self._numbers:
            self._numbers.begun()
        try:
            await self._app(scope, receive, heard)
        except Exception as error:
            status = 500
            self._tell("request-failed", route=template(scope), reason=type(error).__name__)
            raise
        finally:
            self._ended(scope, status, time.perf_counter() - began)

    def _ended(self, scope: Scope, status: int, seconds: float) -> None:
        route, method = template(scope), scope["method"] if scope["method"] in METHODS else "other"
        if self._numbers:
            self._numbers.ended(route, method, status, seconds)
        if route not in QUIET or status >= 400:
            self._tell("request", route=route, method=method, status=status, ms=round(seconds * 1000))


def template(scope: Scope) -> str:
    """Return the template of the address that a request has found, such as `/tasks/{task_id}`."""
    path = getattr(scope.get("route"), "path", None)
    if not path or path == "/{path:path}":
        return "none"
    return f"{scope.get('root_path', '')}{path}"
