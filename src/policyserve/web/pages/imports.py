"""Import: a list is sent, what would happen is shown, and after a word it is taken in; its rejects are mended here."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from policyserve.access.sent_forms import SentBeforeError
from policyserve.book.headers import Naming
from policyserve.book.lists import KINDS
from policyserve.book.problems import field_name, list_name, told
from policyserve.errors import NotFoundError, PolicyserveError
from policyserve.files import REPORT
from policyserve.locale import columns as sentences
from policyserve.operations import import_jobs
from policyserve.operations.import_jobs import Job
from policyserve.web.visit import Answer, Download, Move, Screen, Visit

SHOWN = 30
"""Problems that a page shows; the file of rejects has them all."""

AT_ONCE = 10
"""Rows that are mended at once."""

AGAIN_IN = 2
"""Seconds until a page with a list at work is asked for again."""

LEFT_OUT = "-"
"""What is chosen for a column that is left out."""


def show(visit: Visit, refusal: PolicyserveError | None = None) -> Answer:
    """Show the form, and the lists that were sent before."""
    jobs = import_jobs.import_jobs(visit.house.engine, visit.viewer, at=visit.now)
    values = {
        "kinds": [(kind, list_name(kind).told(visit.language)) for kind in KINDS], "jobs": jobs,
        "typed": lambda name: visit.form.get(name, ""), "list_name": lambda kind: list_name(kind).told(visit.language),
    }  # fmt: skip
    return Screen(template="import", values=values, refusal=refusal)


def send(visit: Visit) -> Answer:
    """Store a list that is sent, and show how it is read."""
    house, kind = visit.house, visit.form.get("kind", "")
    try:
        if visit.upload is None or kind not in KINDS:
            raise PolicyserveError("Choose a file, and which list it is.")
        usual = house.settings.file.lists.of(kind)
        key = import_jobs.send_list(
            house.engine, visit.viewer, kind, name=visit.upload[0], content=visit.upload[1].read(),
            naming=Naming(columns=usual.columns, ignored=usual.ignore), at=visit.now, form=visit.form_key,
        )  # fmt: skip
    except SentBeforeError:
        return Move(to="/import")
    except PolicyserveError as refusal:
        return show(visit, refusal)
    house.imports.wake()
    return Move(to=f"/import/{key}")


def job(visit: Visit) -> Answer:
    """Show a list: at work, what would happen, or what came of it."""
    found = _found(visit)
    if found.at_work:
        visit.house.imports.wake()
    values = {
        "job": found, "of": list_name(found.kind).told(visit.language), "seconds": AGAIN_IN,
        "fields": [(one.name, _field(visit, found.kind, one.name)) for one in KINDS[found.kind].columns],
        "failure": found.failure.get(visit.language), **_problems(visit, found), "left_out": LEFT_OUT,
        "rows": _rows(visit, found) if found.status == "done" else [],
    }  # fmt: skip
    return Screen(template="import_job", values=values, again_in=AGAIN_IN if found.at_work else None)


def act(visit: Visit) -> Answer:
    """Do to a list what the button says."""
    engine, viewer, key, at = visit.house.engine, visit.viewer, visit.path["job"], visit.now
    deeds: dict[str, Callable[[], None]] = {
        "columns": lambda: import_jobs.choose_columns(engine, viewer, key, _naming(visit), at=at),
        "apply": lambda: import_jobs.apply_list(engine, viewer, key, at=at),
        "again": lambda: import_jobs.begin_again(engine, viewer, key, at=at),
        "mend": lambda: import_jobs.mend_rows(engine, viewer, key, _typed(visit), at=at),
        "drop": lambda: import_jobs.drop_list(engine, viewer, key, at=at),
    }  # fmt: skip
    if (deed := deeds.get(visit.form.get("deed", ""))) is None:
        raise NotFoundError("import", key)
    deed()
    visit.house.imports.wake()
    return Move(to=f"/import/{key}")


def rejects(visit: Visit) -> Answer:
    """Hand out the rows with problems as a file to whoever sent their list."""
    found = _found(visit)
    if found.mendable is None:
        raise NotFoundError("import", found.id)
    name = found.file_name.rpartition(".")[0]
    return Download(name=f"{name}.rejects.csv", content=found.mendable.file(visit.language))


def _found(visit: Visit) -> Job:
    return import_jobs.import_job(visit.house.engine, visit.viewer, visit.path["job"], at=visit.now)


def _naming(visit: Visit) -> Naming:
    """Read which column is which from the form: the header of each, and what was chosen for it."""
    places = [name.removeprefix("header-") for name in visit.form if name.startswith("header-")]
    chosen = [(visit.form[f"header-{place}"], visit.form.get(f"field-{place}", "")) for place in places]
    return Naming(
        columns={header: field for header, field in chosen if field not in {"", LEFT_OUT}},
        ignored=tuple(header for header, field in chosen if field == LEFT_OUT),
    )


def _typed(visit: Visit) -> dict[tuple[int, str], str]:
    """Read the cells that were typed: fields called `cell-LINE-PLACE`."""
    parts = ((name.split("-"), value) for name, value in visit.form.items() if name.startswith("cell-"))
    return {(int(part[1][:9]), part[2]): value for part, value in parts if len(part) == 3 and part[1].isdecimal()}


def _problems(visit: Visit, found: Job) -> dict[str, Any]:
    """Return the first problems in words, and how many more there are."""
    if found.mendable is None:
        return {"problems": [], "more": 0}
    problems = found.mendable.problems
    shown = told(found.kind, problems.head(SHOWN), visit.language).to_dicts()
    return {"problems": shown, "more": max(problems.height - SHOWN, 0)}


def _rows(visit: Visit, found: Job) -> list[dict[str, Any]]:
    """Lay the first rejected rows out to be mended: the cells that are wrong first, each with what is wrong."""
    if found.mendable is None:
        return []
    rows = found.mendable.rejected.head(AT_ONCE)
    wrong: dict[int, dict[str, list[str]]] = {}
    for one in found.mendable.problems.filter(found.mendable.problems["line"].is_in(rows["line"].implode())).to_dicts():
        reason = sentences.sentence(one["reason"], one["arguments"]).told(visit.language)
        wrong.setdefault(one["line"], {}).setdefault(one["field"], []).append(reason)
    return [_row(visit, found, row, wrong[row["line"]]) for row in rows.to_dicts()]


def _row(visit: Visit, found: Job, row: dict[str, Any], wrong: dict[str, list[str]]) -> dict[str, Any]:
    mendable = found.mendable
    assert mendable is not None
    fields = {place: field for field, place in mendable.places.items()}
    names = [(str(place), header) for place, header in enumerate(mendable.headers) if header not in REPORT]
    cells = [
        {
            "name": f"cell-{row['line']}-{place}", "header": header, "text": row[place] or "",
            "wrong": wrong.get(fields.get(place, ""), []),
        }
        for place, header in names
    ]  # fmt: skip
    if row.get("extra"):
        cells.append(
            {"name": f"cell-{row['line']}-extra", "header": "", "text": row["extra"], "wrong": wrong.get("row", [])}
        )
    elsewhere = [
        f"{_field(visit, found.kind, field)} {reason}" for field, reasons in wrong.items() for reason in reasons
        if field not in mendable.places
    ]  # fmt: skip
    return {
        "line": row["line"], "reasons": elsewhere, "wrong": [one for one in cells if one["wrong"]],
        "others": [one for one in cells if not one["wrong"]],
    }  # fmt: skip


def _field(visit: Visit, kind: str, name: str) -> str:
    return field_name(kind, name).told(visit.language)
