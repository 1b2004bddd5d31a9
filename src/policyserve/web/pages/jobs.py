"""The daily work: the last success of each job, and what is overdue."""

from __future__ import annotations

from policyserve.locale import N_, N_in, Sentence
from policyserve.metrics.columns import words_of
from policyserve.metrics.figure import Column
from policyserve.scheduler.health import JobHealth, health
from policyserve.tasks.codes import coded
from policyserve.web.screen import moment
from policyserve.web.tables import table_of
from policyserve.web.visit import Answer, Screen, Visit
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


def show(visit: Visit) -> Answer:
    """Show how it stands with each job."""
    found = health(visit.house.engine, visit.house.settings, now=visit.now)
    rows = [_row(visit, one) for one in found.jobs]
    figure = list_figure(Sentence(N_("Jobs of every day")), LISTED, rows, as_of=visit.as_of)
    doubt = found.clock_in_doubt.told(visit.language) if found.clock_in_doubt else ""
    values = {"table": table_of(figure, visit.language, {}), "doubt": doubt}
    return Screen(template="jobs", values=values, figures=lambda: [figure])


def _row(visit: Visit, one: JobHealth) -> dict[str, str | None]:
    success, since = one.last_success, one.overdue_since
    return {
        "job": one.job, "last_success": moment(visit, success) if success else None,
        "state": one.status or "never run", "overdue_since": moment(visit, since) if since else None,
    }  # fmt: skip
