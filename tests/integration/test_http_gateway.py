"""The HTTP gateway against a real vendor on loopback: what it sends, what each answer means, what is called back."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import socket
import time
from base64 import b64encode
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs

import pytest
from aiohttp import web

from peers import vendor_server
from peers.vendor_server import Vendor
from policyserve.messages.gateways import registry
from policyserve.messages.gateways.gateway import (
    Answer,
    Gateway,
    Incoming,
    News,
    Outgoing,
    Push,
    PushRefusedError,
    Receipt,
    Sent,
)
from policyserve.messages.gateways.http.client import HttpGateway
from policyserve.messages.gateways.http.options import HttpOptions
from policyserve.messages.reasons import in_words, stored
from policyserve.settings_file import SettingsError, checked

AT = datetime(2026, 11, 2, 2, 0, tzinfo=UTC)
TEXT = "【安心人寿】王女士您好，您尾号1234的保单将于11月20日缴费。"
CODES = {"code": "code", "codes": {"0": "accepted"}, "provider_id": "data.id", "reason": "message"}
SIGNATURE = {"secret": "s3cret"}


@pytest.fixture(scope="module")
def running() -> Iterator[Vendor]:
    with vendor_server.started() as vendor:
        yield vendor


@pytest.fixture
def vendor(running: Vendor) -> Vendor:
    running.forget()
    return running


def opened(**options: Any) -> HttpGateway:
    given = {"url": "http://127.0.0.1:9/send", "timeout_seconds": 5, "answer": CODES, **options}
    return HttpGateway("platform", checked(HttpOptions, given, "gateways.platform"), clock=lambda: AT)


def texts(*references: str) -> list[Outgoing]:
    return [
        Outgoing(
            reference=reference,
            phone=f"1380000{number:04}",
            text=TEXT,
            service="renewal-notice",
            message_class="service",
        )
        for number, reference in enumerate(references)
    ]


async def submitted(gateway: Gateway, messages: Sequence[Outgoing]) -> dict[str, Answer]:
    try:
        answers = await gateway.submit("claim-1", messages)
        assert sorted(one.reference for one in answers) == sorted(one.reference for one in messages)
        return {answer.reference: answer for answer in answers}
    finally:
        await gateway.aclose()


def send(gateway: Gateway, *references: str) -> dict[str, Answer]:
    return asyncio.run(submitted(gateway, texts(*references)))


def send_one(gateway: Gateway) -> Answer:
    return send(gateway, "a-1")["a-1"]


# What leaves.


def test_a_text_arrives_as_json_under_the_vendors_own_names(vendor: Vendor) -> None:
    gateway = opened(
        url=vendor.url,
        fields={"phone": "to.mobile", "text": "content", "sender": "from", "service": "kind"},
        extra={"account": "branch-7", "template": 12},
        sender="10690000",
        phone_prefix="+86",
    )
    send_one(gateway)
    [request] = vendor.requests()
    assert request["method"] == "POST"
    assert json.loads(request["body"]) == {
        "account": "branch-7",
        "template": 12,
        "to": {"mobile": "+8613800000000"},
        "content": TEXT,
        "reference": "a-1",
        "from": "10690000",
        "kind": "renewal-notice",
    }


def test_a_text_arrives_as_a_form(vendor: Vendor) -> None:
    send_one(opened(url=vendor.url, form="form", fields={"phone": "mobile"}, extra={"report": True}))
    [request] = vendor.requests()
    assert request["headers"]["Content-Type"].startswith("application/x-www-form-urlencoded")
    assert parse_qs(request["body"]) == {
        "report": ["true"],
        "mobile": ["13800000000"],
        "text": [TEXT],
        "reference": ["a-1"],
    }
    assert vendor.arrivals() == {"a-1": 1}


def test_a_vendor_that_knows_no_reference_gets_none(vendor: Vendor) -> None:
    assert send_one(opened(url=vendor.url, fields={"reference": ""})).outcome == "accepted"
    assert json.loads(vendor.requests()[0]["body"]) == {"phone": "13800000000", "text": TEXT}


def test_a_request_carries_the_key_the_token_and_the_reference(vendor: Vendor) -> None:
    send_one(opened(url=vendor.url, headers={"X-API-Key": "k3y"}, bearer="t0ken", reference_header="Idempotency-Key"))
    headers = vendor.requests()[0]["headers"]
    assert headers["X-API-Key"] == "k3y"
    assert headers["Authorization"] == "Bearer t0ken"
    assert headers["Idempotency-Key"] == "a-1"


def test_the_signature_is_over_the_timestamp_and_the_body(vendor: Vendor) -> None:
    signature = {"secret": "s3cret", "header": "X-Sign", "timestamp_header": "X-Time", "between": "."}
    send_one(opened(url=vendor.url, signature=signature))
    [request] = vendor.requests()
    stamp = str(int(AT.timestamp()))
    right = hmac.new(b"s3cret", f"{stamp}.{request['body']}".encode(), hashlib.sha256)
    assert (request["headers"]["X-Time"], request["headers"]["X-Sign"]) == (stamp, right.hexdigest())


def test_a_signature_in_base64_with_a_prefix(vendor: Vendor) -> None:
    send_one(opened(url=vendor.url, signature={**SIGNATURE, "encoding": "base64", "prefix": "v1="}))
    [request] = vendor.requests()
    right = hmac.new(b"s3cret", f"{int(AT.timestamp())}{request['body']}".encode(), hashlib.sha256)
    assert request["headers"]["X-Signature"] == f"v1={b64encode(right.digest()).decode()}"


def test_a_batch_of_many_leaves_each_text_once(vendor: Vendor) -> None:
    references = [f"a-{number}" for number in range(500)]
    answers = send(opened(url=vendor.url), *references)
    assert Counter(answer.outcome for answer in answers.values()) == {"accepted": 500}
    assert vendor.arrivals() == dict.fromkeys(references, 1)
    assert len({answer.provider_id for answer in answers.values()}) == 500


def test_no_texts_are_no_request(vendor: Vendor) -> None:
    assert send(opened(url=vendor.url)) == {}
    assert vendor.asked() == 0


# What answers mean.


def test_an_accepted_text_has_the_vendors_number(vendor: Vendor) -> None:
    assert send_one(opened(url=vendor.url)) == Answer(reference="a-1", outcome="accepted", provider_id="v1")


def test_a_refusal_in_a_good_answer_is_refused_with_the_vendors_words(vendor: Vendor) -> None:
    vendor.behave("refuse")
    answer = send_one(opened(url=vendor.url))
    assert (answer.outcome, str(answer.reason)) == ("refused", "HTTP 200, code 41, on the blacklist")
    assert in_words(stored(answer.reason), "zh") == "HTTP 200，代码41，on the blacklist"


def test_a_code_may_mean_later(vendor: Vendor) -> None:
    vendor.behave("refuse")
    answers = {**CODES, "codes": {"0": "accepted", "41": "later"}}
    assert send_one(opened(url=vendor.url, answer=answers)).outcome == "later"


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        ("400", "refused"),
        ("401", "later"),
        ("403", "refused"),
        ("408", "later"),
        ("429", "later"),
        ("500", "later"),
        ("502", "in-doubt"),
        ("503", "later"),
        ("504", "in-doubt"),
        ("524", "in-doubt"),
    ],
)
def test_what_a_status_means(vendor: Vendor, status: str, outcome: str) -> None:
    vendor.behave(status)
    answer = send_one(opened(url=vendor.url))
    assert (answer.outcome, str(answer.reason)) == (outcome, f"HTTP {status}, code {status}, not now")


def test_the_settings_may_say_otherwise_of_a_status(vendor: Vendor) -> None:
    vendor.behave("504", "409")
    statuses = {"504": "later", "409": "accepted"}
    gateway = opened(url=vendor.url, connections=1, answer={"statuses": statuses})
    answers = send(gateway, "a-1", "a-2")
    assert [answers["a-1"].outcome, answers["a-2"].outcome] == ["later", "accepted"]


def test_a_vendor_in_trouble_takes_the_text_on_another_try(vendor: Vendor) -> None:
    vendor.behave("500", "503")
    outcomes = [send_one(opened(url=vendor.url)).outcome for _ in range(3)]
    assert outcomes == ["later", "later", "accepted"]
    assert vendor.arrivals() == {"a-1": 1}


def test_garbage_where_a_code_belongs_is_in_doubt(vendor: Vendor) -> None:
    vendor.behave("taken-garbage")
    answer = send_one(opened(url=vendor.url))
    assert (answer.outcome, str(answer.reason)) == ("in-doubt", "HTTP 200, the answer cannot be read")
    assert vendor.arrivals() == {"a-1": 1}


def test_without_a_code_any_good_status_is_accepted(vendor: Vendor) -> None:
    vendor.behave("taken-garbage")
    assert send_one(opened(url=vendor.url, answer={})) == Answer(reference="a-1", outcome="accepted")


def test_a_redirection_is_in_doubt_and_not_followed(vendor: Vendor) -> None:
    vendor.behave("redirect")
    assert send_one(opened(url=vendor.url)).outcome == "in-doubt"
    assert vendor.asked() == 1


def test_reasons_repeat_neither_the_text_nor_a_phone(vendor: Vendor) -> None:
    vendor.behave("refuse", message=f"13800000000 may not get {TEXT}")
    assert str(send_one(opened(url=vendor.url)).reason) == "HTTP 200, code 41, … may not get …"


# When the connection fails.


def test_a_connection_refused_is_later() -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))  # bound, and nobody listens
        answer = send_one(opened(url=f"http://127.0.0.1:{nobody.getsockname()[1]}/send"))
    assert (answer.outcome, str(answer.reason)) == ("later", "no connection: ClientConnectorError")


def test_without_a_common_language_of_encryption_nothing_left(vendor: Vendor) -> None:
    answer = send_one(opened(url=vendor.url.replace("http:", "https:")))
    assert (answer.outcome, vendor.asked()) == ("later", 0)
    assert str(answer.reason).startswith("no connection: ")


def test_a_connection_that_does_not_come_about_in_time_is_later() -> None:
    with socket.socket() as mute:
        mute.bind(("127.0.0.1", 0))
        mute.listen()  # takes connections and says nothing, so that no encryption is agreed on
        answer = send_one(opened(url=f"https://127.0.0.1:{mute.getsockname()[1]}/send", connect_seconds=0.2))
    assert (answer.outcome, str(answer.reason)) == ("later", "no connection: ConnectionTimeoutError")


@pytest.mark.parametrize("method", ["POST", "PUT"])
@pytest.mark.parametrize("taken", ["", "taken-"])
def test_a_connection_cut_after_the_text_left_is_in_doubt_and_never_repeated(
    vendor: Vendor, method: str, taken: str
) -> None:
    vendor.behave("accept", f"{taken}cut")
    gateway = opened(url=vendor.url, method=method, connections=1)
    answers = send(gateway, "a-1", "a-2")  # the second goes over a connection that stood
    assert (answers["a-1"].outcome, answers["a-2"].outcome) == ("accepted", "in-doubt")
    assert str(answers["a-2"].reason).startswith("no answer after it may have left: ")
    assert vendor.asked() == 2


def test_no_answer_in_time_is_in_doubt(vendor: Vendor) -> None:
    vendor.behave("taken-hang")
    begun = time.monotonic()
    answer = send_one(opened(url=vendor.url, timeout_seconds=0.3, connect_seconds=0.3))
    assert answer.outcome == "in-doubt"
    assert time.monotonic() - begun < 3
    assert vendor.arrivals() == {"a-1": 1}


def test_at_a_vendor_that_sends_a_reference_once_doubt_is_another_try(vendor: Vendor) -> None:
    vendor.behave("taken-cut", "taken-504", idempotent=True)
    outcomes = [send_one(opened(url=vendor.url, idempotent=True)).outcome for _ in range(3)]
    assert outcomes == ["later", "later", "accepted"]
    assert (vendor.asked(), vendor.arrivals()) == (3, {"a-1": 1})


def test_a_silent_vendor_gets_no_more_than_some_texts_of_a_call(vendor: Vendor) -> None:
    vendor.behave(then="taken-hang")
    references = [f"a-{number}" for number in range(100)]
    gateway = opened(url=vendor.url, timeout_seconds=0.2, connect_seconds=0.2, connections=2, give_up_after=2)
    outcomes = Counter(answer.outcome for answer in send(gateway, *references).values())
    assert outcomes["in-doubt"] == vendor.asked() <= 3
    assert outcomes["later"] == 100 - outcomes["in-doubt"]


def test_the_next_call_tries_again_after_silence(vendor: Vendor) -> None:
    async def twice() -> list[str]:
        gateway = opened(url=vendor.url, give_up_after=1)
        first = await gateway.submit("claim-1", texts("a-1"))
        second = await gateway.submit("claim-2", texts("a-2"))
        await gateway.aclose()
        return [answer.outcome for answer in (*first, *second)]

    vendor.behave("cut")
    assert asyncio.run(twice()) == ["in-doubt", "accepted"]


def test_a_text_that_no_vendor_can_read_spares_the_others(vendor: Vendor) -> None:
    broken, fine = texts("a-1", "a-2")
    broken = Outgoing(reference="a-1", phone=broken.phone, text="\ud800", service="x", message_class="service")
    answers = asyncio.run(submitted(opened(url=vendor.url), [broken, fine]))
    assert [answers["a-1"].outcome, answers["a-2"].outcome] == ["refused", "accepted"]


# Looking up.

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


# Webhooks.


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


# Settings.


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
