"""The screen: templates rendered in the viewer's language; whatever a page shows is escaped here."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime
from functools import cache, partial
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from policyserve.access.viewer import Viewer
from policyserve.config import template_folder
from policyserve.locale import N_, N_in, say, say_in, say_many, translated
from policyserve.locale.format import day as day_in_words
from policyserve.locale.languages import languages
from policyserve.operations.colleagues import colleagues
from policyserve.tasks.codes import coded, shown
from policyserve.web.addresses import part
from policyserve.web.kept_forms import key_of_form
from policyserve.web.visit import FORM_KEY, Visit

PLACES = {
    "agent": (
        ("/today", N_("Today")),
        ("/schedule", N_("Schedule")),
        ("/customers", N_in("page", "Customers")),
        ("/calls", N_("Calls")),
        ("/complaints", N_("Complaints")),
        ("/targets", N_("Targets")),
    ),
    "manager": (
        ("/board", N_("Board")),
        ("/persistency", N_("Persistency")),
        ("/forecast", N_in("page", "Forecast")),
        ("/collection", N_in("page", "Collection")),
        ("/referrals", N_in("page", "Referrals")),
        ("/obligations", N_("Obligations")),
        ("/approvals", N_in("page", "Approvals")),
        ("/calls", N_("Calls")),
        ("/complaints", N_("Complaints")),
        ("/spot-checks", N_in("page", "Spot checks")),
        ("/absences", N_in("page", "Absences")),
        ("/handovers", N_in("page", "Hand-overs")),
        ("/priority", N_in("page", "Priority")),
        ("/appraisal", N_in("page", "Appraisal")),
        ("/standard", N_in("page", "Standard")),
        ("/customers", N_in("page", "Customers")),
    ),
    "clerk": (
        ("/import", N_("Import")),
        ("/outbox", N_in("page", "Outbox")),
        ("/letters", N_("Letters")),
        ("/handovers", N_in("page", "Hand-overs")),
        ("/calls", N_("Calls")),
        ("/complaints", N_("Complaints")),
        ("/jobs", N_in("page", "Jobs")),
        ("/standard", N_in("page", "Standard")),
        ("/customers", N_in("page", "Customers")),
    ),
    "administrator": (
        ("/users", N_("Users")),
        ("/audit", N_("Audit log")),
        ("/jobs", N_in("page", "Jobs")),
        ("/standard", N_in("page", "Standard")),
        ("/settings", N_in("page", "Settings")),
        ("/days-off", N_in("page", "Days off")),
    ),
    "auditor": (
        ("/audit", N_("Audit log")),
        ("/spot-checks", N_in("page", "Spot checks")),
        ("/jobs", N_in("page", "Jobs")),
        ("/standard", N_in("page", "Standard")),
        ("/settings", N_in("page", "Settings")),
        ("/days-off", N_in("page", "Days off")),
    ),
}
"""The tabs of each role; the first is where it begins."""

WHOLE = {"/import"}
"""Of these, what concerns the whole book."""


def _tabs(viewer: Viewer) -> list[tuple[str, str]]:
    return [one for one in PLACES.get(viewer.role, ()) if viewer.scope.whole or one[0] not in WHOLE]


DATE = re.compile(r"(?<!\d)\d{4}-\d{2}(?:-\d{2}(?: \d{2}:\d{2}:\d{2})?)?(?![\d-])")
"""Months, days and moments as they are written."""


def home(viewer: Viewer) -> str:
    """Return where somebody begins."""
    return _tabs(viewer)[0][0]


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(template_folder()), autoescape=True, auto_reload=False, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    environment.filters |= {"part": part, "still": still}
    return environment


def render(visit: Visit, template: str, values: Mapping[str, Any]) -> str:
    """Render a page of `templates/pages`."""
    language, viewer = visit.language, visit.viewer
    return _environment().get_template(f"pages/{template}.html").render(
        say=partial(say, language),
        say_in=partial(say_in, language),
        say_many=partial(say_many, language),
        day=partial(_day, language, visit.as_of),
        moment=partial(moment, visit),
        now=visit.now,
        html_language={"zh": "zh-CN"}.get(language, language),
        language=language,
        languages=[(one, translated(one, N_in("this language by its own name", "English"))) for one in languages()],
        viewer=viewer,
        tabs=[(to, translated(language, words)) for to, words in _tabs(viewer)],
        here=visit.query.get("here", ""),
        coded=lambda code: coded(code, language),
        shown=lambda column, value: shown(column, value, language),
        form_key=key_of_form(viewer.user_id),
        FORM_KEY=FORM_KEY,
        demo=visit.house.demo,
        colleagues=partial(colleagues, visit.house.engine, viewer, visit.as_of),
        again=partial(_again, visit),
        **values,
    )  # fmt: skip


def still(text: object) -> Markup:
    """Keep the dates of a text whole, where its lines break."""
    return Markup(DATE.sub(r'<span class="still">\g<0></span>', str(escape("" if text is None else text))))


def _again(visit: Visit, **changes: object) -> str:
    """Return how the page is asked for once more, with something else in its question."""
    asked = {name: value for name, value in visit.query.items() if name != "here"}
    return "?" + urlencode({**asked, **changes})


def _day(language: str, today: date, day: date | None) -> str:
    return "" if day is None else day_in_words(language, day, today.year)


def moment(visit: Visit, at: datetime) -> str:
    """Write an instant in the zone of the installation."""
    return at.astimezone(ZoneInfo(visit.house.settings.time_zone)).strftime("%Y-%m-%d %H:%M:%S")
