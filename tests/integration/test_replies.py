"""Replies on both databases: refusals, phones written in any way, what no database would take."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, select, update

from desks.incoming import LATER, take
from desks.outbox_rows import DAY, TEN, fill, message, phone_of, replies, row, states
from policyserve import db
from policyserve.book.list_import import import_list
from policyserve.messages.gateways.gateway import Incoming
from policyserve.messages.outbox import inbound, outbox
from policyserve.messages.outbox.stored_messages import MESSAGES


def reply(
    text: str = "TD", *, customer: int = 1, number: str | None = "r1", at: datetime = TEN, **more: Any
) -> Incoming:
    return Incoming(**{"phone": phone_of(customer), "text": text, "provider_id": number, "at": at, **more})


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
