"""Each step of the outbox on both databases: from which state it goes, and that no other is touched."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from threading import Thread
from typing import Any

import pytest
from sqlalchemy import Engine, insert, update

from desks.outbox_rows import DAY, TEN, fill, message, phone_of, row, rows, states
from policyserve import db
from policyserve.errors import NotFoundError, PolicyserveError
from policyserve.messages.gateways.gateway import Answer, Outcome, Outgoing
from policyserve.messages.outbox import claims, outbox
from policyserve.messages.outbox.stored_messages import MESSAGES, STATUSES
from policyserve.settings_file import Sending
from policyserve.standard.model import MessageClass
from policyserve.tables import Refusal

RULES = Sending(attempts=3, first_wait_seconds=60, lease_minutes=10, receipt_hours=72)
CLASSES: tuple[MessageClass, ...] = ("duty", "service", "marketing")
TOMORROW = DAY + timedelta(days=1)
YESTERDAY = DAY - timedelta(days=1)
OUT_OF_HAND = {"submitting", "accepted", "delivered", "failed", "unknown", "cancelled", "expired"}
"""States in which a message does not wait."""


def open_for(engine: Engine, day: Any = DAY) -> outbox.OpeningCounts:
    with db.writing(engine) as connection:
        return outbox.open_for(connection, day, TEN)


def claim(engine: Engine, token: str = "a", *, limit: int = 100, minutes: float = 0, **asked: Any) -> list[Outgoing]:
    found = {"classes": CLASSES, "day": DAY, **asked}
    with db.writing(engine) as connection:
        return claims.claim(connection, "vendor", token, limit=limit, now=TEN + timedelta(minutes=minutes), **found)


def answer(engine: Engine, outcome: Outcome, *, keys: Sequence[int] = (1,), token: str = "a", **more: Any) -> Any:
    given = {"minutes": 0.0, "rules": RULES, **more}
    answers = [
        Answer(reference=str(key), outcome=outcome, provider_id=given.get("number"), reason=given.get("reason"))
        for key in keys
    ]
    with db.writing(engine) as connection:
        at = TEN + timedelta(minutes=given["minutes"])
        return claims.store_answers(connection, token, answers, now=at, rules=given["rules"])


def why(engine: Engine, key: int = 1) -> tuple[str | None, str | None]:
    """Return the code of a message's reason, and what was said besides."""
    return row(engine, key).reason, row(engine, key).said


def doubt(engine: Engine, minutes: float) -> int:
    with db.writing(engine) as connection:
        return outbox.doubt(connection, TEN + timedelta(minutes=minutes), RULES)


def references(taken: Sequence[Outgoing]) -> list[int]:
    return [int(one.reference) for one in taken]


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
        assert outbox.approve(connection, [1], by="Manager Li") == 1
    assert states(engine) == ["approved", "planned", "queued"]
    assert row(engine).decided_by == "Manager Li"
    assert open_for(engine).queued == 1
    assert states(engine) == ["queued", "planned", "queued"]


def test_a_manager_may_let_all_go_at_once(engine: Engine) -> None:
    fill(engine, message(1, needs_approval=True), message(2, needs_approval=True), message(3))
    with db.writing(engine) as connection:
        assert outbox.approve(connection, None, by="Manager Li") == 2
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


def marketing(key: int, **fields: Any) -> dict[str, Any]:
    return message(key, customer_id=key, message_class="marketing", **fields)


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


def give_up(engine: Engine, hours: float) -> int:
    with db.writing(engine) as connection:
        return outbox.give_up_receipts(connection, TEN + timedelta(hours=hours), RULES)


@pytest.mark.parametrize("status", ["accepted", "unknown"])
def test_without_a_receipt_for_72_hours_it_stays_unknown_for_good(engine: Engine, status: str) -> None:
    fill(engine, message(1, status=status, submitted_at=TEN))
    assert give_up(engine, 71.9) == 0
    assert give_up(engine, 72.1) == 1
    assert (row(engine).status, row(engine).reason) == ("unknown", "no-receipt")
    assert row(engine).final_at == TEN + timedelta(hours=72.1)


@pytest.mark.parametrize("status", sorted({*STATUSES} - {"accepted", "unknown"}))
def test_nothing_else_waits_for_a_receipt(engine: Engine, status: str) -> None:
    fill(engine, message(1, status=status, submitted_at=TEN))
    assert give_up(engine, 1000) == 0
    assert states(engine) == [status]


def test_a_gateway_is_asked_only_for_its_own_doubts_page_by_page(engine: Engine) -> None:
    sent: dict[str, Any] = {"submitted_at": TEN, "phone": phone_of(1)}
    fill(
        engine,
        *(message(key, status="unknown", gateway="vendor", claim="a", **sent) for key in (1, 2, 3)),
        message(4, status="unknown", gateway="other", **sent),
        message(5, status="unknown", gateway="vendor", **sent, final_at=TEN),
        message(6, status="accepted", gateway="vendor", **sent),
    )  # fmt: skip
    with db.reading(engine) as connection:
        first = outbox.in_doubt(connection, "vendor", after=0, limit=2)
        rest = outbox.in_doubt(connection, "vendor", after=2, limit=2)
    assert [one.reference for one in (*first, *rest)] == ["1", "2", "3"]
    assert first[0].claim == "a"


