"""A client generated from the description of the API, against a running server."""

from __future__ import annotations

import importlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from desks.page_book import Branch, branch_in
from policyserve.access.viewer import SYSTEM
from policyserve.operations.tokens import add_token
from policyserve.web.server import listen, serve_requests

BIN = Path(sys.executable).parent


@pytest.fixture
def branch(tmp_path: Path, sqlite_template: Path) -> Iterator[Branch]:
    with branch_in(tmp_path, sqlite_template) as made:
        yield made


@pytest.fixture
def client(branch: Branch, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Generate the client from what the server itself says, and open it with an agent's token."""
    description = tmp_path / "openapi.json"
    description.write_text(json.dumps(branch.browser().get("/api/v1/openapi.json").json()), "utf-8")
    asked = ["generate", "--path", str(description), "--output-path", str(tmp_path / "made_client"), "--meta", "none"]
    found = {**os.environ, "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}"}
    subprocess.run([str(BIN / "openapi-python-client"), *asked], check=True, env=found, capture_output=True)
    monkeypatch.syspath_prepend(str(tmp_path))
    token = add_token(branch.engine, SYSTEM, "client", "agent", reads_only=False, ends_at=None, at=branch.moment)
    made = importlib.import_module("made_client")
    opened = listen("127.0.0.1", 0)
    url = f"http://127.0.0.1:{opened.getsockname()[1]}/api/v1"
    with serve_requests(branch.pages, opened), made.AuthenticatedClient(base_url=url, token=token) as connected:
        yield connected


def test_a_generated_client_reads_the_day_and_marks_a_task_done_once(branch: Branch, client: Any) -> None:
    called = importlib.import_module
    day = called("made_client.api.agenda.get_agenda").sync(client=client)
    models = called("made_client.models")
    task = day.items[0]
    body = models.DoneBody(channel=models.DoneBodyChannel("call"), outcome="glad")
    done = called("made_client.api.tasks.post_done")
    answers = [done.sync(task.task_id, client=client, body=body, idempotency_key="once") for _ in range(2)]
    assert [(one.task_id, one.status) for one in answers] == [(task.task_id, "done")] * 2
    refused = done.sync_detailed(task.task_id, client=client, body=body)
    assert refused.status_code == 409
    assert branch.status(task.task_id) == "done"
