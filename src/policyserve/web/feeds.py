"""The calendar of an agent's work as programs for calendars read it (RFC 5545): one event for each day with work.

Days are days without an hour, so no zone can shift them. The address is the secret; it stands in no log.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Final

from policyserve.access.viewer import Viewer
from policyserve.errors import PolicyserveError
from policyserve.locale import say, say_many
from policyserve.locale.format import day as day_in_words
from policyserve.operations import calendar_feeds
from policyserve.operations.calendar_feeds import Work
from policyserve.web.visit import Answer, Download, Move, Screen, Visit

MEDIA: Final = "text/calendar"


def feed(visit: Visit) -> Answer:
    """Answer with the calendar of a secret; a wrong or a revoked one is not found."""
    house, language = visit.house, visit.house.settings.language
    who, work = calendar_feeds.work_of_feed(
        house.engine, str(visit.path["secret"]), as_of=visit.as_of, language=language
    )
    return Download(name="policyserve.ics", content=calendar(who, work, language, visit.now), media=MEDIA)


def calendar(who: str, work: Sequence[Work], language: str, at: datetime) -> bytes:
    """Write the calendar of somebody; `work` in the order of days."""
    try:
        from icalendar import Calendar, Event
    except ImportError:
        raise PolicyserveError("Calendars need a library: install policyserve[serve].") from None

    written = Calendar()
    written.add("prodid", "-//policyserve//")
    written.add("version", "2.0")
    written.add("x-wr-calname", say(language, "Work of {who}", who=who))
    for day, rows in groupby(work, key=lambda one: one.day):
        tasks = list(rows)
        event = Event()
        event.add("uid", f"{day.isoformat()}.{who}@policyserve")
        event.add("dtstamp", at)
        event.add("dtstart", day)
        event.add("dtend", day + timedelta(days=1))
        event.add("transp", "TRANSPARENT")
        event.add("summary", _summary(tasks, language))
        event.add("description", "\n".join(_line(one, day, language) for one in tasks))
        written.add_component(event)
    return bytes(written.to_ical())


def _summary(tasks: Sequence[Work], language: str) -> str:
    return say_many(language, "{n} task", "{n} tasks", len(tasks))


def _line(one: Work, day: date, language: str) -> str:
    latest = day_in_words(language, one.latest, day.year)
    return say(language, "{who}: {what}, until {day}", who=one.customer, what=one.name, day=latest)


def show(visit: Visit, secret: str | None = None) -> Answer:
    """Show whether there is an address, and a new one this once."""
    at = calendar_feeds.feed_made_at(visit.house.engine, visit.viewer)
    address = None if secret is None else f"{visit.house.public_url or visit.origin}/calendar/{secret}.ics"
    return Screen(template="calendar", values={"made": at, "address": address})


def make(visit: Visit) -> Answer:
    """Make an address; the one before leads nowhere any more."""
    viewer: Viewer = visit.viewer
    names = visit.typed("names") is not None
    return show(visit, calendar_feeds.make_feed(visit.house.engine, viewer, names=names, at=visit.now))


def revoke(visit: Visit) -> Answer:
    """Let the address lead nowhere any more."""
    calendar_feeds.revoke_feed(visit.house.engine, visit.viewer, at=visit.now)
    return Move(to="/calendar")
