"""Receipts and replies on both databases: twice, late, too early, for nobody, and what nobody would expect."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, select, update

from desks.outbox_rows import DAY, TEN, early, fill, message, phone_of, replies, row, states
from policyserve import db
from policyserve.book.list_import import import_list
from policyserve.messages.gateways.gateway import Incoming, News, Receipt, Sent, State
from policyserve.messages.outbox import inbound, outbox, receipts
from policyserve.messages.outbox.stored_messages import MESSAGES, STATUSES
from policyserve.settings_file import MessageSettings, Sending

WORDS = MessageSettings().opt_out_words
LATER = TEN + timedelta(minutes=5)
FINAL: tuple[State, ...] = ("delivered", "failed", "unknown")
OUT: dict[str, Any] = {"gateway": "vendor", "provider_id": "v1", "submitted_at": TEN, "claim": "a"}


def take(engine: Engine, *news: Receipt | Incoming, gateway: str = "vendor", words: Sequence[str] = WORDS) -> Any:
    brought = News(
        receipts=[one for one in news if isinstance(one, Receipt)],
        replies=[one for one in news if isinstance(one, Incoming)],
    )
    with db.writing(engine) as connection:
        return inbound.take_in(connection, gateway, brought, now=LATER, words=words)


def receipt(state: State = "delivered", number: str | None = "v1", *, at: datetime = LATER, **more: Any) -> Receipt:
    return Receipt(state=state, provider_id=number, at=at, **more)


def reply(
    text: str = "TD", *, customer: int = 1, number: str | None = "r1", at: datetime = TEN, **more: Any
) -> Incoming:
    return Incoming(**{"phone": phone_of(customer), "text": text, "provider_id": number, "at": at, **more})


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


def marketing(key: int, **fields: Any) -> dict[str, Any]:
    return message(key, message_class="marketing", **fields)


@pytest.mark.parametrize("status", ["planned", "approved", "queued"])
def test_a_refusal_takes_back_marketing_that_waits_and_nothing_else(engine: Engine, status: str) -> None:
    fill(
        engine, marketing(1, status=status), message(2, status=status), marketing(4, customer_id=2, status=status),
        message(3, status=status, message_class="service"),
    )  # fmt: skip
    assert take(engine, reply()) == inbound.NewsCounts(replies=1, refusals=1)
    assert states(engine) == ["cancelled", status, status, status]
    assert (row(engine).reason, row(engine).final_at) == ("opted-out", LATER)


@pytest.mark.parametrize("status", ["submitting", "accepted", "delivered", "failed", "unknown", "expired"])
def test_a_refusal_does_not_touch_what_has_left(engine: Engine, status: str) -> None:
    fill(engine, marketing(1, status=status))
    take(engine, reply())
    assert states(engine) == [status]


@pytest.mark.parametrize(
    "phone", ["13900000001", "+8613900000001", "008613900000001", "86 139 0000 0001", "+86-139-0000-0001"]
)  # fmt: skip
def test_the_phone_of_a_refusal_may_be_written_in_any_way(engine: Engine, phone: str) -> None:
    fill(engine, marketing(1))
    assert take(engine, reply(phone=phone)).refusals == 1
    assert states(engine) == ["cancelled"]


@pytest.mark.parametrize("phone", ["442079460000", "+442079460000", "00442079460000"])
def test_a_phone_abroad_is_found_without_its_plus(engine: Engine, phone: str) -> None:
    fill(engine, marketing(1), customers=({"id": 1, "phone": "+442079460000"},))
    take(engine, reply(phone=phone))
    assert states(engine) == ["cancelled"]


def test_everybody_with_the_phone_is_spared(engine: Engine) -> None:
    fill(engine, marketing(1), marketing(2, customer_id=2), customers=({"id": 2, "phone": phone_of(1)},))
    take(engine, reply())
    assert states(engine) == ["cancelled", "cancelled"]


def test_a_reply_that_refuses_nothing_is_kept_and_changes_nothing(engine: Engine) -> None:
    fill(engine, marketing(1))
    assert take(engine, reply("谢谢")) == inbound.NewsCounts(replies=1)
    assert states(engine) == ["planned"]
    assert [(one.text, one.refuses) for one in replies(engine)] == [("谢谢", False)]


def test_the_words_that_refuse_are_a_setting(engine: Engine) -> None:
    fill(engine, marketing(1))
    assert take(engine, reply("TD"), words=("Q",)).refusals == 0
    assert take(engine, reply("q", number="r2"), words=("Q",)).refusals == 1


def test_the_second_push_of_a_reply_is_stored_once(engine: Engine) -> None:
    assert [take(engine, reply()).replies for _ in range(2)] == [1, 0]
    assert take(engine, reply(number="r2"), reply(number="r2")).replies == 1
    assert len(replies(engine)) == 2


def test_a_reply_without_a_number_is_known_by_what_it_says_and_when(engine: Engine) -> None:
    assert [take(engine, reply(number=None)).replies for _ in range(2)] == [1, 0]
    assert take(engine, reply(number=None, at=LATER)).replies == 1
    assert len(replies(engine)) == 2


@pytest.mark.parametrize("text", ["T\0D", "\ud83d", "", "x" * 10_000])
def test_replies_that_no_database_would_take_are_stored_all_the_same(engine: Engine, text: str) -> None:
    assert take(engine, reply(text, number="\0r1", phone="\0 12")).replies == 1


def refusal_stands(engine: Engine, phone: str) -> bool:
    with db.reading(engine) as connection:
        standing = (outbox.REFUSALS.c.phone == phone, outbox.REFUSALS.c.lifted_at.is_(None))
        return connection.execute(select(outbox.REFUSALS.c.id).where(*standing)).first() is not None


def lift(engine: Engine, phone: str) -> bool:
    with db.writing(engine) as connection:
        return inbound.lift(connection, phone, by="Clerk Wang", now=LATER)


def test_a_refusal_can_be_lifted_on_the_customers_wish_and_come_again(engine: Engine) -> None:
    take(engine, reply())
    assert refusal_stands(engine, phone_of(1))
    assert lift(engine, phone_of(1))
    assert not refusal_stands(engine, phone_of(1))
    assert not lift(engine, phone_of(1))
    take(engine, reply(number="r1"))  # the vendor pushes the old one again
    assert not refusal_stands(engine, phone_of(1))
    take(engine, reply(number="r2"))
    assert refusal_stands(engine, phone_of(1))


def test_who_refuses_twice_has_refused_once(engine: Engine) -> None:
    assert take(engine, reply(), reply("退订", number="r2")).refusals == 2
    with db.reading(engine) as connection:
        assert len(connection.execute(select(outbox.REFUSALS)).all()) == 1


def test_a_refusal_survives_a_list_that_says_no_opt_out(engine: Engine, tmp_path: Path) -> None:
    fill(engine, marketing(1, send_on=DAY))
    take(engine, reply())
    path = tmp_path / "customers.csv"
    path.write_text(f"customer_no,phone,sms_optout,marketing_consent\nC1,{phone_of(1)},no,yes\n", encoding="utf-8")
    import_list(engine, "customers", path, as_of=DAY, at=TEN)
    with db.writing(engine) as connection:
        connection.execute(update(MESSAGES).values(status="planned", final_at=None))  # as if it were made anew
        assert outbox.open_for(connection, DAY, LATER).cancelled == 1
    assert refusal_stands(engine, phone_of(1))
    assert states(engine) == ["cancelled"]
