"""The Aliyun gateway, by Aliyun's own SDK against a server that plays dysmsapi."""

from __future__ import annotations

import asyncio
import json
import logging
import socket
import sys
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from peers import aliyun_server
from peers.aliyun_server import KEY_ID, SECRET, AliyunServer, parameters, refusing
from policyserve.errors import PolicyserveError
from policyserve.locale import Sentence
from policyserve.messages.gateways.aliyun.calls import Calls
from policyserve.messages.gateways.aliyun.codes import CODES, judged, reported
from policyserve.messages.gateways.aliyun.gateway import AliyunGateway
from policyserve.messages.gateways.aliyun.options import AliyunOptions, Filed
from policyserve.messages.gateways.aliyun.template_match import UnfiledError, as_template, values
from policyserve.messages.gateways.gateway import (
    Answer,
    Incoming,
    News,
    Outgoing,
    Push,
    PushRefusedError,
    Receipt,
    Sent,
)
from policyserve.messages.gateways.registry import open_gateway
from policyserve.messages.reasons import in_words, stored

NOW = datetime(2026, 3, 5, 4, 0, tzinfo=UTC)  # noon in China
SUBMITTED = datetime(2026, 3, 5, 1, 0, tzinfo=UTC)
REMINDER = "尊敬的${who}：您的保单${policy}应缴日为${due}，请备足余额。"
TEXT = "【安心人寿】尊敬的张先生：您的保单（尾号1234）应缴日为3月9日，请备足余额。"
OPTIONS: dict[str, Any] = {
    "access_key_id": KEY_ID,
    "access_key_secret": SECRET,
    "protocol": "http",
    "connect_seconds": 2,
    "answer_seconds": 5,
    "templates": {
        "renewal-reminder": {"code": "SMS_1", "wording": REMINDER},
        "birthday-greeting": {"code": "SMS_2", "wording": "${who}，祝您生日快乐！拒收请回复R"},
        "good-news": {"code": "SMS_3", "param": "text"},
    },
}


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy"):
        monkeypatch.delenv(name, raising=False)


def outgoing(reference: str = "m1", text: str = TEXT, service: str = "renewal-reminder") -> Outgoing:
    return Outgoing(reference=reference, phone="13900000001", text=text, service=service, message_class="service")


def opened(endpoint: str, **changes: Any) -> AliyunGateway:
    options = AliyunOptions.model_validate({**OPTIONS, "endpoint": endpoint, **changes})
    return AliyunGateway("aliyun", options, Calls(options, "aliyun"), lambda: NOW)


def played(scene: Callable[[AliyunServer], Awaitable[None]]) -> None:
    async def play() -> None:
        async with asyncio.timeout(20), aliyun_server.running() as server:
            await scene(server)

    asyncio.run(play())


async def answer(server: AliyunServer, message: Outgoing, **changes: Any) -> Answer:
    [given] = await opened(server.endpoint, **changes).submit("c1", [message])
    return given


def outcome_when(behaviour: Callable[..., tuple[int, Any]], **changes: Any) -> tuple[Answer, int]:
    """Submit a text to a server that behaves so; return the answer and how often the server was called."""
    seen: list[tuple[Answer, int]] = []

    async def scene(server: AliyunServer) -> None:
        server.answer = behaviour
        seen.append((await answer(server, outgoing(), **changes), len(server.calls)))

    played(scene)
    return seen[0]


# Sending


def test_a_text_leaves_as_the_template_it_was_filed_as() -> None:
    async def scene(server: AliyunServer) -> None:
        given = await answer(server, outgoing())

        assert given == Answer(reference="m1", outcome="accepted", provider_id="900^m1")
        [(action, params)] = server.calls
        assert action == "SendSms"
        assert {key: params[key] for key in ("PhoneNumbers", "SignName", "TemplateCode", "OutId")} == {
            "PhoneNumbers": "13900000001",
            "SignName": "安心人寿",
            "TemplateCode": "SMS_1",
            "OutId": "m1",
        }
        assert parameters(params) == {"who": "张先生", "policy": "（尾号1234）", "due": "3月9日"}

    played(scene)


def test_the_way_to_refuse_stays_with_the_filed_template() -> None:
    async def scene(server: AliyunServer) -> None:
        text = "【安心人寿】李女士，祝您生日快乐！拒收请回复R"

        assert (await answer(server, outgoing(text=text, service="birthday-greeting"))).outcome == "accepted"
        assert parameters(server.sent()[0]) == {"who": "李女士"}

    played(scene)


