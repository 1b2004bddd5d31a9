"""Real processes that are killed at every point of a send, and many at once: nothing is lost, nothing leaves twice."""

from __future__ import annotations

import random
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, func, insert, select

from desks.outbox_rows import DAY, fill, message, rows, states
from desks.sending_desk import BATCH, COUNT, ISSUED, LIMIT, TOMORROW, Desk
from peers import vendor_server
from peers.dying_sender import GENERATING, SENDING
from peers.vendor_server import Vendor
from policyserve import db
from policyserve.messages.generation.generation_run import GENERATIONS
from policyserve.messages.outbox.stored_messages import MESSAGES
from policyserve.tables import Agent, Policy, Premium

pytestmark = pytest.mark.slow


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
