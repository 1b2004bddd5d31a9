"""Webhooks of Aliyun are read, and the wording of its filed templates is matched."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from desks.aliyun_desk import NOW, opened
from policyserve.messages.gateways.aliyun.codes import reported
from policyserve.messages.gateways.aliyun.options import Filed
from policyserve.messages.gateways.aliyun.template_match import UnfiledError, as_template, values
from policyserve.messages.gateways.gateway import (
    Incoming,
    News,
    Push,
    PushRefusedError,
    Receipt,
)


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy"):
        monkeypatch.delenv(name, raising=False)


def push(entries: Any, token: str | None = "t0ken") -> Push:
    body = entries if isinstance(entries, bytes) else json.dumps(entries).encode()
    return Push(headers={}, query={} if token is None else {"token": token}, body=body)


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
