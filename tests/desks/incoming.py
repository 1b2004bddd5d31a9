"""Receipts and replies for tests, as a vendor would push them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import Engine

from desks.outbox_rows import TEN
from policyserve import db
from policyserve.messages.gateways.gateway import Incoming, News, Receipt
from policyserve.messages.outbox import inbound
from policyserve.settings_file import MessageSettings

WORDS = MessageSettings().opt_out_words

LATER = TEN + timedelta(minutes=5)


def take(engine: Engine, *news: Receipt | Incoming, gateway: str = "vendor", words: Sequence[str] = WORDS) -> Any:
    brought = News(
        receipts=[one for one in news if isinstance(one, Receipt)],
        replies=[one for one in news if isinstance(one, Incoming)],
    )
    with db.writing(engine) as connection:
        return inbound.take_in(connection, gateway, brought, now=LATER, words=words)
