"""The standard: the one in force in words, and another one looked at before it is put to use."""

from __future__ import annotations

from datetime import date
from pathlib import PurePath
from typing import Any

from policyserve.access.sent_forms import SentBeforeError
from policyserve.errors import PolicyserveError
from policyserve.locale import N_, Sentence, in_language
from policyserve.metrics.figure import Column, Figure
from policyserve.operations import standards
from policyserve.signs import seen
from policyserve.standard.changes import SETTINGS, changes, setting
from policyserve.standard.description import HEADINGS, show_rows
from policyserve.standard.model import Standard
from policyserve.standard.obligation_rows import HEADINGS as OWED
from policyserve.standard.obligation_rows import obligation_rows
from policyserve.standard.parser import StandardError
from policyserve.web.carried_files import packed, sent_file, unpacked
from policyserve.web.tables import table_of
from policyserve.web.visit import Answer, Move, Screen, Visit
from policyserve.web.workbooks import list_figure

MAY_CHANGE = ("clerk", "administrator")
"""Who puts a standard to use."""

RULES = ("name", "when", "window", "channels", "level", "stage", "subject", "audience", "class", "ends_when", "bearing")
WORDING = ("name", "talking_points", "tools")

CHANGES = (
    Column(name="service", title=N_("Service")), Column(name="change", title=N_("Change")),
    Column(name="field", title=N_("Field")), Column(name="before", title=N_("Until now")),
    Column(name="after", title=N_("Then")),
)  # fmt: skip

IN_USE = (
    Column(name="holds_from", title=N_("Holds from"), kind="day"), Column(name="name", title=N_("Name")),
    Column(name="version", title=N_("Version")), Column(name="services", title=N_("Services"), kind="count"),
)  # fmt: skip


def show(visit: Visit, refusal: PolicyserveError | None = None, **more: Any) -> Answer:
    """Show the standard that holds today."""
    standard = standards.standard_on(visit.house.engine, visit.as_of)
    figures = _figures(visit, standard)
    values = {
        "name": in_language(standard, "name", visit.language), "version": standard.version,
        "settings": _settings(standard, visit.language),
        "tables": [table_of(one, visit.language, {}) for one in figures],
        "may_change": visit.viewer.role in MAY_CHANGE and visit.viewer.scope.whole, "checked": None,
        "typed": lambda name: visit.form.get(name, ""),
        "today": visit.as_of, **more,
    }  # fmt: skip
    return Screen(template="standard", values=values, refusal=refusal, figures=lambda: figures)


def send(visit: Visit) -> Answer:
    """Look at a standard that was sent, or put the one that was looked at to use."""
    try:
        if visit.form.get("deed") == "use":
            return _use(visit)
        sent = sent_file(visit)
        if sent is None:
            raise PolicyserveError("Choose the file of a standard.")
        return show(visit, checked=_checked(visit, seen(PurePath(sent[0]).name)[:80], sent[1], _day(visit)))
    except SentBeforeError:
        return Move(to="/standard")
    except PolicyserveError as refusal:
        return show(visit, refusal)


def _use(visit: Visit) -> Answer:
    house, name, content = visit.house, visit.form.get("name", "")[:80], unpacked(visit.form.get("document", ""))
    found = standards.check_standard(content, house.calendar, source=name)
    standards.put_to_use(
        house.engine, visit.viewer, found, source=name, holds_from=_day(visit), at=visit.now, form=visit.form_key
    )
    return Move(to="/standard#in-use")


def _day(visit: Visit) -> date:
    try:
        return date.fromisoformat(visit.form.get("from", ""))
    except ValueError as error:
        raise PolicyserveError("Say from which day the standard is to hold.") from error


def _checked(visit: Visit, name: str, content: bytes, holds_from: date) -> dict[str, Any]:
    """Return what is found in a file, and what would change; raises PolicyserveError where it cannot be used."""
    house, language = visit.house, visit.language
    found, problems, _ = standards.check_standard(content, house.calendar, source=name)
    if found is None:
        raise StandardError(name, problems)
    before = standards.standard_on(house.engine, holds_from)
    rows = changes(before, found, language)
    figure = list_figure(Sentence(N_("What would change")), CHANGES, rows, as_of=visit.as_of)
    return {
        "name": name, "document": packed(content), "from": holds_from, "standard": in_language(found, "name", language),
        "version": found.version, "services": len(found.services), "doubts": [one.told(language) for one in problems],
        "table": table_of(figure, language, {}),
    }  # fmt: skip


def _settings(standard: Standard, language: str) -> list[tuple[str, str]]:
    """Return what holds for all services, in words."""
    fields = [name for name in SETTINGS if name not in {"name", "name_zh", "version"}]
    return [(SETTINGS[name], setting(standard, name, language)) for name in fields]


def _figures(visit: Visit, standard: Standard) -> list[Figure]:
    """Return the services, the wording, and the standards that were put to use."""
    rows, owed = show_rows(standard, visit.language), obligation_rows(standard, visit.language)
    shown = (*RULES, "on") if any(not one.enabled for one in standard.services) else RULES
    in_use = [
        {"holds_from": one.holds_from, "name": in_language(one.standard, "name", visit.language),
         "version": one.standard.version, "services": len(one.standard.services)}
        for one in standards.standards(visit.house.engine)
    ]  # fmt: skip
    return [
        list_figure(Sentence(N_("Services of the standard")), _columns(shown), rows, as_of=visit.as_of),
        list_figure(Sentence(N_("What to say, and what to bring")), _columns(WORDING), rows, as_of=visit.as_of),
        list_figure(Sentence(N_("Standards put to use")), IN_USE, in_use, as_of=visit.as_of),
        list_figure(Sentence(N_("Obligations")), _owed(standard), owed, as_of=visit.as_of),
    ]


def _owed(standard: Standard) -> tuple[Column, ...]:
    """Return the columns of obligations; those of grades where some ask for one."""
    asked = any(one.grades for one in standard.obligations)
    return tuple(
        Column(name=name, title=title, kind="count" if name == "least" else "text")
        for name, title in OWED.items()
        if name != "code" and (asked or name != "grades")
    )


def _columns(names: tuple[str, ...]) -> tuple[Column, ...]:
    return tuple(Column(name=name, title=HEADINGS[name]) for name in names)
