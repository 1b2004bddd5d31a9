"""Replies that come by the hundred in one push: the same ones are stored, and taken for refusals, as one by one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random

import pytest
from sqlalchemy import Engine, event, select

from desks.outbox_rows import TEN, fill, message, phone_of, replies, rows
from policyserve import db
from policyserve.messages.gateways.gateway import Incoming, News, Receipt
from policyserve.messages.outbox import inbound
from policyserve.messages.outbox.outbox import REFUSALS
from policyserve.settings_file import MessageSettings

WORDS = MessageSettings().opt_out_words

ABROAD = "+442079460100"


@dataclass
class SlowInbox:
    """Takes in one reply after the other, as a person would with a list on paper."""

    kept: list[tuple[str, str, object]] = field(default_factory=list)
    numbers: set[str] = field(default_factory=set)
    unnumbered: set[tuple[str, str, object]] = field(default_factory=set)
    refused: set[str] = field(default_factory=set)

    def take(self, reply: Incoming) -> None:
        phone = {"442079460100": ABROAD, f"+86{phone_of(1)}": phone_of(1)}.get(reply.phone, reply.phone)
        said = (phone, reply.text, reply.at)
        if reply.provider_id is None:
            if said in self.unnumbered:
                return
            self.unnumbered.add(said)
        elif reply.provider_id in self.numbers:
            return
        else:
            self.numbers.add(reply.provider_id)
        self.kept.append(said)
        if inbound.refuses(reply.text, WORDS):
            self.refused.add(phone)


def push(random: Random, count: int) -> list[Incoming]:
    """Return replies of few phones, texts, numbers and instants, so that many of them are the same."""
    phones = [*map(phone_of, range(1, 6)), "442079460100", "442079460199", ABROAD, f"+86{phone_of(1)}"]
    return [
        Incoming(
            phone=random.choice(phones),
            text=random.choice(["TD", "好的", "", "退订！"]),
            at=TEN + timedelta(minutes=random.randrange(4)),
            provider_id=random.choice([None, f"r{random.randrange(60)}"]),
        )
        for _ in range(count)
    ]


def take(engine: Engine, news: Sequence[Incoming]) -> inbound.NewsCounts:
    with db.writing(engine) as connection:
        return inbound.take_in(connection, "vendor", News(replies=news), now=TEN, words=WORDS)


@pytest.mark.parametrize("seed", range(3))
def test_a_push_of_many_stores_what_one_after_the_other_would(engine: Engine, seed: int) -> None:
    marketing = [message(key, customer_id=key, message_class="marketing") for key in range(1, 7)]
    fill(engine, *marketing, customers=({"id": 6, "phone": ABROAD},))
    random, slow, counted = Random(seed), SlowInbox(), inbound.NewsCounts()
    for _ in range(3):
        news = push(random, 80)
        counted += take(engine, news)
        for reply in news:
            slow.take(reply)
    assert Counter((one.phone, one.text, one.at) for one in replies(engine)) == Counter(slow.kept)
    assert counted.replies == len(slow.kept)
    with db.reading(engine) as connection:
        assert set(connection.scalars(select(REFUSALS.c.phone))) == slow.refused
    phones = {key: ABROAD if key == 6 else phone_of(key) for key in range(1, 7)}
    expected = {key: "cancelled" if phone in slow.refused else "planned" for key, phone in phones.items()}
    assert {key: one.status for key, one in rows(engine).items()} == expected


@contextmanager
def statements(engine: Engine) -> Iterator[list[str]]:
    """Write down what is asked of the database."""
    asked: list[str] = []

    def note(*arguments: object) -> None:
        asked.append(str(arguments[2]))

    event.listen(engine, "before_cursor_execute", note)
    yield asked
    event.remove(engine, "before_cursor_execute", note)


def test_a_push_of_a_thousand_asks_the_database_little_more_than_a_push_of_ten(engine: Engine) -> None:
    fill(engine, message(1))

    def asked(count: int) -> int:
        news = [
            Incoming(phone=phone_of(number), text="TD", at=TEN + timedelta(minutes=count), provider_id=None)
            for number in range(count)
        ]
        with statements(engine) as found:
            assert take(engine, news).refusals == count
        return len(found)

    assert asked(1000) < asked(10) + 5


def test_receipts_of_unknown_numbers_do_not_read_all_that_wait(engine: Engine) -> None:
    """A hundred of somebody else's receipts wait; one more of them is looked up by its own number only."""
    fill(engine, message(1, status="accepted", gateway="vendor", provider_id="a,b", submitted_at=TEN))
    strangers = [Receipt(state="delivered", provider_id=f"s{number}", at=TEN) for number in range(100)]
    with db.writing(engine) as connection:
        inbound.take_in(connection, "vendor", News(receipts=strangers), now=TEN, words=WORDS)
    with statements(engine) as asked, db.writing(engine) as connection:
        one = [Receipt(state="delivered", provider_id="s100", at=TEN)]
        inbound.take_in(connection, "vendor", News(receipts=one), now=TEN, words=WORDS)
    of_early = [sql for sql in asked if "FROM early_receipts" in sql]
    assert of_early
    assert all("provider_id IN" in sql for sql in of_early)
