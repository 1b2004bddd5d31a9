"""Each step of the outbox on both databases: from which state it goes, and that no other is touched."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, insert, update

from desks.outbox_rows import DAY, TEN, fill, message, phone_of, row, rows, states
from desks.outbox_steps import CLASSES, OUT_OF_HAND, TOMORROW, claim, doubt, marketing, open_for, references
from policyserve import db
from policyserve.messages.gateways.gateway import Outgoing
from policyserve.messages.outbox import claims, outbox
from policyserve.messages.outbox.stored_messages import MESSAGES, STATUSES
from policyserve.tables import Refusal

YESTERDAY = DAY - timedelta(days=1)


def change(engine: Engine, key: int, **values: Any) -> None:
    with db.writing(engine) as connection:
        connection.execute(update(MESSAGES).where(MESSAGES.c.id == key).values(values))


def change_customer(engine: Engine, key: int, **values: Any) -> None:
    with db.writing(engine) as connection:
        connection.execute(update(outbox.CUSTOMERS).where(outbox.CUSTOMERS.c.id == key).values(values))


def test_a_planned_message_is_queued_on_its_day(engine: Engine) -> None:
    fill(engine, message(1), message(2, send_on=TOMORROW, last_on=TOMORROW))
    assert open_for(engine) == outbox.OpeningCounts(queued=1)
    assert states(engine) == ["queued", "planned"]


def test_one_that_was_planned_before_today_is_queued_too(engine: Engine) -> None:
    fill(engine, message(1, send_on=YESTERDAY))
    assert open_for(engine).queued == 1


def test_a_message_that_waits_for_a_manager_stays_until_it_is_approved(engine: Engine) -> None:
    fill(engine, message(1, needs_approval=True), message(2, needs_approval=True), message(3))
    assert open_for(engine).queued == 1
    with db.writing(engine) as connection:
        assert len(outbox.approve(connection, [1], by="Manager Li")) == 1
    assert states(engine) == ["approved", "planned", "queued"]
    assert row(engine).decided_by == "Manager Li"
    assert open_for(engine).queued == 1
    assert states(engine) == ["queued", "planned", "queued"]


def test_a_manager_may_let_all_go_at_once(engine: Engine) -> None:
    fill(engine, message(1, needs_approval=True), message(2, needs_approval=True), message(3))
    with db.writing(engine) as connection:
        assert len(outbox.approve(connection, None, by="Manager Li")) == 2
    assert states(engine) == ["approved", "approved", "planned"]


@pytest.mark.parametrize("status", ["planned", "approved", "queued"])
def test_what_is_too_late_expires_wherever_it_waits(engine: Engine, status: str) -> None:
    fill(engine, message(1, status=status, send_on=YESTERDAY, last_on=YESTERDAY))
    assert open_for(engine) == outbox.OpeningCounts(expired=1)
    assert (row(engine).status, row(engine).reason, row(engine).final_at) == ("expired", "expired", TEN)


def test_the_last_day_itself_is_not_too_late(engine: Engine) -> None:
    fill(engine, message(1, last_on=DAY))
    assert open_for(engine).expired == 0


@pytest.mark.parametrize("status", sorted(OUT_OF_HAND))
def test_opening_touches_nothing_that_does_not_wait(engine: Engine, status: str) -> None:
    fill(engine, message(1, status=status, last_on=YESTERDAY, message_class="marketing"))
    change_customer(engine, 1, sms_optout=True, phone=None)
    assert open_for(engine) == outbox.OpeningCounts()
    assert states(engine) == [status]


def test_who_opted_out_since_gets_no_marketing_but_duties_and_service(engine: Engine) -> None:
    fill(engine, marketing(1), message(2, message_class="service"), message(3), marketing(4))
    change_customer(engine, 1, sms_optout=True)
    assert open_for(engine) == outbox.OpeningCounts(queued=3, cancelled=1)
    assert states(engine) == ["cancelled", "queued", "queued", "queued"]
    assert row(engine).reason == "opted-out"


def test_a_refusal_from_the_phone_counts_like_the_list_and_one_that_was_lifted_does_not(engine: Engine) -> None:
    fill(engine, marketing(1), marketing(2))
    with db.writing(engine) as connection:
        plain = {"at": TEN, "source": "reply"}
        connection.execute(insert(Refusal).values(phone=phone_of(1), **plain))
        connection.execute(insert(Refusal).values(phone=phone_of(2), lifted_at=TEN, **plain))
    assert open_for(engine).cancelled == 1
    assert states(engine) == ["cancelled", "queued"]


def test_a_consent_that_was_withdrawn_since_stops_marketing(engine: Engine) -> None:
    fill(engine, marketing(1))
    change_customer(engine, 1, marketing_consent=False)
    assert open_for(engine).cancelled == 1
    assert row(engine).reason == "no-consent"


def test_whoever_lost_the_phone_since_gets_nothing(engine: Engine) -> None:
    fill(engine, message(1))
    change_customer(engine, 1, phone=None)
    assert open_for(engine) == outbox.OpeningCounts(cancelled=1)
    assert row(engine).reason == "no-phone"


def test_claiming_takes_messages_in_hand_with_the_phone_of_the_moment(engine: Engine) -> None:
    fill(engine, message(1, status="queued"))
    change_customer(engine, 1, phone="13700000000")
    (taken,) = claim(engine)
    assert taken == Outgoing(
        reference="1", phone="13700000000", text="【安心人寿】第1条", service="premium-reminder", message_class="duty"
    )
    stored = row(engine)
    assert (stored.status, stored.claim, stored.gateway, stored.attempts) == ("submitting", "a", "vendor", 1)
    assert (stored.submitted_at, stored.phone) == (TEN, "13700000000")


def test_two_senders_never_claim_the_same_message(engine: Engine) -> None:
    fill(engine, *(message(key, status="queued") for key in range(1, 6)))
    assert references(claim(engine, "a", limit=3)) == [1, 2, 3]
    assert references(claim(engine, "b", limit=3)) == [4, 5]
    assert claim(engine, "c") == []


def test_two_senders_that_claim_at_the_very_same_time_share_the_messages(engine: Engine) -> None:
    if db.is_sqlite(engine):
        pytest.skip("on SQLite nobody claims while another one does")
    fill(engine, *(message(key, status="queued") for key in range(1, 6)))
    with db.writing(engine) as connection:
        mine = claims.claim(connection, "vendor", "a", classes=CLASSES, limit=3, day=DAY, now=TEN)
        assert references(claim(engine, "b", limit=3)) == [4, 5]
    assert references(mine) == [1, 2, 3]
    assert [found.claim for found in rows(engine).values()] == ["a", "a", "a", "b", "b"]


@pytest.mark.parametrize("status", sorted({*STATUSES} - {"queued"}))
def test_only_queued_messages_are_claimed(engine: Engine, status: str) -> None:
    fill(engine, message(1, status=status))
    assert claim(engine) == []


def test_a_message_that_is_final_is_not_claimed_whatever_its_state_says(engine: Engine) -> None:
    fill(engine, message(1, status="queued", final_at=TEN))
    assert claim(engine) == []


def test_duties_leave_before_service_and_service_before_marketing(engine: Engine) -> None:
    fill(
        engine, message(1, status="queued", message_class="marketing"),
        message(2, status="queued", message_class="service"), message(3, status="queued"),
    )  # fmt: skip
    assert [references(claim(engine, f"t{number}", limit=1)) for number in range(3)] == [[3], [2], [1]]


def test_classes_whose_hours_are_over_wait(engine: Engine) -> None:
    fill(engine, message(1, status="queued", message_class="marketing"), message(2, status="queued"))
    assert references(claim(engine, classes=("duty", "service"))) == [2]
    assert claim(engine, "b", classes=()) == []


def test_a_message_is_not_tried_again_before_its_time(engine: Engine) -> None:
    fill(engine, message(1, status="queued", next_at=TEN + timedelta(minutes=1)))
    assert claim(engine, minutes=0.9) == []
    assert references(claim(engine, minutes=1)) == [1]
    assert row(engine).next_at is None


@pytest.mark.parametrize(
    "against", [{"sms_optout": True}, {"marketing_consent": None}, {"phone": None}], ids=["refused", "consent", "phone"]
)  # fmt: skip
def test_what_stands_against_marketing_after_it_was_queued_keeps_it_back(engine: Engine, against: Any) -> None:
    fill(engine, marketing(1, status="queued"))
    change_customer(engine, 1, **against)
    assert claim(engine) == []
    assert states(engine) == ["queued"]


def test_a_refusal_after_it_was_queued_keeps_marketing_back_and_nothing_else(engine: Engine) -> None:
    fill(engine, marketing(1, status="queued"), message(2, status="queued"))
    with db.writing(engine) as connection:
        connection.execute(insert(Refusal).values(phone=phone_of(1), at=TEN, source="reply"))
    assert references(claim(engine)) == [2]


def test_a_sender_that_works_past_midnight_leaves_what_has_expired(engine: Engine) -> None:
    fill(engine, message(1, status="queued", last_on=DAY))
    assert claim(engine, day=TOMORROW) == []


def test_what_was_claimed_and_did_not_leave_is_given_back_without_a_try_spent(engine: Engine) -> None:
    fill(engine, message(1, status="queued"), message(2, status="queued"))
    claim(engine, "a", limit=1)
    claim(engine, "b", limit=1)
    with db.writing(engine) as connection:
        claims.give_back(connection, "a")
    assert states(engine) == ["queued", "submitting"]
    assert (row(engine).attempts, row(engine).claim) == (0, None)


def test_a_lease_is_begun_anew_only_for_what_is_still_in_hand(engine: Engine) -> None:
    fill(engine, message(1, status="queued"), message(2, status="queued"))
    claim(engine)
    change(engine, 2, status="unknown")
    with db.writing(engine) as connection:
        assert claims.keep(connection, "a", TEN + timedelta(minutes=5)) == {"1"}
    assert doubt(engine, 11) == 0
    assert doubt(engine, 16) == 1
