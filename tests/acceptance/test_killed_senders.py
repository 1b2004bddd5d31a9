"""Real processes that are killed at every point of a send, and many at once: nothing is lost, nothing leaves twice."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, func, insert, select, update

from commands import COMMAND, run
from desks.outbox_rows import DAY, fill, message, rows, states
from peers import vendor_server
from peers.dying_sender import GENERATING, SENDING
from peers.vendor_server import Vendor
from policyserve import db
from policyserve.messages.generation.generation_run import GENERATIONS
from policyserve.messages.outbox.stored_messages import MESSAGES
from policyserve.tables import Agent, Policy, Premium

pytestmark = pytest.mark.slow

LIMIT = 120.0
"""Seconds after which a process counts as stuck."""
DRIVER = Path(__file__).parents[1] / "peers" / "dying_sender.py"
COUNT, BATCH = 9, 3
TOMORROW = DAY + timedelta(days=1)
ISSUED = DAY - timedelta(days=365 - 30)
"""A policy that was issued on this day is thirty days before its second premium."""


@pytest.fixture(scope="module")
def running() -> Iterator[Vendor]:
    with vendor_server.started() as vendor:
        yield vendor


@pytest.fixture
def vendor(running: Vendor) -> Vendor:
    running.forget()
    return running


@pytest.fixture
def desk(engine: Engine, database_url: str, vendor: Vendor, tmp_path: Path) -> Desk:
    return Desk(engine=engine, url=database_url, vendor=vendor, folder=tmp_path)


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


def ended(process: subprocess.Popen[bytes]) -> str:
    out, said = process.communicate(timeout=LIMIT)
    assert process.returncode == 0, said.decode() + out.decode()
    assert b"Traceback" not in said
    return out.decode()


def ready(desk: Desk, count: int = COUNT) -> None:
    fill(desk.engine, *(message(key) for key in range(1, count + 1)))


IN_DOUBT = {
    "before the claim": 0,
    "before the texts leave": BATCH,
    "after the answer": BATCH,
    "before the answer is committed": BATCH,
    "after the answer is stored": 0,
}
"""How many messages are in doubt for certain; the next batch may have been claimed besides."""


@pytest.mark.parametrize("point", SENDING)
def test_a_sender_that_is_killed_loses_nothing_and_nothing_leaves_twice(desk: Desk, point: str) -> None:
    ready(desk)
    desk.let_die(point)
    before, held = desk.vendor.arrivals(), desk.in_hand()
    assert {*before.values()} <= {1}
    assert IN_DOUBT.get(point, 0) <= len(held) <= IN_DOUBT.get(point, BATCH) + BATCH
    desk.end_lease()
    desk.send()
    desk.check()
    assert {key for key, found in rows(desk.engine).items() if found.status == "unknown"} == held
    assert len(desk.vendor.arrivals()) == COUNT - len(held - {int(reference) for reference in before})
    desk.settings(looks_up=True)  # where the vendor can be asked every doubt is resolved
    desk.send()
    assert desk.vendor.arrivals() == {str(key): 1 for key in range(1, COUNT + 1)}
    assert "unknown" not in states(desk.engine)


def test_a_sender_that_is_killed_while_the_vendor_has_taken_a_text_but_not_answered(desk: Desk) -> None:
    ready(desk)
    desk.vendor.behave(*["accept"] * BATCH, then="taken-hang")
    with desk.sender() as process:
        desk.wait_for(lambda: len(desk.vendor.arrivals()) == 2 * BATCH)
        process.kill()
    desk.vendor.behave(then="accept")
    held = desk.in_hand()
    assert {int(reference) for reference in desk.vendor.arrivals()} - held == {1, 2, 3}
    desk.end_lease()
    desk.send()
    desk.check()
    assert {key for key, found in rows(desk.engine).items() if found.status == "unknown"} == held


def test_the_lease_of_a_dead_sender_ends_by_itself(desk: Desk) -> None:
    ready(desk)
    desk.let_die("before the texts leave")
    held = desk.in_hand()
    desk.send()
    assert desk.in_hand() == held
    desk.settings(lease_minutes=0.02)
    time.sleep(1.3)
    desk.send()
    assert {key for key, found in rows(desk.engine).items() if found.status == "unknown"} == held


def test_a_sender_that_is_told_to_stop_ends_after_the_messages_in_hand(desk: Desk) -> None:
    ready(desk, 300)
    desk.settings(rate=20, batch=20)
    process = desk.sender()
    desk.wait_for(lambda: len(desk.vendor.arrivals()) >= 8)
    process.send_signal(signal.SIGTERM)
    assert "Stopped as asked." in ended(process)
    found = Counter(states(desk.engine))
    assert set(found) == {"accepted", "queued"}
    assert found["accepted"] == len(desk.vendor.arrivals()) < 300
    assert {*desk.vendor.arrivals().values()} == {1}


def test_a_sender_that_is_told_to_stop_while_the_vendor_is_slow_waits_for_its_answer(desk: Desk) -> None:
    ready(desk)
    desk.settings(timeout_seconds=2, connect_seconds=1)
    desk.vendor.behave("taken-hang", then="accept")
    process = desk.sender()
    desk.wait_for(lambda: len(desk.vendor.arrivals()) == BATCH)
    process.send_signal(signal.SIGTERM)
    ended(process)
    assert Counter(states(desk.engine)) == {"accepted": BATCH - 1, "unknown": 1, "queued": COUNT - BATCH}


def book(engine: Engine, customers: int) -> None:
    """Store customers with a policy each that is thirty days before its second premium."""
    fill(engine, customers=tuple({"id": key, "agent_id": None} for key in range(1, customers + 1)))
    with db.writing(engine) as connection:
        connection.execute(insert(Agent), [{"id": 1, "agent_no": "A1", "name": "林慧", "phone": "15400000102"}])
        policies = [
            {"id": key, "policy_no": f"330202500000{key:04}", "customer_id": key, "agent_id": 1, "mode": "annual"}
            | {"premium": 100_000, "currency": "CNY", "issue_date": ISSUED, "effective_date": ISSUED}
            | {"known_on": date(2025, 12, 31)}
            for key in range(1, customers + 1)
        ]
        connection.execute(insert(Policy), policies)
        due = {"due_on": DAY + timedelta(days=30), "amount": 100_000, "instalment": 2}
        connection.execute(insert(Premium), [{"policy_id": key, **due} for key in range(1, customers + 1)])


def generations(engine: Engine) -> int:
    with db.reading(engine) as connection:
        return int(connection.scalar(select(func.count()).select_from(GENERATIONS)) or 0)


@pytest.mark.parametrize("point", GENERATING)
def test_a_generation_that_is_killed_leaves_nothing_and_the_next_one_makes_all(desk: Desk, point: str) -> None:
    book(desk.engine, 40)
    desk.let_die(point)
    assert (rows(desk.engine), generations(desk.engine)) == ({}, 0)
    desk.generate()
    made = rows(desk.engine)
    assert len({found.customer_id for found in made.values() if found.status == "planned"}) == 40
    assert generations(desk.engine) == 1


def test_two_generations_and_four_senders_at_once_let_each_message_leave_once(desk: Desk) -> None:
    book(desk.engine, 200)
    # a generation takes back what nothing calls for, unless it is for another day
    with db.writing(desk.engine) as connection:
        waiting = [message(key, customer_id=1 + key % 200, due=TOMORROW) for key in range(100_001, 100_301)]
        connection.execute(insert(MESSAGES), waiting)
    draw = random.Random(7)
    desk.vendor.behave(*draw.choices(["accept", "429", "503", "500"], [7, 1, 1, 1], k=400), then="accept")
    desk.settings(batch=20, connections=10)
    first = [desk.generation(), desk.sender(), desk.sender()]
    second = [desk.generation(), desk.sender(), desk.sender()]
    for process in (*first, *second):
        ended(process)
    for _ in range(20):
        if "queued" not in {*states(desk.engine)} and "planned" not in {*states(desk.engine)}:
            break
        desk.send()
    stored = {key: found for key, found in rows(desk.engine).items() if found.status != "cancelled"}
    assert len(stored) >= 500
    assert desk.vendor.arrivals() == {str(key): 1 for key in stored}
    assert {found.status for found in stored.values()} == {"accepted"}
