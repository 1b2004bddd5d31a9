"""Calendar feeds: made, revoked, and the work that one tells."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from policyserve import db
from policyserve.access import audit, calendar_feeds, users
from policyserve.access.masks import masked_name
from policyserve.access.viewer import Viewer
from policyserve.dates import Days
from policyserve.errors import NotFoundError, PolicyserveError
from policyserve.operations.database import Database
from policyserve.operations.schedule import work_ahead
from policyserve.tasks.salutation import salutation
from policyserve.tasks.standard_lines import line_of
from policyserve.tasks.stored_standard import current_standard

AHEAD = 35
"""Days that a calendar tells of."""


@dataclass(frozen=True, kw_only=True)
class Work:
    """One task in a calendar."""

    day: date
    customer: str
    """How the customer is addressed, masked unless the owner wants names."""
    name: str
    latest: date


def make_feed(engine: Database, viewer: Viewer, *, names: bool, at: datetime) -> str:
    """Make the secret of the viewer's own calendar, and return it this once."""
    with db.writing(engine) as connection:
        audit.note(connection, viewer, "calendar made", at=at, kind="user", number=viewer.who)
        return calendar_feeds.make(connection, _key(viewer), names=names, at=at)


def make_feed_of(engine: Database, viewer: Viewer, login: str, *, names: bool, at: datetime) -> str:
    """Make the secret of somebody's calendar; raises NotFoundError, PolicyserveError for who is no agent."""
    with db.writing(engine) as connection:
        user = users.viewer_named(connection, login)
        if user.role != "agent":
            raise PolicyserveError("A calendar tells of an agent's work; {login} is none.", login=login)
        audit.note(connection, viewer, "calendar made", at=at, kind="user", number=user.who)
        return calendar_feeds.make(connection, _key(user), names=names, at=at)


def revoke_feed(engine: Database, viewer: Viewer, *, at: datetime, login: str | None = None) -> bool:
    """Let the viewer's own address, or that of `login`, lead nowhere any more; return whether there was one."""
    with db.writing(engine) as connection:
        whose = viewer if login is None else users.viewer_named(connection, login)
        was = calendar_feeds.revoke(connection, _key(whose))
        if was:
            audit.note(connection, viewer, "calendar revoked", at=at, kind="user", number=whose.who)
        return was


def feed_made_at(engine: Database, viewer: Viewer) -> datetime | None:
    """Return when the viewer's own address was made; None where there is none."""
    with db.reading(engine) as connection:
        return calendar_feeds.made_at(connection, _key(viewer))


def work_of_feed(engine: Database, secret: str, *, as_of: date, language: str) -> tuple[str, list[Work]]:
    """Return whose calendar a secret leads to, and the work of its days; raises NotFoundError."""
    with db.reading(engine) as connection:
        feed = calendar_feeds.feed_of(connection, secret)
        if feed is None or feed.viewer.role != "agent":
            raise NotFoundError("user", "-")
        standard = current_standard(connection, as_of)
    rows = work_ahead(engine, feed.viewer, Days.between(as_of, as_of).widened(after=AHEAD), as_of=as_of)
    work = []
    for row in rows:
        service = line_of(standard, row.service, row.channels).service
        name = row.name if feed.names else masked_name(row.name)
        told = salutation(name, row.gender if feed.names else None, language)
        what = row.service if service is None else str(service.said("name", language))
        work.append(Work(day=row.day, customer=told, name=what, latest=row.latest))
    return feed.viewer.who, work


def _key(viewer: Viewer) -> int:
    if viewer.user_id is None:
        raise NotFoundError("user", viewer.who)
    return viewer.user_id
