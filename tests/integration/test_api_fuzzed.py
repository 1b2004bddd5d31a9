"""Every call of the API with whatever its description allows, and with what it does not: no fault of ours is found."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from desks.page_book import Branch, branch_in
from policyserve.access import throttle
from policyserve.access.viewer import SYSTEM
from policyserve.operations.tokens import add_token
from policyserve.web.server import listen, serve_requests

ROOT = Path(__file__).parents[2]
SCHEMATHESIS = Path(sys.executable).parent / "schemathesis"


@pytest.fixture
def branch(tmp_path: Path, sqlite_template: Path) -> Iterator[Branch]:
    with branch_in(tmp_path, sqlite_template) as made:
        yield made


@pytest.mark.slow
@pytest.mark.parametrize("login", ["agent", "clerk"])
def test_what_is_asked_by_chance_is_answered_as_described(
    branch: Branch, login: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(throttle, "OF_ADDRESS", 10_000)  # wrong tokens are tried too: each is to be refused as such
    monkeypatch.setattr(throttle, "OF_ACCOUNT", 10_000)
    token = add_token(branch.engine, SYSTEM, "chance", login, reads_only=False, ends_at=None, at=branch.moment)
    opened = listen("127.0.0.1", 0)
    with serve_requests(branch.pages, opened):
        url = f"http://127.0.0.1:{opened.getsockname()[1]}/api/v1/openapi.json"
        asked = [str(SCHEMATHESIS), "run", url, "-H", f"Authorization: Bearer {token}", "--max-examples", "3"]
        bounds = ["--phases", "coverage,fuzzing", "--seed", "1", "--no-color", "--mode", "all"]
        hooks = {"SCHEMATHESIS_HOOKS": "peers.fuzzing_hooks", "PYTHONPATH": str(ROOT / "tests")}
        ran = subprocess.run(
            [*asked, *bounds], check=False, env={**os.environ, **hooks}, cwd=tmp_path, capture_output=True, text=True,
            timeout=180,
        )  # fmt: skip
    assert branch.troubles == []
    assert ran.returncode == 0, ran.stdout[-16000:] + ran.stderr[-2000:]