def test_a_template_of_one_variable_takes_the_whole_body() -> None:
    async def scene(server: AliyunServer) -> None:
        text = "【安心人寿】本月红利 100% 已到账+1，拒收请回复R"

        assert (await answer(server, outgoing(text=text, service="good-news"))).outcome == "accepted"
        assert parameters(server.sent()[0]) == {"text": "本月红利 100% 已到账+1"}

    played(scene)


@pytest.mark.parametrize(
    ("text", "service", "reason"),
    [
        ("【安心人寿】别的话。", "renewal-reminder", "worded unlike every template"),
        ("没有签名", "renewal-reminder", "no signature"),
        (TEXT, "lapse-notice", "name no template of the service 'lapse-notice'"),
    ],
)
def test_a_text_that_no_template_carries_never_reaches_the_vendor(text: str, service: str, reason: str) -> None:
    async def scene(server: AliyunServer) -> None:
        given = await answer(server, outgoing(text=text, service=service))

        assert given.outcome == "refused"
        assert reason in str(given.reason)
        assert service in str(given.reason)
        assert "张" not in str(given.reason)
        assert server.calls == []

    played(scene)


def test_a_call_signed_with_a_wrong_secret_is_for_later_and_says_so() -> None:
    async def scene(server: AliyunServer) -> None:
        given = await answer(server, outgoing(), access_key_secret="another")

        assert given.outcome == "later"
        assert str(given.reason) == "the secret of the access key is wrong (SignatureDoesNotMatch)"
        assert server.calls == []

    played(scene)


@pytest.mark.parametrize(
    ("phone", "written"),
    [("+8613900000001", "13900000001"), ("008613900000001", "13900000001"), ("+85290000001", "85290000001")],
)
def test_phones_are_written_as_the_vendor_does(phone: str, written: str) -> None:
    async def scene(server: AliyunServer) -> None:
        await answer(server, replace(outgoing(), phone=phone))

        assert server.sent()[0]["PhoneNumbers"] == written

    played(scene)


@pytest.mark.parametrize("phone", ["", "13900000001,13900000002", "无", "139 0000 0001"])
def test_what_is_no_phone_is_refused_here(phone: str) -> None:
    async def scene(server: AliyunServer) -> None:
        given = await answer(server, replace(outgoing(), phone=phone))

        assert given == Answer(reference="m1", outcome="refused", reason=Sentence("the phone is no number"))
        assert server.calls == []

    played(scene)


def test_many_texts_each_get_their_own_answer() -> None:
    async def scene(server: AliyunServer) -> None:
        server.answer = lambda params: (
            aliyun_server.taken(params) if params["OutId"] != "m7" else refusing("isv.MOBILE_NUMBER_ILLEGAL")(params)
        )
        answers = await opened(server.endpoint, connections=3).submit("c1", [outgoing(f"m{n}") for n in range(20)])

        assert {one.reference: one.outcome for one in answers} == {
            f"m{n}": "refused" if n == 7 else "accepted" for n in range(20)
        }
        assert len(server.calls) == 20

    played(scene)


@pytest.mark.parametrize(
    ("code", "status", "outcome"),
    [
        ("isv.BUSINESS_LIMIT_CONTROL", 200, "later"),
        ("isp.SYSTEM_ERROR", 200, "later"),
        ("isv.OUT_OF_SERVICE", 200, "later"),
        ("isv.MOBILE_NUMBER_ILLEGAL", 200, "refused"),
        ("isv.SOMETHING_NEW", 200, "refused"),
        ("isp.SOMETHING_NEW", 200, "in-doubt"),
        ("Throttling.User", 400, "later"),
        ("InvalidAccessKeyId.NotFound", 404, "later"),
        ("MissingSignName", 400, "refused"),
        ("ServiceUnavailable", 503, "later"),
        ("InternalError", 500, "in-doubt"),
        ("SignatureNonceUsed", 400, "in-doubt"),
        ("Strange", 200, "in-doubt"),
    ],
)
def test_each_code_is_told_apart_and_tried_once(code: str, status: int, outcome: str) -> None:
    given, calls = outcome_when(refusing(code, status, message="13900000001 invalid"))

    assert given.outcome == outcome
    assert code in str(given.reason)
    assert "139" not in str(given.reason)
    assert calls == 1


@pytest.mark.parametrize("status", [200, 500, 502, 504])
def test_an_answer_that_is_no_answer_leaves_the_text_in_doubt(status: int) -> None:
    given, calls = outcome_when(lambda _: (status, "<html>Bad gateway</html>"))

    assert given.outcome == "in-doubt"
    assert calls == 1


@pytest.mark.parametrize("body", [{}, [], {"Code": None}, {"Code": 7}, 7, None])
def test_an_answer_of_another_shape_leaves_the_text_in_doubt(body: Any) -> None:
    assert outcome_when(lambda _: (200, body))[0].outcome == "in-doubt"


