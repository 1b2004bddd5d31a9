"""A database, a vendor, and real processes that send."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, update

from commands import COMMAND, run
from desks.outbox_rows import DAY, rows
from peers.vendor_server import Vendor
from policyserve import db
from policyserve.messages.outbox.stored_messages import MESSAGES

LIMIT = 120.0
"""Seconds after which a process counts as stuck."""


DRIVER = Path(__file__).parents[1] / "peers" / "dying_sender.py"


COUNT, BATCH = 9, 3

TOMORROW = DAY + timedelta(days=1)


ISSUED = DAY - timedelta(days=365 - 30)
"""A policy that was issued on this day is thirty days before its second premium."""


class Desk:
    """A database, a vendor, and the settings that bring them together."""

    def __init__(self, *, engine: Engine, url: str, vendor: Vendor, folder: Path) -> None:
        self.engine, self.url, self.vendor, self.folder = engine, url, vendor, folder
        self.settings()

    def settings(self, *, lease_minutes: float = 10, batch: int = BATCH, looks_up: bool = False, **more: Any) -> None:
        look_up = (
            f'look_up = {{ url = "{self.vendor.status_url}", state = "state", missing = "never", settle_seconds = 0 }}'
        )
        options = "\n".join(f"{name} = {value}" for name, value in {"timeout_seconds": 20, **more}.items())
        (self.folder / "settings.toml").write_text(
            f"""
[messages]
gateway = "platform"
[messages.sending]
batch = {batch}
lease_minutes = {lease_minutes}
first_wait_seconds = 0
attempts = 100
[gateways.platform]
kind = "http"
url = "{self.vendor.url}"
{options}
answer = {{ code = "code", codes = {{ 0 = "accepted", 41 = "refused" }}, provider_id = "data.id" }}
{look_up if looks_up else ""}
""",
            encoding="utf-8",
        )

    @property
    def environment(self) -> dict[str, str]:
        paths = os.pathsep.join(sys.path)
        return {**os.environ, "POLICYSERVE_SETTINGS": str(self.folder / "settings.toml"), "PYTHONPATH": paths}

    def start(self, *command: str | Path) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=self.environment, cwd=self.folder
        )  # fmt: skip

    def sender(self) -> subprocess.Popen[bytes]:
        return self.start(COMMAND, "--db", self.url, "sms", "send", "--at", f"{DAY}T10:00")

    def generation(self) -> subprocess.Popen[bytes]:
        return self.start(COMMAND, "--db", self.url, "sms", "generate", "--date", str(DAY), "--as-of", str(DAY))

    def send(self) -> None:
        """Send in this process: who follows a dead sender needs none of its own."""
        self._run("sms", "send", "--at", f"{DAY}T10:00")

    def generate(self) -> None:
        self._run("sms", "generate", "--date", str(DAY), "--as-of", str(DAY))

    def _run(self, *command: str) -> None:
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("POLICYSERVE_SETTINGS", str(self.folder / "settings.toml"))
            result = run(*command, db=self.url)
        assert (result.status, "Traceback" in result.err) == (0, False), result.err

    def let_die(self, point: str) -> None:
        process = self.start(sys.executable, DRIVER, self.url, point)
        _, said = process.communicate(timeout=LIMIT)
        assert process.returncode == -signal.SIGKILL, said.decode()

    def end_lease(self) -> None:
        """Let eleven minutes pass."""
        earlier = [
            {"key": key, "then": found.submitted_at - timedelta(minutes=11)}
            for key, found in rows(self.engine).items()
            if found.status == "submitting"
        ]
        for change in earlier:
            with db.writing(self.engine) as connection:
                own = update(MESSAGES).where(MESSAGES.c.id == change["key"])
                connection.execute(own.values(submitted_at=change["then"]))

    def in_hand(self) -> set[int]:
        """Return what a dead sender had in hand, once the server has ended what it was still doing for it."""
        self.wait_for(self._left_alone)
        return {key for key, found in rows(self.engine).items() if found.status == "submitting"}

    def _left_alone(self) -> bool:
        if db.is_sqlite(self.engine):
            return True
        others = (
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() "
            "AND backend_type = 'client backend' AND state <> 'idle'"
        )
        with self.engine.connect() as connection:
            return int(connection.exec_driver_sql(others).scalar_one()) == 0

    def wait_for(self, enough: Callable[[], bool]) -> None:
        deadline = time.monotonic() + LIMIT
        while not enough():
            assert time.monotonic() < deadline
            time.sleep(0.02)

    def check(self) -> None:
        """Nothing is lost, nothing has left twice, and what is said to have left has."""
        arrivals = self.vendor.arrivals()
        assert {*arrivals.values()} <= {1}
        for key, found in rows(self.engine).items():
            arrived = str(key) in arrivals
            assert found.status in {"accepted", "delivered", "unknown"}
            assert arrived or found.status == "unknown"
