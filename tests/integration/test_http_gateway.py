"""Texts leave over HTTP under a vendor's own names, and its answers are told apart; the vendor is played here."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import socket
import time
from base64 import b64encode
from collections import Counter
from collections.abc import Iterator
from urllib.parse import parse_qs

import pytest

from desks.http_desk import AT, CODES, SIGNATURE, TEXT, opened, send, send_one, submitted, texts
from peers import vendor_server
from peers.vendor_server import Vendor
from policyserve.messages.gateways.gateway import (
    Answer,
    Outgoing,
)
from policyserve.messages.reasons import stored, told


@pytest.fixture(scope="module")
def running() -> Iterator[Vendor]:
    with vendor_server.started() as vendor:
        yield vendor


@pytest.fixture
def vendor(running: Vendor) -> Vendor:
    running.forget()
    return running


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


def test_an_accepted_text_has_the_vendors_number(vendor: Vendor) -> None:
    assert send_one(opened(url=vendor.url)) == Answer(reference="a-1", outcome="accepted", provider_id="v1")


def test_a_refusal_in_a_good_answer_is_refused_with_the_vendors_words(vendor: Vendor) -> None:
    vendor.behave("refuse")
    answer = send_one(opened(url=vendor.url))
    assert (answer.outcome, str(answer.reason)) == ("refused", "HTTP 200, code 41, on the blacklist")
    assert told(stored(answer.reason), "zh") == "HTTP 200，代码41，on the blacklist"


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
