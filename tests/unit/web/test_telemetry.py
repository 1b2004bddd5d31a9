"""What the journal and Prometheus hear of requests: the template of an address, never the address."""

from __future__ import annotations

import json
import logging
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Mount, Route
from starlette.testclient import TestClient

from policyserve.scheduler import journal
from policyserve.web.telemetry import Telemetry, Watch


async def page(request: Request) -> Response:
    if request.path_params.get("number") == "fails":
        raise ValueError("C0001 13800138000")
    return PlainTextResponse("ok", status_code=503 if "busy" in request.url.path else 200)


ROUTES = [
    Route("/live", page),
    Route("/customers/{number}", page),
    Mount("/api/v1", routes=[Route("/tasks/{id}", page)]),
]


@pytest.fixture
def said() -> list[dict[str, Any]]:
    return []


@pytest.fixture
def numbers() -> Telemetry:
    return Telemetry()


@pytest.fixture
def browser(said: list[dict[str, Any]], numbers: Telemetry) -> TestClient:
    def tell(event: str, **fields: Any) -> None:
        said.append({"event": event, **fields})

    return TestClient(Watch(Starlette(routes=ROUTES), numbers, tell), raise_server_exceptions=False)


def test_requests_are_told_by_template_and_probes_only_where_they_fail(
    browser: TestClient, said: list[dict[str, Any]]
) -> None:
    for path in ("/live", "/customers/C0001", "/api/v1/tasks/17", "/C0001", "/customers/fails"):
        browser.get(path)
    assert [(one["event"], one["route"], one.get("status")) for one in said] == [
        ("request", "/customers/{number}", 200), ("request", "/api/v1/tasks/{id}", 200), ("request", "none", 404),
        ("request-failed", "/customers/{number}", None), ("request", "/customers/{number}", 500),
    ]  # fmt: skip
    assert not any(word in str(said) for word in ("C0001", "13800138000", "17'"))


def test_prometheus_reads_counts_refusals_and_jobs(browser: TestClient, numbers: Telemetry) -> None:
    browser.get("/customers/C0001")
    browser.request("BREW", "/customers/busy")
    browser.get("/customers/busy")
    jobs = {"release": {"last_success": "1970-01-01T08:01:40+08:00", "overdue_since": None}}
    shown, kind = numbers.page(leads=True, jobs=jobs, waiting=3)
    lines = shown.decode().splitlines()
    assert kind.startswith("text/plain")
    for line in (
        'policyserve_requests_total{method="GET",route="/customers/{number}",status="2xx"} 1.0',
        'policyserve_requests_total{method="other",route="/customers/{number}",status="4xx"} 1.0',
        'policyserve_refusals_total{why="busy"} 1.0',
        "policyserve_requests_in_flight 0.0",
        "policyserve_outbox_waiting 3.0",
        'policyserve_job_last_success_timestamp_seconds{job="release"} 100.0',
    ):
        assert line in lines, line


def test_the_journal_writes_json_where_it_is_asked_to(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for logger in (journal.LOGGER, logging.getLogger()):
        monkeypatch.setattr(logger, "handlers", [*logger.handlers])
    journal.open_journal(ZoneInfo("Asia/Shanghai"), "json")
    journal.tell("request", route="/customers/{number}", status=200)
    line = json.loads(capsys.readouterr().err)
    assert {name: line[name] for name in ("event", "route", "status")} == {
        "event": "request", "route": "/customers/{number}", "status": 200,
    }  # fmt: skip
    assert line["at"].endswith("+08:00")
