"""Hours and stops of a sender on both databases: when classes leave, limits, and who tells it to end."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from threading import Event
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine

from desks.outbox_rows import fill, message, row, rows, states
from desks.sender_run import finish, once, queue, run, sender, together
from peers.scripted_gateway import ScriptedGateway
from policyserve.messages.gateways.gateway import Outgoing
from policyserve.settings_file import ContactHoursSettings, MessageSettings

HOURS = [message(1, message_class="marketing"), message(2, message_class="service"), message(3)]


@pytest.mark.parametrize(
    ("at", "left", "closed"),
    [
        ("07:59", "", ("duty", "service", "marketing")),
        ("08:00", "23", ("marketing",)),
        ("08:59", "23", ("marketing",)),
        ("09:00", "123", ()),
        ("19:59", "123", ()),
        ("20:00", "23", ("marketing",)),
        ("20:30", "23", ("marketing",)),
        ("20:59", "23", ("marketing",)),
        ("21:00", "", ("duty", "service", "marketing")),
        ("23:30", "", ("duty", "service", "marketing")),
    ],
)
def test_each_class_keeps_its_hours_in_the_business_time_zone(
    engine: Engine, at: str, left: str, closed: tuple[str, ...]
) -> None:
    fill(engine, *HOURS)
    gateway = ScriptedGateway()
    assert run(engine, gateway, at=at).closed == closed
    assert "".join(sorted(gateway.left)) == left
    assert set(states(engine)) <= {"accepted", "queued"}


def test_hours_are_those_of_the_zone_that_the_settings_name(engine: Engine) -> None:
    fill(engine, *HOURS)
    gateway = ScriptedGateway()
    run(engine, gateway, at="10:00", zone=ZoneInfo("Europe/London"))  # two at night there
    assert gateway.left == {}


def test_the_hours_are_a_setting(engine: Engine) -> None:
    fill(engine, *HOURS)
    gateway = ScriptedGateway()
    one = sender(engine, gateway, at="22:00")
    hours = ContactHoursSettings.model_validate({"marketing": {"opens": "09:00", "closes": "22:30"}})
    one.hours = MessageSettings(hours=hours).contact_hours("Asia/Shanghai")
    finish(one)
    assert gateway.left == once(1)


def test_what_waited_for_the_gateways_turn_until_its_hours_were_over_does_not_leave(engine: Engine) -> None:
    fill(engine, *(message(key, message_class="marketing") for key in (1, 2)))
    evening = [datetime(2026, 11, 2, 11, 59, tzinfo=UTC), datetime(2026, 11, 2, 12, 0, tzinfo=UTC)]
    gateway = ScriptedGateway(rate=5)
    run(engine, gateway, clock=lambda: evening[bool(gateway.calls)])
    assert gateway.left == once(1)
    assert states(engine) == ["accepted", "queued"]
    assert row(engine, 2).attempts == 0


def test_no_more_than_the_limit_leaves(engine: Engine) -> None:
    queue(engine, 7)
    gateway = ScriptedGateway()
    assert run(engine, gateway, batch=3, limit=4).sent == 4
    assert gateway.left == once(4)
    assert states(engine).count("queued") == 3


def test_a_sender_that_is_told_to_stop_ends_after_what_it_has_in_hand_and_gives_the_rest_back(engine: Engine) -> None:
    queue(engine, 9)
    stop = Event()

    async def told(_messages: Sequence[Outgoing]) -> None:
        await asyncio.sleep(0.3)  # the next batch is claimed by now
        stop.set()

    gateway = ScriptedGateway(meanwhile=told)
    counts = run(engine, gateway, batch=3, stop=stop)
    assert counts.stopped
    assert gateway.left == once(3)
    assert states(engine) == ["accepted"] * 3 + ["queued"] * 6
    assert {found.attempts for found in rows(engine).values() if found.status == "queued"} == {0}
    assert {found.claim for found in rows(engine).values() if found.status == "queued"} == {None}


def test_a_sender_that_is_told_to_stop_before_it_starts_sends_nothing(engine: Engine) -> None:
    queue(engine, 1)
    stop = Event()
    stop.set()
    gateway = ScriptedGateway()
    assert run(engine, gateway, stop=stop).stopped
    assert gateway.left == {}


def test_a_sender_that_waits_for_its_turn_stops_at_once(engine: Engine) -> None:
    queue(engine, 3)
    stop = Event()
    gateway = ScriptedGateway(rate=0.05)
    timer = threading.Timer(1, stop.set)
    timer.start()
    began = time.monotonic()
    run(engine, gateway, stop=stop)
    timer.join()
    assert time.monotonic() - began < 10  # the next turn would come after 20
    assert states(engine) == ["accepted", "queued", "queued"]


def test_senders_share_the_rate_of_their_gateway(engine: Engine) -> None:
    queue(engine, 30)
    gateways = [ScriptedGateway(rate=20) for _ in range(3)]
    moments: list[float] = []

    async def note(messages: Sequence[Outgoing]) -> None:
        moments.extend(time.monotonic() for _ in messages)

    for gateway in gateways:
        gateway.meanwhile = note
    together(*(lambda gateway=gateway: run(engine, gateway) for gateway in gateways))
    assert sum((gateway.left for gateway in gateways[1:]), gateways[0].left) == once(30)
    moments.sort()
    busiest = max(sum(start <= moment < start + 0.5 for moment in moments) for start in moments)
    assert moments[-1] - moments[0] >= (30 - 4) / 20 * 0.9
    assert busiest <= 20 * 0.5 + 2 * 4  # four leave at once, and one batch may be a little late
