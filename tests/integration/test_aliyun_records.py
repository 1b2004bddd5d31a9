"""Records of Aliyun tell what became of texts in doubt; the vendor is played here."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from desks.aliyun_desk import NOW, opened, played
from peers.aliyun_server import AliyunServer
from policyserve.locale import Sentence
from policyserve.messages.gateways.aliyun.codes import reported
from policyserve.messages.gateways.gateway import (
    Receipt,
    Sent,
)

SUBMITTED = datetime(2026, 3, 5, 1, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy"):
        monkeypatch.delenv(name, raising=False)


def sent(provider_id: str | None = None, at: datetime = SUBMITTED) -> Sent:
    return Sent(reference="m1", phone="13900000001", submitted_at=at, provider_id=provider_id, claim="c1")


def looked_up(prepare: Callable[[AliyunServer], None], one: Sent, **changes: Any) -> tuple[list[Receipt], AliyunServer]:
    seen: list[tuple[list[Receipt], AliyunServer]] = []

    async def scene(server: AliyunServer) -> None:
        prepare(server)
        seen.append((list(await opened(server.endpoint, **changes).look_up([one])), server))

    played(scene)
    return seen[0]


@pytest.mark.parametrize(
    ("fields", "state", "at", "reason"),
    [
        ({"SendStatus": 1}, "accepted", datetime(2026, 3, 5, 1, 0, tzinfo=UTC), None),
        (
            {"SendStatus": 2, "ErrCode": "MOBILE_NOT_ON_SERVICE", "ReceiveDate": "2026-03-05 09:00:09"},
            "failed",
            datetime(2026, 3, 5, 1, 0, 9, tzinfo=UTC),
            reported("MOBILE_NOT_ON_SERVICE"),
        ),
        (
            {"SendStatus": 3, "ErrCode": "DELIVERED", "ReceiveDate": "2026-03-05 09:00:05"},
            "delivered",
            datetime(2026, 3, 5, 1, 0, 5, tzinfo=UTC),
            None,
        ),
    ],
)
def test_a_record_tells_what_became_of_a_text(
    fields: dict[str, Any], state: Any, at: datetime, reason: Sentence | None
) -> None:
    found, _ = looked_up(lambda server: server.record("m1", "13900000001", **fields), sent())

    assert found == [Receipt(state=state, at=at, reference="m1", reason=reason)]


def test_a_text_on_a_later_page_is_found() -> None:
    def prepare(server: AliyunServer) -> None:
        for number in range(120):
            server.record(f"other{number}", "13900000001")
        server.record("m1", "13900000001", SendStatus=3)

    found, server = looked_up(prepare, sent())

    assert [one.state for one in found] == ["delivered"]
    assert [params["CurrentPage"] for _, params in server.calls] == ["1", "2", "3"]


def test_a_known_number_of_the_vendor_is_asked_for_by_it() -> None:
    def prepare(server: AliyunServer) -> None:
        server.record("m1", "13900000001", BizId="1^1", SendStatus=2, ErrCode="X")
        server.record("m1", "13900000001", BizId="2^2", SendStatus=3)

    found, server = looked_up(prepare, sent(provider_id="2^2"))

    assert [(one.state, one.provider_id) for one in found] == [("delivered", "2^2")]
    assert server.calls[0][1]["BizId"] == "2^2"


def test_a_text_that_is_not_among_all_records_of_its_day_was_never_taken() -> None:
    found, _ = looked_up(lambda server: server.record("other", "13900000001"), sent())

    assert found == [Receipt(state="never", at=NOW, reference="m1", reason=Sentence("not among the vendor's records"))]


@pytest.mark.parametrize("records", [0, 50, 51])
def test_all_pages_are_read_before_a_text_is_said_to_be_never_taken(records: int) -> None:
    def prepare(server: AliyunServer) -> None:
        for number in range(records):
            server.record(f"other{number}", "13900000001")

    found, server = looked_up(prepare, sent())

    assert [one.state for one in found] == ["never"]
    assert len(server.calls) == (2 if records > 50 else 1)


def test_nothing_is_said_while_a_text_is_young() -> None:
    found, _ = looked_up(lambda _: None, sent(at=NOW - timedelta(minutes=59)))

    assert found == []


def test_nothing_is_said_of_a_text_that_the_vendor_has_forgotten() -> None:
    found, _ = looked_up(lambda _: None, sent(at=NOW - timedelta(days=30)))

    assert found == []


def test_nothing_is_said_when_records_are_held_back() -> None:
    """Seen at Aliyun: a count above 0 with an empty page."""

    def prepare(server: AliyunServer) -> None:
        server.claimed = 2

    found, server = looked_up(prepare, sent())

    assert found == []
    assert len(server.calls) == 1


def test_nothing_is_said_of_a_text_that_the_vendor_had_accepted() -> None:
    found, _ = looked_up(lambda _: None, sent(provider_id="1^1"))

    assert found == []


def test_nothing_is_said_when_a_record_without_a_reference_could_be_the_text() -> None:
    found, _ = looked_up(lambda server: server.record(None, "13900000001"), sent())

    assert found == []


def test_a_text_sent_at_midnight_is_looked_for_on_both_days() -> None:
    midnight = datetime(2026, 3, 4, 15, 59, tzinfo=UTC)

    def prepare(server: AliyunServer) -> None:
        server.record("m1", "13900000001", SendDate="2026-03-05 00:00:30")

    found, server = looked_up(prepare, sent(at=midnight))

    assert [one.state for one in found] == ["accepted"]
    assert [params["SendDate"] for _, params in server.calls] == ["20260304", "20260305"]


def test_a_try_that_was_turned_away_before_is_not_taken_for_this_one() -> None:
    def prepare(server: AliyunServer) -> None:
        server.record("m1", "13900000001", SendStatus=2, ErrCode="X", SendDate="2026-03-05 08:00:00")

    found, _ = looked_up(prepare, sent())

    assert [one.state for one in found] == ["never"]


def test_nothing_is_said_when_the_vendor_cannot_be_asked() -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        endpoint = f"127.0.0.1:{closed.getsockname()[1]}"

    async def look_up() -> Any:
        return await opened(endpoint).look_up([sent()])

    assert asyncio.run(look_up()) == []
