"""Commands around what the system does by itself: one job for cron, what ran, and how it stands."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from zoneinfo import ZoneInfo

import rich_click as click

from policyserve.cli.option_types import MOMENT
from policyserve.cli.options import Session, shared
from policyserve.cli.screen.output import note, show
from policyserve.errors import PolicyserveError
from policyserve.locale import N_in
from policyserve.scheduler.jobs import WORKS, zone_of
from policyserve.tasks.codes import coded


@click.command()
@click.argument("job", type=click.Choice(list(WORKS)))
@click.option("--confirm-day", is_flag=True, help="The clock is right, however long nothing has run.")
@click.option("--due", type=MOMENT, help="For when it is due; the same is never run twice. Default: this minute.")
@shared
def run(session: Session, job: str, due: datetime | None, *, confirm_day: bool) -> None:
    """Run one job now, as the scheduler would: for cron. What came of it is in `policyserve jobs` too."""
    from policyserve.scheduler import job_run
    from policyserve.scheduler.clock_doubt import check_clock
    from policyserve.scheduler.leader import call_of
    from policyserve.scheduler.stop_signal import stop_on_signals

    zone = zone_of(session.settings)
    meant = _in_zone(due or session.now.replace(second=0, microsecond=0), zone)
    if not (confirm_day or session.asked_as_of):
        check_clock(session.engine, session.settings, session.now)
    with stop_on_signals() as stop:
        try:
            begun = job_run.begin(session.engine, job, meant, at=session.now)
        except (job_run.RunningElsewhereError, job_run.RunBeforeError) as other:
            (note if session.form != "table" else click.echo)(other.told(session.language))
            return
        call = call_of(session.engine, session.settings, language=session.language, stop=stop, as_of=session.as_of)
        ending = job_run.carry_out(session.engine, begun, lambda: WORKS[job](call))
    if ending.status != "done":
        raise PolicyserveError(ending.result)
    if session.form == "table":
        click.echo(ending.result.told(session.language))
    else:
        row = {"job": job, "due": meant, "seconds": ending.seconds, "status": ending.status}
        row["result"] = ending.result.told(session.language)
        show([row], session.form, columns=list(row))


def _in_zone(instant: datetime, zone: ZoneInfo) -> datetime:
    return instant.replace(tzinfo=zone) if instant.tzinfo is None else instant.astimezone(zone)


@click.command()
@click.option("--job", type=click.Choice(list(WORKS)), help="Only this one.")
@click.option("--last", type=click.IntRange(1, 10_000), default=20, show_default=True, help="How many runs.")
@shared
def jobs(session: Session, job: str | None, last: int) -> None:
    """Show when each job is due next, and the last runs: when, how long, with what result."""
    from policyserve.scheduler.leader import planned_turns
    from policyserve.scheduler.run_records import COLUMNS, job_rows

    zone, language = zone_of(session.settings), session.language
    turns = planned_turns(session.engine, session.settings, now=session.now)
    rows = job_rows(session.engine, zone, now=session.now, turns=turns, job=job, last=last, language=language)
    headings = {"due": session.words(N_in("job", "Due")), "result": session.words(N_in("job", "Result"))}
    if session.form == "table":
        rows = [row | {name: _on_the_clock(row[name]) for name in ("due", "started")} for row in rows]
    show(rows, session.form, columns=COLUMNS, language=language, headings=headings)


def _on_the_clock(instant: datetime | None) -> str:
    return instant.strftime("%Y-%m-%d %H:%M:%S") if instant else ""


@click.command()
@shared
def health(session: Session) -> None:
    """Show the last success of each job and what is overdue; exit status 1 where something is."""
    from policyserve.scheduler import health as of_jobs

    found = of_jobs.health(session.engine, session.settings, now=session.now)
    rows = [asdict(one) for one in found.jobs]
    if session.form == "table":
        rows = [
            row
            | {name: _on_the_clock(row[name]) for name in ("last_success", "overdue_since")}
            | {"status": row["status"] or "never run"}
            for row in rows
        ]
    show(rows, session.form, columns=list(rows[0]), language=session.language)
    if found.clock_stood_ahead_until:
        note(
            session.words(
                "The clock stood ahead: a run says that it began at {instant}.",
                instant=_on_the_clock(found.clock_stood_ahead_until),
            )
        )
    if found.clock_in_doubt:
        raise PolicyserveError(found.clock_in_doubt)
    if found.overdue:
        raise PolicyserveError(
            "Overdue: {jobs}. `policyserve jobs` shows what came of the last runs.",
            jobs=", ".join(coded(job, session.language) for job in found.overdue),
        )


COMMANDS = [run, jobs, health]
