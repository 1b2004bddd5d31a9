"""Decisions on the outbox on both databases: doubts resolved, messages cancelled, a gateway's time reserved."""

from __future__ import annotations

from datetime import timedelta
from threading import Thread
from typing import Any

import pytest
from sqlalchemy import Engine, update

from desks.outbox_rows import TEN, fill, message, phone_of, row, states
from desks.outbox_steps import OUT_OF_HAND, RULES, claim, open_for, references, resolve, why
from policyserve import db
from policyserve.errors import NotFoundError, PolicyserveError
from policyserve.messages.outbox import claims, outbox
from policyserve.messages.outbox.stored_messages import MESSAGES, STATUSES


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
