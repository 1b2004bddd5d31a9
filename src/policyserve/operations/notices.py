"""The agents' morning notices: pushed to the channel that each agent chose."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime

from policyserve.config import Settings
from policyserve.messages.notices import push
from policyserve.messages.notices.push import NoticeCounts
from policyserve.operations.database import Database
from policyserve.tasks.stored_standard import current_standard


def push_notices(
    engine: Database,
    settings: Settings,
    *,
    as_of: date,
    at: datetime,
    by_hand: bool = False,
    stopping: Callable[[], bool] = lambda: False,
) -> NoticeCounts:
    """Push each agent's agenda of the day whose hour has come; see `messages.notices.push`."""
    return push.push_notices(engine, settings, current_standard, as_of=as_of, at=at, by_hand=by_hand, stopping=stopping)
