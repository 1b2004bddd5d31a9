"""Answers of gateways on both databases: what each makes of a message, late, twice, for nobody."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine

from desks.outbox_rows import TEN, fill, message, row, rows, states
from desks.outbox_steps import RULES, TOMORROW, claim, doubt, open_for, references, resolve, why
from policyserve import db
from policyserve.messages.gateways.gateway import Answer, Outcome
from policyserve.messages.outbox import claims
from policyserve.messages.outbox.stored_messages import STATUSES
from policyserve.settings_file import Sending


def answer(engine: Engine, outcome: Outcome, *, keys: Sequence[int] = (1,), token: str = "a", **more: Any) -> Any:
    given = {"minutes": 0.0, "rules": RULES, **more}
    answers = [
        Answer(reference=str(key), outcome=outcome, provider_id=given.get("number"), reason=given.get("reason"))
        for key in keys
    ]
    with db.writing(engine) as connection:
        at = TEN + timedelta(minutes=given["minutes"])
        return claims.store_answers(connection, token, answers, now=at, rules=given["rules"])


def test_accepted_waits_for_its_receipt(engine: Engine) -> None:
    fill(engine, message(1, status="queued"))
    claim(engine)
    assert answer(engine, "accepted", number="v1") == {"accepted": 1}
    stored = row(engine)
    assert (stored.status, stored.provider_id, stored.final_at, stored.answered_at) == ("accepted", "v1", None, TEN)


def test_a_channel_without_receipts_delivers(engine: Engine) -> None:
    fill(engine, message(1, status="queued"))
    claim(engine)
    answer(engine, "delivered")
    assert (row(engine).status, row(engine).final_at) == ("delivered", TEN)


def test_refused_is_never_tried_again(engine: Engine) -> None:
    fill(engine, message(1, status="queued"))
    claim(engine)
    answer(engine, "refused", reason="empty number")
    assert (row(engine).status, row(engine).said, row(engine).final_at) == ("failed", "empty number", TEN)
    open_for(engine)
    assert claim(engine, "b", minutes=1000) == []


def test_in_doubt_is_never_sent_again_by_itself(engine: Engine) -> None:
    fill(engine, message(1, status="queued", last_on=TOMORROW))
    claim(engine)
    answer(engine, "in-doubt", reason="time-out")
    assert (row(engine).status, row(engine).final_at) == ("unknown", None)
    assert why(engine) == ("in-doubt", "time-out")
    open_for(engine)
    assert claim(engine, "b", minutes=1000) == []


def test_the_wait_before_another_try_doubles_and_the_last_try_was_the_last(engine: Engine) -> None:
    fill(engine, message(1, status="queued"))
    claim(engine, "t1")
    assert answer(engine, "later", token="t1", reason="HTTP 503") == {"queued": 1}
    assert (row(engine).status, row(engine).next_at) == ("queued", TEN + timedelta(seconds=60))
    claim(engine, "t2", minutes=1)
    answer(engine, "later", token="t2", minutes=1)
    assert row(engine).next_at == TEN + timedelta(seconds=60 + 120)
    claim(engine, "t3", minutes=3)
    assert answer(engine, "later", token="t3", minutes=3, reason="HTTP 503") == {"failed": 1}
    assert (row(engine).status, row(engine).attempts) == ("failed", 3)
    assert why(engine) == ("tried", "HTTP 503")


def test_one_that_failed_without_a_reason_says_that_every_try_failed(engine: Engine) -> None:
    fill(engine, message(1, status="queued", attempts=2))
    claim(engine)
    answer(engine, "later")
    assert why(engine) == ("tried", None)


def test_a_wait_that_doubled_often_is_a_day_at_most(engine: Engine) -> None:
    rules = Sending(attempts=100, first_wait_seconds=86_400)
    fill(engine, message(1, status="queued", attempts=98))
    claim(engine)
    answer(engine, "later", rules=rules)
    assert row(engine).next_at == TEN + timedelta(days=1)


def test_a_gateway_that_took_nothing_of_several_texts_uses_up_no_try(engine: Engine) -> None:
    fill(engine, *(message(key, status="queued", attempts=2) for key in (1, 2, 3)))
    claim(engine)
    answer(engine, "later", keys=(1, 2, 3), reason="no connection")
    assert states(engine) == ["queued"] * 3
    assert {(found.attempts, found.next_at) for found in rows(engine).values()} == {(2, TEN + timedelta(seconds=60))}


def test_a_text_that_fails_while_others_are_taken_uses_up_its_try(engine: Engine) -> None:
    fill(engine, message(1, status="queued", attempts=2), message(2, status="queued"))
    claim(engine)
    said = [Answer(reference="1", outcome="later", reason="HTTP 500"), Answer(reference="2", outcome="accepted")]
    with db.writing(engine) as connection:
        assert claims.store_answers(connection, "a", said, now=TEN, rules=RULES) == {"failed": 1, "accepted": 1}


def test_a_text_without_an_answer_may_have_left(engine: Engine) -> None:
    fill(engine, message(1, status="queued"), message(2, status="queued"))
    claim(engine)
    assert answer(engine, "accepted", keys=(1,)) == {"accepted": 1, "unknown": 1}
    assert why(engine, 2) == ("no-answer", None)


def test_of_two_answers_for_one_text_the_first_counts(engine: Engine) -> None:
    fill(engine, message(1, status="queued"))
    claim(engine)
    said = [Answer(reference="1", outcome="accepted"), Answer(reference="1", outcome="refused")]
    with db.writing(engine) as connection:
        claims.store_answers(connection, "a", said, now=TEN, rules=RULES)
    assert states(engine) == ["accepted"]


def test_an_answer_for_somebody_elses_claim_changes_nothing(engine: Engine) -> None:
    fill(engine, message(1, status="queued"), message(2, status="queued"))
    claim(engine, "a", limit=1)
    claim(engine, "b", limit=1)
    assert answer(engine, "refused", keys=(1, 2), token="b") == {"failed": 1}
    assert states(engine) == ["submitting", "failed"]
    assert answer(engine, "refused", keys=(1,), token="stranger") == {}


@pytest.mark.parametrize("reference", ["77", "", "x", "９", "99999999999999999999", "1; drop table messages"])
def test_an_answer_for_what_was_never_asked_changes_nothing(engine: Engine, reference: str) -> None:
    fill(engine, message(1, status="queued"))
    claim(engine)
    with db.writing(engine) as connection:
        said = [Answer(reference="1", outcome="accepted"), Answer(reference=reference, outcome="refused")]
        assert claims.store_answers(connection, "a", said, now=TEN, rules=RULES) == {"accepted": 1}


@pytest.mark.parametrize("reason", ["zero \0 byte", "half \ud83d a character"])
def test_what_no_database_can_store_is_taken_out_of_an_answer(engine: Engine, reason: str) -> None:
    fill(engine, message(1, status="queued"))
    claim(engine)
    answer(engine, "refused", reason=reason)
    assert row(engine).status == "failed"


@pytest.mark.parametrize("status", sorted({*STATUSES} - {"submitting", "unknown"}))
def test_an_answer_changes_only_what_is_in_hand_or_in_doubt(engine: Engine, status: str) -> None:
    fill(engine, message(1, status=status, claim="a"))
    assert answer(engine, "refused") == {}
    assert states(engine) == [status]


def test_after_the_lease_what_a_dead_sender_had_in_hand_is_in_doubt(engine: Engine) -> None:
    fill(engine, message(1, status="queued"))
    claim(engine)
    assert doubt(engine, 9.9) == 0
    assert doubt(engine, 10.1) == 1
    assert (row(engine).status, row(engine).reason, row(engine).final_at) == (
        "unknown",
        "sender-died",
        None,
    )
    assert doubt(engine, 10.1) == 0


@pytest.mark.parametrize(
    ("outcome", "status"),
    [("accepted", "accepted"), ("delivered", "delivered"), ("refused", "failed"), ("later", "queued"),
     ("in-doubt", "unknown")],
)  # fmt: skip
def test_an_answer_that_comes_after_the_lease_resolves_the_doubt(engine: Engine, outcome: Outcome, status: str) -> None:
    fill(engine, message(1, status="queued"))
    claim(engine)
    doubt(engine, 11)
    answer(engine, outcome, minutes=12)
    assert states(engine) == [status]


def test_a_late_answer_for_what_went_out_again_changes_nothing(engine: Engine) -> None:
    fill(engine, message(1, status="queued"))
    claim(engine, "a")
    doubt(engine, 11)
    resolve(engine, 1, "not-sent")
    assert references(claim(engine, "b", minutes=12)) == [1]
    assert answer(engine, "refused", token="a", minutes=13) == {}
    assert states(engine) == ["submitting"]
