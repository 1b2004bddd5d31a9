"""`serve` on a small branch, in processes that are killed, and agents who send each form until it is answered."""

from __future__ import annotations

import http.client
import os
import re
import signal
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlencode

from sqlalchemy import Engine, text

from desks.house import where_it_is_noon
from policyserve import db
from policyserve.operations.sessions import enter
from policyserve.web.server import listen

COMMAND = "from policyserve.cli import main; main()"

SECONDS = 60.0


def free_port() -> int:
    with listen("127.0.0.1", 0) as opened:
        return int(opened.getsockname()[1])


@dataclass
class Service:
    """The program, begun again whenever it was killed."""

    url: str
    folder: Path
    workers: int = 2
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None
    log: str = ""

    def begin(self) -> None:
        """Begin it until it listens, as systemd would: workers that were left may hold the port for a moment."""
        deadline = time.monotonic() + SECONDS
        while time.monotonic() < deadline:
            self._begin_once()
            assert self.process is not None
            while self.process.poll() is None:
                if " listening " in self.said():
                    return
                time.sleep(0.05)
            time.sleep(0.2)
        raise TimeoutError(self.said())

    def _begin_once(self) -> None:
        self.log = str(self.folder / f"log-{time.monotonic_ns()}")
        asked = ["serve", "--port", str(self.port), "--workers", str(self.workers)]
        command = [sys.executable, "-c", COMMAND, "--db", self.url, *asked]
        with Path(self.log).open("wb") as log:
            self.process = subprocess.Popen(
                command, stderr=log, env={**os.environ, "POLICYSERVE_TIME_ZONE": where_it_is_noon()}
            )

    def said(self) -> str:
        return Path(self.log).read_text()

    def kill_worker(self, number: int) -> None:
        """Kill one of the workers."""
        begun = re.findall(r"worker-begun .*process=(\d+)", self.said())
        os.kill(int(begun[number]), signal.SIGKILL)

    def kill(self) -> None:
        """Kill the program; its workers end with it."""
        if self.process:
            self.process.kill()
            self.process.wait()

    def post(self, path: str, form: dict[str, str], token: str) -> int:
        """Return the status of an answer; 0 where there was none."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=SECONDS)
        headers = {
            "Content-Type": "application/x-www-form-urlencoded", "Sec-Fetch-Site": "same-origin",
            "Cookie": f"policyserve_session={token}",
        }  # fmt: skip
        try:
            connection.request("POST", path, urlencode(form), headers)
            return connection.getresponse().status
        except (OSError, http.client.HTTPException):
            return 0
        finally:
            connection.close()


@dataclass
class Agents:
    """So many at once, each with so many notes on a customer, every note sent until it is answered."""

    service: Service
    engine: Engine
    count: int
    notes: int
    answered: list[str] = field(default_factory=list)
    sent: int = 0
    odd: set[int] = field(default_factory=set)

    def begin(self) -> list[threading.Thread]:
        token = enter(self.engine, "agent", address="127.0.0.1", at=datetime.now(UTC))
        threads = [threading.Thread(target=self._work, args=(who, token), daemon=True) for who in range(self.count)]
        for one in threads:
            one.start()
        return threads

    def _work(self, who: int, token: str) -> None:
        for number in range(self.notes):
            note, deadline = f"note {who} {number}", time.monotonic() + SECONDS
            form = {"service": "contact", "channel": "call", "outcome": "met", "note": note, "form_key": note}
            while (status := self._sent(form, token)) != 303 and time.monotonic() < deadline:
                self.odd |= {status}
                time.sleep(0.05)
            if status == 303:
                self.answered.append(note)

    def _sent(self, form: dict[str, str], token: str) -> int:
        self.sent += 1
        return self.service.post("/customers/C1/contact", form, token)

    def stored(self) -> list[str]:
        with db.reading(self.engine) as connection:
            return [str(row.note) for row in connection.execute(text("SELECT note FROM contacts"))]