def test_a_cut_connection_leaves_the_text_in_doubt_and_is_not_tried_again() -> None:
    given, calls = outcome_when(lambda _: (0, "cut"))

    assert given == Answer(reference="m1", outcome="in-doubt", reason=Sentence("no answer from Aliyun"))
    assert calls == 1


def test_a_vendor_that_hangs_leaves_the_text_in_doubt_and_is_not_asked_again() -> None:
    given, calls = outcome_when(lambda _: (0, "hang"), answer_seconds=0.3)

    assert given == Answer(reference="m1", outcome="in-doubt", reason=Sentence("no answer from Aliyun"))
    assert calls == 1


def test_a_refused_connection_is_for_later() -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        endpoint = f"127.0.0.1:{closed.getsockname()[1]}"

    [given] = asyncio.run(_submitted(opened(endpoint)))

    assert given == Answer(reference="m1", outcome="later", reason=Sentence("no connection to Aliyun"))


def test_a_connection_that_never_comes_about_is_for_later() -> None:
    """A listener whose queue is full answers no further connection."""
    with socket.socket() as full:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        with socket.create_connection(full.getsockname()), socket.socket() as second:
            second.setblocking(False)
            second.connect_ex(full.getsockname())
            [given] = asyncio.run(_submitted(opened(f"127.0.0.1:{full.getsockname()[1]}", connect_seconds=0.3)))

    assert given.outcome == "later"


async def _submitted(gateway: AliyunGateway) -> Any:
    async with asyncio.timeout(20):
        return await gateway.submit("c1", [outgoing()])


def test_nothing_of_a_text_reaches_a_log(caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]) -> None:
    with caplog.at_level(logging.DEBUG):
        outcome_when(lambda _: (0, "cut"))
        outcome_when(refusing("isp.SYSTEM_ERROR"))

    written = caplog.text + "".join(capfd.readouterr())
    assert "13900000001" not in written
    assert "张先生" not in written


# Looking up


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


# Webhooks


def push(entries: Any, token: str | None = "t0ken") -> Push:
    body = entries if isinstance(entries, bytes) else json.dumps(entries).encode()
    return Push(headers={}, query={} if token is None else {"token": token}, body=body)


def test_the_code_of_a_receipt_is_said_in_the_readers_language() -> None:
    reason = stored(reported("MOBILE_NOT_ON_SERVICE"))
    assert in_words(reason, "zh") == "手机关机、停机、空号或不在服务区（MOBILE_NOT_ON_SERVICE）"
    assert in_words(reason, "en") == (
        "the phone is switched off, out of reach or no longer in use (MOBILE_NOT_ON_SERVICE)"
    )
    assert reported("MK:0012") == "MK:0012"


def test_receipts_are_read() -> None:
    entry = {
        "phone_number": "13900000001", "send_time": "2026-03-05 09:00:00", "report_time": "2026-03-05 09:00:07",
        "success": True, "err_code": "DELIVERED", "err_msg": "用户接收成功", "sms_size": "1",
        "biz_id": "9^1", "out_id": "m1",
    }  # fmt: skip
    failed = {**entry, "success": False, "err_code": "MOBILE_NOT_ON_SERVICE", "biz_id": "9^2", "out_id": "m2"}

    pushed = opened("127.0.0.1:1").read_push(push([entry, failed]))

    at = datetime(2026, 3, 5, 1, 0, 7, tzinfo=UTC)
    assert pushed.news == News(
        receipts=[
            Receipt(state="delivered", at=at, provider_id="9^1", reference="m1"),
            Receipt(state="failed", at=at, provider_id="9^2", reference="m2", reason=reported("MOBILE_NOT_ON_SERVICE")),
        ],
        replies=[],
    )
    assert json.loads(pushed.answer)["code"] == 0


def test_replies_are_read() -> None:
    entry = {
        "phone_number": "13900000001", "content": "R", "send_time": "2026-03-05 09:10:00",
        "dest_code": "1234", "sequence_id": 1234567890,
    }  # fmt: skip

    pushed = opened("127.0.0.1:1").read_push(push([entry]))

    at = datetime(2026, 3, 5, 1, 10, tzinfo=UTC)
    assert pushed.news.replies == [Incoming(phone="13900000001", text="R", at=at, provider_id="1234567890")]


def test_one_entry_that_cannot_be_read_spares_the_others() -> None:
    entries = [{"success": []}, 7, {"success": "false", "biz_id": "9^1", "report_time": "soon"}]

    pushed = opened("127.0.0.1:1").read_push(push(entries))

    assert pushed.news.receipts == [Receipt(state="failed", at=NOW, provider_id="9^1")]


