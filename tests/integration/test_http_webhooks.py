"""A vendor is asked after texts in doubt, and its webhooks are checked and read; the vendor is played here."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Any

import pytest
from aiohttp import web

from desks.http_desk import AT, SIGNATURE, opened, send_one, texts
from peers import vendor_server
from peers.vendor_server import Vendor
from policyserve.messages.gateways import registry
from policyserve.messages.gateways.gateway import (
    Gateway,
    Incoming,
    News,
    Push,
    PushRefusedError,
    Receipt,
    Sent,
)
from policyserve.messages.gateways.http.client import HttpGateway
from policyserve.messages.gateways.http.options import HttpOptions
from policyserve.settings_file import SettingsError


@pytest.fixture(scope="module")
def running() -> Iterator[Vendor]:
    with vendor_server.started() as vendor:
        yield vendor


@pytest.fixture
def vendor(running: Vendor) -> Vendor:
    running.forget()
    return running


LOOK_UP = {"state": "state", "at": "at", "missing": "never"}


def looked_up(gateway: Gateway, *sent: Sent) -> Sequence[Receipt]:
    async def ask() -> Sequence[Receipt]:
        receipts = await gateway.look_up(sent)
        await gateway.aclose()
        return receipts

    return asyncio.run(ask())


def left(reference: str, minutes: int = 10) -> Sent:
    return Sent(reference=reference, phone="13800000000", submitted_at=AT - timedelta(minutes=minutes))


def test_a_text_in_doubt_is_found_at_the_vendor(vendor: Vendor) -> None:
    vendor.behave("taken-cut")
    gateway = {"url": vendor.url, "look_up": {"url": vendor.status_url, **LOOK_UP}}
    assert send_one(opened(**gateway)).outcome == "in-doubt"
    assert looked_up(opened(**gateway), left("a-1"), left("a-2")) == [
        Receipt(state="delivered", at=AT, reference="a-1"),
        Receipt(state="never", at=AT, reference="a-2"),
    ]


def test_a_text_is_not_said_to_have_never_left_right_after_it_did(vendor: Vendor) -> None:
    look_up = {"url": vendor.status_url, **LOOK_UP}
    assert looked_up(opened(look_up=look_up), left("a-1", minutes=4)) == []


def test_not_found_says_nothing_unless_the_settings_say_so(vendor: Vendor) -> None:
    assert looked_up(opened(look_up={"url": vendor.status_url, "state": "state"}), left("a-1")) == []


def test_a_vendor_that_does_not_answer_says_nothing() -> None:
    assert looked_up(opened(look_up={"url": "http://127.0.0.1:9/{reference}", **LOOK_UP}), left("a-1")) == []


def test_without_a_status_address_nothing_is_known() -> None:
    assert looked_up(opened(), left("a-1")) == []


@asynccontextmanager
async def listening(gateway: HttpGateway, heard: list[News]) -> AsyncIterator[str]:
    """Take webhooks over HTTP, as the application does, and yield the address."""

    async def hear(request: web.Request) -> web.Response:
        headers = {name.lower(): value for name, value in request.headers.items()}
        try:
            pushed = gateway.read_push(Push(headers=headers, query=dict(request.query), body=await request.read()))
        except PushRefusedError as error:
            return web.Response(status=403, text=str(error))
        heard.append(pushed.news)
        return web.Response(text=pushed.answer, content_type=pushed.content_type)

    app = web.Application()
    app.router.add_post("/push", hear)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/push"
    finally:
        await runner.cleanup()


def called_back(
    vendor: Vendor, gateway: HttpGateway, body: str, headers: dict[str, str], *, times: int = 1, query: str = ""
) -> tuple[Sequence[tuple[int, str]], list[News]]:
    """Let the vendor call back; return what it was answered, and the news."""

    async def push() -> tuple[Sequence[tuple[int, str]], list[News]]:
        heard: list[News] = []
        async with listening(gateway, heard) as url:
            calls = await asyncio.to_thread(vendor.push, url + query, body, headers=headers, times=times)
        return calls, heard

    return asyncio.run(push())


def signed(body: str, *, at: datetime = AT, secret: str = "s3cret") -> dict[str, str]:
    stamp = str(int(at.timestamp()))
    digest = hmac.new(secret.encode(), (stamp + body).encode(), hashlib.sha256)
    return {"X-Timestamp": stamp, "X-Signature": digest.hexdigest()}


def test_a_signed_list_of_receipts_is_read_and_answered(vendor: Vendor) -> None:
    body = json.dumps(
        [
            {"out_id": "a-1", "biz_id": "9^1", "success": True, "report_time": "2026-11-02 10:00:00"},
            {"biz_id": "9^2", "success": False, "err_code": "MK:0012", "report_time": "2026-11-02 10:00:01"},
        ]
    )
    names = {"reference": "out_id", "provider_id": "biz_id", "state": "success"}
    receipt = {**names, "at": "report_time", "reason": "err_code"}
    gateway = opened(push={"signature": SIGNATURE, "receipt": receipt, "answer": '{"code":0,"msg":"ok"}'})
    calls, heard = called_back(vendor, gateway, body, signed(body))
    assert calls == [(200, '{"code":0,"msg":"ok"}')]
    assert heard == [
        News(
            receipts=[
                Receipt(state="delivered", at=AT, reference="a-1"),
                Receipt(state="failed", at=AT + timedelta(seconds=1), provider_id="9^2", reason="MK:0012"),
            ],
            replies=[],
        )
    ]


def test_a_receipt_pushed_twice_is_told_twice(vendor: Vendor) -> None:
    body = '{"id":"v1","state":"DELIVRD"}'
    calls, heard = called_back(
        vendor, opened(push={"token": "t0ken"}), body, {"Authorization": "Bearer t0ken"}, times=2
    )
    assert [status for status, _ in calls] == [200, 200]
    assert [news.receipts for news in heard] == [[Receipt(state="delivered", at=AT, provider_id="v1")]] * 2


def test_a_vendor_reports_by_itself_what_it_has_taken(vendor: Vendor) -> None:
    async def reported() -> list[News]:
        gateway, heard = opened(url=vendor.url, push={"unchecked": True}), list[News]()
        async with listening(gateway, heard) as url:
            await asyncio.to_thread(vendor.behave, receipts={"url": url, "after": 0.05, "times": 2})
            await gateway.submit("claim-1", texts("a-1"))
            deadline = time.monotonic() + 5
            while len(heard) < 2 and time.monotonic() < deadline:
                await asyncio.sleep(0.02)
        await gateway.aclose()
        return heard

    receipt = Receipt(state="delivered", at=AT, reference="a-1")
    assert [list(news.receipts) for news in asyncio.run(reported())] == [[receipt], [receipt]]


def test_a_reply_comes_as_a_form(vendor: Vendor) -> None:
    push = {"form": "form", "token": "t0ken", "token_query": "key", "reply": {"phone": "from", "text": "content"}}
    body = "from=%2B8613800000000&content=%E9%80%80%E8%AE%A2&at=20261102100000&id=m7"
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    _, [news] = called_back(vendor, opened(push=push, phone_prefix="86"), body, headers, query="?key=t0ken")
    assert news.replies == [Incoming(phone="13800000000", text="退订", at=AT, provider_id="m7")]


def test_receipts_and_replies_may_come_in_one_list_inside_an_object() -> None:
    push = {"unchecked": True, "items": "data.list"}
    body = {"data": {"list": [{"id": 5, "state": "UNDELIV"}, {"phone": 13800000000, "text": "T", "at": 1793584800}]}}
    news = opened(push=push).read_push(Push(headers={}, query={}, body=json.dumps(body).encode())).news
    assert [(one.provider_id, one.state) for one in news.receipts] == [("5", "failed")]
    assert [(one.phone, one.text, one.at) for one in news.replies] == [("13800000000", "T", AT)]


@pytest.mark.parametrize(
    ("headers", "why"),
    [
        ({}, "the signature is missing or wrong"),
        (signed("[]"), "the signature is missing or wrong"),
        (signed("{}", secret="other"), "the signature is missing or wrong"),
        ({"X-Signature": "\xe9", "X-Timestamp": "\xe9"}, "the signature is missing or wrong"),
        (signed("{}", at=AT - timedelta(minutes=6)), "the timestamp is too far from now"),
        (signed("{}", at=AT + timedelta(minutes=6)), "the timestamp is too far from now"),
    ],
)
def test_a_call_back_with_a_wrong_signature_is_refused(vendor: Vendor, headers: dict[str, str], why: str) -> None:
    calls, heard = called_back(vendor, opened(push={"signature": SIGNATURE}), "{}", headers)
    assert (calls, heard) == ([(403, why)], [])


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer wrong"}, {"Authorization": ""}])
def test_a_call_back_without_the_token_is_refused(vendor: Vendor, headers: dict[str, str]) -> None:
    body = '{"id":"v1","state":"DELIVRD"}'
    calls, heard = called_back(vendor, opened(push={"token": "t0ken"}), body, headers)
    assert (calls, heard) == ([(403, "the token is missing or wrong")], [])


@pytest.mark.parametrize("body", [b"", b"no json", b"7", b"[" * 100_000, b"[1, null]", b'{"id": "v1"}', b"\xff"])
def test_a_call_back_that_cannot_be_read_is_refused(body: bytes) -> None:
    with pytest.raises(PushRefusedError):
        opened(push={"unchecked": True}).read_push(Push(headers={}, query={}, body=body))


def test_a_call_back_is_refused_where_none_is_expected() -> None:
    with pytest.raises(PushRefusedError, match="expect no webhooks"):
        opened().read_push(Push(headers={}, query={}, body=b"{}"))


def test_one_strange_receipt_spares_the_others() -> None:
    body = b'[{"state": "DELIVRD"}, {"id": "v2", "state": "NEWWORD", "at": "soon"}, 5]'
    news = opened(push={"unchecked": True}).read_push(Push(headers={}, query={}, body=body)).news
    assert news.receipts == [Receipt(state="unknown", at=AT, provider_id="v2")]


def test_what_no_database_can_store_is_taken_out_of_a_reply() -> None:
    body = b'{"phone": "13800000000", "text": "T\\u0000\\ud800"}'
    [reply] = opened(push={"unchecked": True}).read_push(Push(headers={}, query={}, body=body)).news.replies
    assert reply.text == "T?"


def test_an_empty_reply_is_a_reply() -> None:
    body = b'{"phone": "13800000000", "text": ""}'
    [reply] = opened(push={"unchecked": True}).read_push(Push(headers={}, query={}, body=body)).news.replies
    assert reply.text == ""


def test_times_are_read_in_the_vendors_zone_and_form() -> None:
    gateway = opened(push={"unchecked": True}, zone="America/New_York", time_format="%y%m%d%H%M")
    body = b'{"id": "v1", "state": "DELIVRD", "at": "2611012100"}'
    [receipt] = gateway.read_push(Push(headers={}, query={}, body=body)).news.receipts
    assert receipt.at == AT


@pytest.mark.parametrize(
    ("options", "field"),
    [
        ({"url": "sms.example"}, "url"),
        ({"url": "http://x/send", "method": "GET"}, "method"),
        ({"url": "http://x/send", "headers": {"X-Key": "a\nb"}}, "headers"),
        ({"url": "http://x/send", "answer": {"code": "code"}}, "answer"),
        ({"url": "http://x/send", "push": {}}, "push"),
        ({"url": "http://x/send", "look_up": {"url": "http://x/status", "state": "s"}}, "look_up"),
        ({"url": "http://x/send", "zone": "Mars"}, "zone"),
        ({"url": "http://x/send", "sender": "1069"}, "fields.sender"),
        ({"url": "http://x/send", "fields": {"phone": "to", "text": "to"}}, "two fields"),
        ({"url": "http://x/send", "colour": "red"}, "colour"),
    ],
)
def test_a_wrong_option_is_named(options: dict[str, Any], field: str) -> None:
    with pytest.raises(SettingsError, match=rf"gateways\.platform is wrong in the settings: .*{field}"):
        registry.open_gateway("platform", {"platform": {"kind": "http", **options}})


def test_secrets_stay_out_of_what_is_printed() -> None:
    options = HttpOptions.model_validate(
        {
            "url": "http://x/send",
            "bearer": "hush-1",
            "headers": {"X-Key": "hush-2"},
            "signature": {"secret": "hush-3"},
            "push": {"token": "hush-4"},
        }
    )
    assert "hush" not in repr(options)
