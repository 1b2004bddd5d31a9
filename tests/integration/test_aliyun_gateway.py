"""Texts leave as filed templates of Aliyun; the vendor is played here."""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from desks.aliyun_desk import opened, played
from peers import aliyun_server
from peers.aliyun_server import AliyunServer, parameters, refusing
from policyserve.locale import Sentence
from policyserve.messages.gateways.aliyun.codes import reported
from policyserve.messages.gateways.aliyun.gateway import AliyunGateway
from policyserve.messages.gateways.gateway import (
    Answer,
    Outgoing,
)
from policyserve.messages.reasons import stored, told

TEXT = "【安心人寿】尊敬的张先生：您的保单（尾号1234）应缴日为3月9日，请备足余额。"


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy"):
        monkeypatch.delenv(name, raising=False)


def outgoing(reference: str = "m1", text: str = TEXT, service: str = "renewal-reminder") -> Outgoing:
    return Outgoing(reference=reference, phone="13900000001", text=text, service=service, message_class="service")


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


def test_the_code_of_a_receipt_is_said_in_the_readers_language() -> None:
    reason = stored(reported("MOBILE_NOT_ON_SERVICE"))
    assert told(reason, "zh") == "手机关机、停机、空号或不在服务区（MOBILE_NOT_ON_SERVICE）"
    assert told(reason, "en") == ("the phone is switched off, out of reach or no longer in use (MOBILE_NOT_ON_SERVICE)")
    assert reported("MK:0012") == "MK:0012"
