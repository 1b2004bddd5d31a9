"""The audit log: who did what, when, on whom."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from itertools import count
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from policyserve.access.audit import CODES, Entry, Sought
from policyserve.locale import N_, N_in, Sentence
from policyserve.metrics.figure import Column, Figure
from policyserve.operations.audit import audit_log, people_of
from policyserve.tasks.codes import shown
from policyserve.web.screen import moment
from policyserve.web.visit import Answer, Screen, Visit
from policyserve.web.workbooks import list_figure

AT_ONCE = 100

LISTED = (
    Column(name="at", title=N_("At")),
    Column(name="actor", title=N_in("column of the audit log", "Who")),
    Column(name="what", title=N_in("column of the audit log", "What")),
    Column(name="thing", title=N_in("column of the audit log", "On whom")),
    Column(name="number", title=N_in("column of the audit log", "Number")),
    Column(name="address", title=N_in("column of the audit log", "Address")),
)


def show(visit: Visit) -> Answer:
    """Show the newest entries, or those before one."""
    before = visit.query.get("before", "")
    asked = {name: visit.query.get(name, "").strip() for name in ("who", "what", "number", "on")}
    key = int(before[:9]) if before.isdecimal() else None
    found = audit_log(visit.house.engine, last=AT_ONCE, before=key, sought=_sought(visit, asked))
    more = found[-1][0] if len(found) == AT_ONCE else None
    entries = [entry for _, entry in found]
    given = urlencode({name: value for name, value in asked.items() if value})
    people = people_of(visit.house.engine, entries)
    values = {"entries": entries, "people": people, "more": more, "asked": asked, "given": given, "actions": CODES}
    return Screen(template="audit", values=values, figures=lambda: [_list(visit, entries, people)])


def _sought(visit: Visit, asked: Mapping[str, str]) -> Sought:
    """Return what is looked for; a day that is none is left out."""
    zone = ZoneInfo(visit.house.settings.time_zone)
    since: datetime | None
    until: datetime | None
    try:
        day = date.fromisoformat(asked["on"])
        days = day, day + timedelta(days=1)
        since, until = (datetime.combine(one, time(), zone).astimezone(UTC) for one in days)
    except (ValueError, OverflowError):
        since = until = None
    action = dict(zip(map(str, count(1)), CODES, strict=False)).get(asked["what"])
    return Sought(actor=asked["who"] or None, action=action, number=asked["number"] or None, since=since, until=until)


def _list(visit: Visit, entries: list[Entry], people: Mapping[str, str]) -> Figure:
    language = visit.language
    rows = [
        {
            "at": moment(visit, one.at),
            "actor": f"{shown('actor', one.actor, language)} {people.get(one.actor, '')}".rstrip(),
            "what": one.said.told(language), "thing": one.thing.told(language) if one.kind else None,
            "number": one.number, "address": one.address,
        }
        for one in entries
    ]  # fmt: skip
    return list_figure(Sentence(N_("Audit log")), LISTED, rows, as_of=visit.as_of)
