"""Receipts on both databases: twice, late, too early, for nobody, in parts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, update

from desks.incoming import LATER, take
from desks.outbox_rows import TEN, early, fill, message, row, states
from policyserve import db
from policyserve.messages.gateways.gateway import Receipt, Sent, State
from policyserve.messages.outbox import inbound, receipts
from policyserve.messages.outbox.stored_messages import MESSAGES, STATUSES
from policyserve.settings_file import Sending

FINAL: tuple[State, ...] = ("delivered", "failed", "unknown")


OUT: dict[str, Any] = {"gateway": "vendor", "provider_id": "v1", "submitted_at": TEN, "claim": "a"}


def receipt(state: State = "delivered", number: str | None = "v1", *, at: datetime = LATER, **more: Any) -> Receipt:
    return Receipt(state=state, provider_id=number, at=at, **more)


@pytest.mark.parametrize("status", ["submitting", "accepted", "unknown"])
@pytest.mark.parametrize("state", FINAL)
def test_a_receipt_says_what_became_of_a_message(engine: Engine, status: str, state: State) -> None:
    fill(engine, message(1, status=status, **OUT))
    assert take(engine, receipt(state, reason="DB:0141")).receipts == 1
    assert (row(engine).status, row(engine).final_at, row(engine).said) == (state, LATER, "DB:0141")


def test_a_receipt_may_name_our_reference_instead(engine: Engine) -> None:
    fill(engine, message(1, status="submitting", gateway="vendor", submitted_at=TEN))
    take(engine, receipt(number=None, reference="1"))
    assert states(engine) == ["delivered"]


def test_a_number_that_only_the_receipt_brings_is_kept(engine: Engine) -> None:
    fill(engine, message(1, status="unknown", gateway="vendor", submitted_at=TEN))
    take(engine, receipt(number="v9", reference="1"))
    assert row(engine).provider_id == "v9"


def test_a_receipt_that_comes_twice_changes_nothing_the_second_time(engine: Engine) -> None:
    fill(engine, message(1, status="accepted", **OUT))
    assert take(engine, receipt(), receipt()).receipts == 1
    assert take(engine, receipt(at=LATER + timedelta(hours=1))).receipts == 0
    assert row(engine).final_at == LATER


def test_a_final_state_is_not_overwritten(engine: Engine) -> None:
    fill(engine, message(1, status="accepted", **OUT))
    take(engine, receipt("delivered"))
    assert (
        take(engine, receipt("failed"), receipt("accepted"), receipt("never"), receipt("unknown"))
        == inbound.NewsCounts()
    )
    assert states(engine) == ["delivered"]


@pytest.mark.parametrize("status", sorted({*STATUSES} - {"submitting", "accepted", "unknown"}))
@pytest.mark.parametrize("state", [*FINAL, "accepted", "never"])
def test_a_receipt_changes_only_what_has_left(engine: Engine, status: str, state: State) -> None:
    fill(engine, message(1, status=status, gateway="vendor", provider_id="v1"))
    assert take(engine, receipt(state)).receipts == 0
    assert states(engine) == [status]


def test_a_receipt_that_comes_after_72_hours_still_counts(engine: Engine) -> None:
    fill(engine, message(1, status="unknown", final_at=TEN, reason="no-receipt", **OUT))
    assert take(engine, receipt()).receipts == 1
    assert states(engine) == ["delivered"]


def test_a_receipt_for_what_waits_for_another_try_keeps_it_from_leaving_twice(engine: Engine) -> None:
    """A vendor that answers with a failure may have taken the text all the same."""
    fill(engine, message(1, status="queued", gateway="vendor", submitted_at=TEN, next_at=LATER, attempts=1))
    assert take(engine, receipt(number=None, reference="1")).receipts == 1
    assert (row(engine).status, row(engine).next_at) == ("delivered", None)


@pytest.mark.parametrize("status", ["submitting", "unknown", "queued"])
def test_accepted_resolves_a_doubt_and_waits_for_the_final_receipt(engine: Engine, status: str) -> None:
    fill(engine, message(1, status=status, reason="in-doubt", said="time-out", **OUT))
    assert take(engine, receipt("accepted")).receipts == 1
    assert (row(engine).status, row(engine).reason, row(engine).said, row(engine).final_at) == ("accepted", *[None] * 3)
    assert take(engine, receipt("delivered")).receipts == 1


def test_what_never_left_goes_out_again_but_not_what_was_accepted(engine: Engine) -> None:
    fill(engine, message(1, status="unknown", **OUT), message(2, status="accepted", **OUT | {"provider_id": "v2"}))
    assert take(engine, receipt("never"), receipt("never", "v2")).receipts == 1
    assert states(engine) == ["queued", "accepted"]


def test_what_was_given_up_does_not_go_out_again(engine: Engine) -> None:
    fill(engine, message(1, status="unknown", final_at=TEN, **OUT))
    take(engine, receipt("never"))
    assert states(engine) == ["unknown"]


def test_another_gateway_cannot_speak_of_this_ones_messages(engine: Engine) -> None:
    fill(engine, message(1, status="accepted", **OUT))
    assert take(engine, receipt(), receipt("failed", None, reference="1"), gateway="other").receipts == 0
    assert states(engine) == ["accepted"]


def test_what_was_said_of_the_first_time_is_not_true_of_the_second(engine: Engine) -> None:
    """Two senders ask after one message; the second hears its answer when the message has left again."""
    fill(engine, message(1, status="unknown", phone="1", **OUT | {"claim": "second"}))
    asked = [Sent(reference="1", phone="1", submitted_at=TEN, claim="first")]
    found = [receipt("never", None, reference="1")]
    with db.writing(engine) as connection:
        assert receipts.take_looked_up(connection, "vendor", found, asked) == 0
    assert states(engine) == ["unknown"]


ABSURD = ["", " ", "0", "-1", "1.0", "１", "x" * 5000, "2147483648", "9" * 18, "9" * 400, "1\0", "\ud83d", "'; --"]


@pytest.mark.parametrize("reference", ABSURD)
def test_absurd_references_are_nobodys(engine: Engine, reference: str) -> None:
    fill(engine, message(1, status="accepted", **OUT))
    assert take(engine, receipt(number=None, reference=reference)) == inbound.NewsCounts()
    assert states(engine) == ["accepted"]


@pytest.mark.parametrize("number", [text for text in ABSURD if text.strip()])
def test_absurd_numbers_are_kept_like_any_other(engine: Engine, number: str) -> None:
    fill(engine, message(1, status="accepted", **OUT))
    assert take(engine, receipt(number=number, reason="bad \0 \ud83d")).early == 1
    assert states(engine) == ["accepted"]


def test_a_receipt_without_any_number_is_nobodys(engine: Engine) -> None:
    assert take(engine, receipt(number=None)) == inbound.NewsCounts()
    assert early(engine) == []


def settle(engine: Engine, numbers: Sequence[str] | None = None) -> int:
    with db.writing(engine) as connection:
        return receipts.settle(connection, "vendor", numbers)


def number_stored(engine: Engine, number: str, key: int = 1) -> None:
    with db.writing(engine) as connection:
        connection.execute(update(MESSAGES).where(MESSAGES.c.id == key).values(provider_id=number, status="accepted"))


def test_a_receipt_that_comes_before_the_answer_is_stored_is_applied_once_it_is(engine: Engine) -> None:
    fill(engine, message(1, status="submitting", gateway="vendor", submitted_at=TEN))
    assert take(engine, receipt()) == inbound.NewsCounts(early=1)
    number_stored(engine, "v1")
    assert settle(engine, ["v1"]) == 1
    assert (row(engine).status, row(engine).final_at) == ("delivered", LATER)
    assert early(engine) == []


def test_early_receipts_are_applied_in_the_order_in_which_they_came(engine: Engine) -> None:
    fill(engine, message(1, status="submitting", gateway="vendor", submitted_at=TEN))
    take(engine, receipt("accepted"), receipt("failed"), receipt("delivered"))
    number_stored(engine, "v1")
    settle(engine, ["v1"])
    assert states(engine) == ["failed"]


def test_an_early_receipt_that_comes_again_is_kept_once(engine: Engine) -> None:
    assert [take(engine, receipt()).early for _ in range(3)] == [1, 0, 0]
    assert len(early(engine)) == 1


def test_a_receipt_and_an_answer_that_crossed_meet_when_the_next_sender_starts(engine: Engine) -> None:
    fill(engine, message(1, status="submitting", gateway="vendor", submitted_at=TEN))
    take(engine, receipt())
    number_stored(engine, "v1")
    assert settle(engine, ["v2"]) == 0
    assert settle(engine, []) == 0
    assert settle(engine) == 1
    assert states(engine) == ["delivered"]


def test_an_early_receipt_of_another_gateway_is_not_taken_for_ours(engine: Engine) -> None:
    fill(engine, message(1, status="accepted", **OUT))
    take(engine, receipt(), gateway="other")
    assert settle(engine) == 0
    assert states(engine) == ["accepted"]


def test_receipts_for_numbers_that_never_came_are_forgotten(engine: Engine) -> None:
    take(engine, receipt())
    with db.writing(engine) as connection:
        assert receipts.forget_early(connection, LATER + timedelta(hours=71), Sending()) == 0
        assert receipts.forget_early(connection, LATER + timedelta(hours=73), Sending()) == 1
    assert early(engine) == []


IN_PARTS = {**OUT, "provider_id": "a,b,c"}


def test_a_text_in_parts_is_delivered_when_every_part_is(engine: Engine) -> None:
    fill(engine, message(1, status="accepted", **IN_PARTS))
    assert take(engine, receipt(number="a")).receipts == 0
    assert take(engine, receipt(number="c")).receipts == 0
    assert states(engine) == ["accepted"]
    assert take(engine, receipt(number="b", at=LATER + timedelta(minutes=1))).receipts == 1
    assert (row(engine).status, row(engine).final_at) == ("delivered", LATER + timedelta(minutes=1))
    assert row(engine).provider_id == "a,b,c"
    assert early(engine) == []


def test_all_parts_may_report_at_once_and_one_of_them_twice(engine: Engine) -> None:
    fill(engine, message(1, status="accepted", **IN_PARTS))
    assert take(engine, *(receipt(number=number) for number in "abbc")).receipts == 1
    assert states(engine) == ["delivered"]


def test_one_part_that_failed_fails_the_text(engine: Engine) -> None:
    fill(engine, message(1, status="accepted", **IN_PARTS))
    take(engine, receipt(number="a"), receipt("failed", "b", reason="UNDELIV"))
    assert (row(engine).status, row(engine).said) == ("failed", "UNDELIV")
    assert take(engine, receipt(number="c")).receipts == 0
    assert states(engine) == ["failed"]


def test_a_part_that_is_on_its_way_is_not_there_yet(engine: Engine) -> None:
    fill(engine, message(1, status="accepted", **IN_PARTS))
    take(engine, receipt("accepted", "a"), receipt(number="b"), receipt(number="c"))
    assert states(engine) == ["accepted"]
    take(engine, receipt("delivered", "a"))
    assert states(engine) == ["delivered"]


def test_a_part_whose_number_is_not_known_leaves_the_text_in_doubt_unless_another_failed(engine: Engine) -> None:
    fill(engine, message(1, status="unknown", **OUT | {"provider_id": "a,,c"}))
    take(engine, receipt(number="a"), receipt(number="c"))
    assert states(engine) == ["unknown"]


def test_receipts_of_parts_that_come_before_the_answer_wait_for_it(engine: Engine) -> None:
    fill(engine, message(1, status="submitting", gateway="vendor", submitted_at=TEN))
    take(engine, *(receipt(number=number) for number in "abc"))
    assert states(engine) == ["submitting"]
    number_stored(engine, "a,b,c")
    assert settle(engine, ["a,b,c"]) == 1
    assert states(engine) == ["delivered"]


def test_parts_of_two_texts_are_not_mixed_up(engine: Engine) -> None:
    fill(
        engine, message(1, status="accepted", **OUT | {"provider_id": "1,2"}),
        message(2, status="accepted", **OUT | {"provider_id": "11,12"}),
    )  # fmt: skip
    take(engine, receipt(number="1"), receipt(number="12"), receipt(number="2"))
    assert states(engine) == ["delivered", "accepted"]
