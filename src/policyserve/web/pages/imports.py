"""Import: a list is sent, and what came of it is told, with the rejected rows to be mended."""

from __future__ import annotations

import secrets
import shutil
import tempfile
from pathlib import Path

from policyserve.book.headers import Naming
from policyserve.book.lists import KINDS
from policyserve.book.problems import list_name, told
from policyserve.errors import NotFoundError, PolicyserveError
from policyserve.operations.lists import ImportReport, take_list
from policyserve.web.visit import Answer, Download, Screen, Visit

SHOWN = 30
"""Problems that a page shows; the file of rejects has them all."""

SUFFIXES = {".csv", ".xlsx"}


def show(visit: Visit, refusal: PolicyserveError | None = None) -> Answer:
    """Show the form."""
    return _screen(visit, None, "", refusal)


def send(visit: Visit) -> Answer:
    """Take the list in, or say what would happen."""
    kind = visit.form.get("kind", "")
    try:
        if visit.upload is None or kind not in KINDS:
            raise PolicyserveError("Choose a file, and which list it is.")
        name, file = visit.upload
        if (suffix := Path(name).suffix.lower()) not in SUFFIXES:
            raise PolicyserveError("A list is a file with the ending .csv or .xlsx; choose such a one.")
        with tempfile.TemporaryDirectory(prefix="policyserve-") as folder:
            path, rejects = Path(folder, f"list{suffix}"), Path(folder, "rejects.csv")
            with path.open("wb") as kept:
                shutil.copyfileobj(file, kept)
            report = _taken(visit, kind, path, rejects)
            token = _kept(visit, kind, rejects) if report.rejects else ""
    except PolicyserveError as refusal:
        return show(visit, refusal)
    return _screen(visit, report, token, None)


def _taken(visit: Visit, kind: str, path: Path, rejects: Path) -> ImportReport:
    lists = visit.house.settings.file.lists
    usual = lists.of(kind)
    return take_list(
        visit.house.engine, visit.viewer, kind, path, as_of=visit.as_of, at=visit.now,
        dry_run=bool(visit.form.get("rehearse")), rejects=rejects, language=visit.language, megabytes=lists.memory_mb,
        naming=Naming(columns=usual.columns, ignored=usual.ignore, asked=()),
    )  # fmt: skip


def _kept(visit: Visit, kind: str, rejects: Path) -> str:
    """Keep the file of rejects for whoever sent the list, and return how it is asked for."""
    token = secrets.token_urlsafe(16)
    visit.house.rejects.keep(token, visit.viewer, f"{kind}.rejects.csv", rejects.read_bytes())
    return token


def rejects(visit: Visit) -> Answer:
    """Hand out a file of rejects to whoever sent its list."""
    found = visit.house.rejects.of(str(visit.path["token"]), visit.viewer)
    if found is None:
        raise NotFoundError("message", "")
    name, content = found
    return Download(name=name, content=content)


def _screen(visit: Visit, report: ImportReport | None, token: str, refusal: PolicyserveError | None) -> Screen:
    problems = [] if report is None else told(report.kind, report.problems.head(SHOWN), visit.language).to_dicts()
    values = {
        "kinds": [(kind, list_name(kind).told(visit.language)) for kind in KINDS], "report": report, "token": token,
        "problems": problems, "typed": lambda name: visit.form.get(name, ""),
        "more": 0 if report is None else max(report.problems.height - SHOWN, 0),
        "of": "" if report is None else list_name(report.kind).told(visit.language),
    }  # fmt: skip
    return Screen(template="import", values=values, refusal=refusal)