def resolve(engine: Engine, key: int, said: str) -> None:
    with db.writing(engine) as connection:
        outbox.resolve(connection, key, said, by="Clerk Wang", now=TEN)


@pytest.mark.parametrize(
    ("said", "status", "final_at"),
    [("delivered", "delivered", TEN), ("failed", "failed", TEN), ("not-sent", "queued", None)],
)  # fmt: skip
@pytest.mark.parametrize("given_up", [None, TEN])
def test_a_person_says_what_became_of_a_message_in_doubt(
    engine: Engine, said: str, status: str, final_at: Any, given_up: Any
) -> None:
    fill(engine, message(1, status="unknown", final_at=given_up, reason="no-receipt", claim="a", submitted_at=TEN))
    resolve(engine, 1, said)
    stored = row(engine)
    assert (stored.status, stored.final_at, stored.decided_by) == (status, final_at, "Clerk Wang")
    assert references(claim(engine)) == ([1] if said == "not-sent" else [])


@pytest.mark.parametrize("status", sorted({*STATUSES} - {"unknown"}))
def test_nobody_can_say_what_became_of_a_message_that_is_not_in_doubt(engine: Engine, status: str) -> None:
    fill(engine, message(1, status=status))
    with pytest.raises(PolicyserveError, match=f"Message 1 is {status}"):
        resolve(engine, 1, "delivered")
    assert states(engine) == [status]


def test_resolving_a_message_that_is_none_says_so(engine: Engine) -> None:
    with pytest.raises(NotFoundError, match="No message has the number '7'"):
        resolve(engine, 7, "failed")


def cancel(engine: Engine, *keys: int) -> int:
    with db.writing(engine) as connection:
        return outbox.cancel(connection, keys, by="Manager Li", why="wrong text", now=TEN)


def test_what_has_not_left_can_be_cancelled_by_a_person(engine: Engine) -> None:
    fill(engine, message(1), message(2, status="approved"), message(3, status="queued"), message(4))
    assert cancel(engine, 1, 2, 3) == 3
    assert states(engine) == ["cancelled", "cancelled", "cancelled", "planned"]
    assert why(engine) == ("by-hand", "wrong text")
    assert (row(engine).decided_by, row(engine).final_at) == ("Manager Li", TEN)


def test_cancelling_twice_is_no_error(engine: Engine) -> None:
    fill(engine, message(1))
    assert (cancel(engine, 1), cancel(engine, 1), cancel(engine)) == (1, 0, 0)


@pytest.mark.parametrize("status", sorted(OUT_OF_HAND - {"cancelled"}))
def test_what_has_left_cannot_be_cancelled_and_then_nothing_is(engine: Engine, status: str) -> None:
    fill(engine, message(1), message(2, status=status))
    with pytest.raises(
        PolicyserveError, match=f"Message 2 is {status}, so it cannot be cancelled. Nothing was changed"
    ):
        cancel(engine, 1, 2)
    assert states(engine) == ["planned", status]


def test_cancelling_a_message_that_is_none_changes_nothing(engine: Engine) -> None:
    fill(engine, message(1))
    with pytest.raises(NotFoundError):
        cancel(engine, 1, 7)
    assert states(engine) == ["planned"]


def test_senders_reserve_a_gateways_time_one_after_the_other(engine: Engine) -> None:
    begins = []
    for _ in range(3):
        with db.writing(engine) as connection:
            begins.append(claims.reserve(connection, "vendor", 10, 20.0, TEN))
    assert begins == [TEN, TEN + timedelta(seconds=0.5), TEN + timedelta(seconds=1)]


def test_time_that_nobody_reserved_is_not_made_up_for(engine: Engine) -> None:
    later = TEN + timedelta(hours=1)
    with db.writing(engine) as connection:
        claims.reserve(connection, "vendor", 10, 20.0, TEN)
        assert claims.reserve(connection, "vendor", 10, 20.0, later) == later
        assert claims.reserve(connection, "other", 10, 20.0, TEN) == TEN


@pytest.mark.parametrize(
    ("meanwhile", "after"),
    [({"text": "written anew"}, "queued"), ({"status": "cancelled", "final_at": TEN}, "cancelled")],
)
def test_opening_sees_what_somebody_else_has_just_done_to_a_message(engine: Engine, meanwhile: Any, after: str) -> None:
    if db.is_sqlite(engine):
        pytest.skip("on SQLite nobody writes while another one does")
    fill(engine, message(1), message(2))
    opening = Thread(target=open_for, args=(engine,))
    with db.writing(engine) as connection:
        connection.execute(update(MESSAGES).where(MESSAGES.c.id == 1).values(meanwhile))
        opening.start()
        opening.join(0.3)
        assert opening.is_alive()
    opening.join(30)
    assert states(engine) == [after, "queued"]