@pytest.mark.parametrize("token", [None, "", "other", "t0ken2", "t0ke", "ключ"])
def test_a_call_back_without_the_token_is_refused(token: str | None) -> None:
    gateway = opened("127.0.0.1:1", push_token="t0ken")

    assert not gateway.read_push(push([])).news
    with pytest.raises(PushRefusedError, match="token"):
        gateway.read_push(push([], token))


@pytest.mark.parametrize("body", [b"", b"{", b"{}", b"\xff\xfe", b'[{"a": 1}]', b'"text"'])
def test_a_call_back_that_cannot_be_read_is_refused_without_its_content(body: bytes) -> None:
    with pytest.raises(PushRefusedError) as refused:
        opened("127.0.0.1:1").read_push(push(body))

    assert refused.value.__cause__ is None


# Wording


@pytest.mark.parametrize(
    ("wording", "body", "found"),
    [
        ("固定的话", "固定的话", {}),
        ("固定的话", "固定的话吗", None),
        ("${a}", "都是", {"a": "都是"}),
        ("${a}，${b}", "一，二，三", {"a": "一", "b": "二，三"}),
        ("您${a}好${b}好", "您一好二好三好", {"a": "一", "b": "二好三"}),
        ("${a}${b}", "一二三", {"a": "一", "b": "二三"}),
        ("${a}${b}", "一", None),
        ("甲${a}乙", "甲乙", None),
        ("${a}和${a}", "一和一", {"a": "一"}),
        ("${a}和${a}", "一和二", None),
        ("甲${a}", "乙一", None),
        ("${a}元", "一元整", None),
    ],
)
def test_a_wording_is_matched_to_the_last_word(wording: str, body: str, found: dict[str, str] | None) -> None:
    assert values(wording, body) == found


def test_a_text_may_have_variants_each_filed_as_a_template() -> None:
    filed = {"s": (Filed(code="SMS_1", wording="先生${a}好"), Filed(code="SMS_2", wording="女士${a}好。"))}

    chosen = as_template("【甲】女士您好", "s", filed, "拒收请回复R")

    assert (chosen.sign_name, chosen.code, dict(chosen.params)) == ("甲", "SMS_2", {"a": "您"})


@pytest.mark.parametrize("ending", ["，拒收请回复R", "拒收请回复R", "。拒收请回复R", ""])
@pytest.mark.parametrize("filed_ending", ["，拒收请回复R", "。", ""])
def test_endings_differ_without_harm(ending: str, filed_ending: str) -> None:
    filed = {"s": (Filed(code="SMS_1", wording=f"${{who}}您好{filed_ending}"),)}

    assert dict(as_template(f"【甲】李女士您好{ending}", "s", filed, "拒收请回复R").params) == {"who": "李女士"}


def test_a_text_of_signature_alone_is_no_text() -> None:
    with pytest.raises(UnfiledError, match="no signature"):
        as_template("【甲】", "s", {"s": (Filed(code="SMS_1", wording="甲"),)}, "R")


# Settings


def test_the_registry_opens_it_from_the_settings() -> None:
    gateway = open_gateway("cloud", {"cloud": {**OPTIONS, "kind": "aliyun", "endpoint": "localhost:9", "rate": 40}})

    assert (gateway.name, gateway.rate) == ("cloud", 40)


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        ({"endpoint": "dysmsapi.aliyuncs.com"}, "protocol http is for an endpoint on this machine only"),
        ({"templates": {"s": {"code": "SMS_1"}}}, "either the wording of the template or its one param"),
        ({"templates": {"s": []}}, "templates.s"),
        ({"templates": {"s": {"code": "1", "param": "text"}}}, "code"),
        ({"access_key_secret": ""}, "access_key_secret"),
        ({"retries": 3}, "retries"),
    ],
)
def test_wrong_options_are_named_without_their_values(changes: dict[str, Any], wrong: str) -> None:
    with pytest.raises(PolicyserveError) as refused:
        open_gateway("cloud", {"cloud": {**OPTIONS, "kind": "aliyun", **changes}})

    assert wrong in str(refused.value)
    assert "gateways.cloud" in str(refused.value)
    assert SECRET not in str(refused.value)


def test_without_the_sdk_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "alibabacloud_dysmsapi20170525.client", None)

    with pytest.raises(PolicyserveError, match=r"pip install 'policyserve\[aliyun\]'"):
        open_gateway("cloud", {"cloud": {**OPTIONS, "kind": "aliyun", "endpoint": "localhost:9"}})


def test_every_code_of_the_table_keeps_its_meaning_whatever_the_status() -> None:
    assert all(judged(code, status) == judged(code, 200) for code in CODES for status in (400, 500))
    outcome, reason = judged("13900000001", 400)
    assert (outcome, str(reason)) == ("refused", "refused (no code)")
