"""The morning's push to a server that plays the vendors."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Engine, select

from desks.task_book import MONDAY
from policyserve import db
from policyserve.config import Settings
from policyserve.messages.notices import subscriptions
from policyserve.messages.notices.push import NoticeCounts, push_notices
from policyserve.messages.notices.subscriptions import NOTICES
from policyserve.standard.model import Standard

EIGHT = datetime(2026, 5, 4, 0, 0, tzinfo=UTC)
"""Eight o'clock on Monday in Shanghai."""

SETTINGS = Settings(database_url="", language="zh")

STANDARD = Standard.model_validate(
    {
        "name": "small",
        "version": "1",
        "services": [
            {
                "code": "visit-m4",
                "name": "Policy check-up",
                "name_zh": "保单体检",
                "level": "assessed",
                "stage": "know",
                "subject": "policy",
                "trigger": {"kind": "after", "anchor": "issue", "months": 4},
                "channels": ["visit"],
            }
        ],
    }
)


def choose(engine: Engine, agent_no: str, kind: str, address: str, **others: Any) -> None:
    with db.writing(engine) as connection:
        subscriptions.set_channel(connection, agent_no, kind=kind, address=address, as_of=MONDAY, **others)


def push(engine: Engine, at: datetime = EIGHT, *, settings: Settings = SETTINGS, **others: Any) -> NoticeCounts:
    language = others.pop("language", settings.language)
    return push_notices(engine, settings, STANDARD, as_of=MONDAY, at=at, language=language, **others)


def stored(engine: Engine) -> list[tuple[int, str, int]]:
    """Return agent, status and attempts of all notices."""
    columns = (NOTICES.c.agent_id, NOTICES.c.status, NOTICES.c.attempts)
    with db.reading(engine) as connection:
        return [tuple(row) for row in connection.execute(select(*columns).order_by(NOTICES.c.agent_id))]


def minutes(count: float) -> datetime:
    """Return the instant so many minutes after eight."""
    return EIGHT + timedelta(minutes=count)
