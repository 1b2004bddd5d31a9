"""The daily work: the last success of each job, what is overdue, the last runs, and a job begun by hand."""

from __future__ import annotations

from typing import Any

from policyserve.access.sent_forms import SentBeforeError
from policyserve.errors import NotFoundError, PolicyserveError
from policyserve.locale import N_, N_in, Sentence
from policyserve.metrics.columns import words_of
from policyserve.metrics.figure import Column
from policyserve.scheduler.health import JobHealth, health
from policyserve.scheduler.jobs import WORKS, zone_of
from policyserve.scheduler.run_records import job_rows
from policyserve.tasks.codes import coded
from policyserve.web.screen import moment
from policyserve.web.tables import table_of
from policyserve.web.visit import Answer, Move, Screen, Visit
from policyserve.web.workbooks import list_figure

JOBS = words_of({
    "release": N_in("job", "Release of tasks"),
    "generate": N_in("job", "Messages made"),
    "send": N_in("job", "Messages sent"),
    "notices": N_in("job", "Notices to agents"),
})  # fmt: skip
"""What each job is called."""

LISTED = (
    Column(name="job", title=N_("Job"), kind="code", words=JOBS),
    Column(name="last_success", title=N_("Last success")),
    Column(name="state", title=N_("State of the last run"), kind="code", words=coded),
    Column(name="overdue_since", title=N_("Overdue since"), nameless=N_in("job", "not overdue")),
)


RUNS = (
    Column(name="job", title=N_("Job"), kind="code", words=JOBS),
    Column(name="started", title=N_("Started")),
    Column(name="state", title=N_("State"), kind="code", words=coded),
    Column(name="seconds", title=N_("Seconds"), kind="number", places=1),
    Column(name="result", title=N_("What came of it"), kind="long"),
)

MAY_RUN = ("clerk", "administrator")
"""Who begins a job."""

SHOWN = 20
"""Runs that are listed."""

AGAIN_IN = 3
"""Seconds until the page is asked for again while a job runs."""


def show(visit: Visit, refusal: PolicyserveError | None = None) -> Answer:
    """Show how it stands with each job, and what came of the last runs."""
    house = visit.house
    found = health(house.engine, house.settings, now=visit.now)
    figures = [
        list_figure(
            Sentence(N_("Jobs of every day")), LISTED, [_row(visit, one) for one in found.jobs], as_of=visit.as_of
        ),
        list_figure(Sentence(N_("The last runs")), RUNS, _runs(visit), as_of=visit.as_of),
    ]
    running = not refusal and "running" in figures[1].rows["state"].to_list()
    values = {
        "tables": [table_of(one, visit.language, {}) for one in figures], "jobs": list(WORKS),
        "doubt": bool(found.clock_in_doubt), "job_name": lambda job: JOBS(job, visit.language),
        "may_run": visit.viewer.role in MAY_RUN and visit.viewer.scope.whole,
        "typed": lambda name: visit.form.get(name, ""),
    }  # fmt: skip
    again_in = AGAIN_IN if running else None
    return Screen(template="jobs", values=values, refusal=refusal, again_in=again_in, figures=lambda: figures)


def begin(visit: Visit) -> Answer:
    """Begin a job; it goes on after the page has answered."""
    try:
        visit.house.hand_runs.begin(
            visit.viewer, visit.form.get("job", ""), at=visit.now, as_of=visit.as_of,
            confirmed=visit.form.get("confirmed") == "yes", form=visit.form_key,
        )  # fmt: skip
    except SentBeforeError:
        return Move(to="/jobs")
    except NotFoundError:
        return show(visit, PolicyserveError("Choose a job."))
    except PolicyserveError as refusal:
        return show(visit, refusal)
    return Move(to="/jobs")


def _runs(visit: Visit) -> list[dict[str, Any]]:
    house = visit.house
    rows = job_rows(
        house.engine, zone_of(house.settings), now=visit.now, turns=(), job=None, last=SHOWN, language=visit.language
    )
    return [{**row, "state": row["status"], "started": moment(visit, row["started"])} for row in rows]


def _row(visit: Visit, one: JobHealth) -> dict[str, str | None]:
    success, since = one.last_success, one.overdue_since
    return {
        "job": one.job, "last_success": moment(visit, success) if success else None,
        "state": one.status or "never run", "overdue_since": moment(visit, since) if since else None,
    }  # fmt: skip
