"""The settings of the gateway of Aliyun, and what its codes mean."""

from __future__ import annotations

import sys
from typing import Any

import pytest

from desks.aliyun_desk import OPTIONS
from peers.aliyun_server import SECRET
from policyserve.errors import PolicyserveError
from policyserve.messages.gateways.aliyun.codes import CODES, judged
from policyserve.messages.gateways.registry import open_gateway


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
