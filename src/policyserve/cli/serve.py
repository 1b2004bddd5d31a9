"""Commands around what the system does by itself: the scheduler, one job for cron, and what ran."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import rich_click as click

from policyserve.cli.options import MOMENT, Session, database_option, language_option, shared
from policyserve.cli.screen.output import note, show
from policyserve.errors import PolicyserveError, QuestionError
from policyserve.locale import N_in
from policyserve.scheduler.jobs import WORKS, zone_of
from policyserve.tasks.codes import coded

if TYPE_CHECKING:
    from policyserve.messages.gateways.gateway import News
    from policyserve.scheduler.leader import Scheduler
    from policyserve.web.visit import House

PORT = 8470


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Where pages and webhooks of vendors come in.")
@click.option("--port", type=click.IntRange(0, 65535), default=PORT, show_default=True, help="0: any that is free.")
@click.option("--no-webhooks", "--no-callbacks", "no_webhooks", is_flag=True, help="Open no port.")
@click.option("--public-url", metavar="URL", help="Where browsers find the pages, such as https://service.example.")
@click.option("--demo", is_flag=True, help="Pages on a generated book; everybody comes in with one click.")
@database_option
@language_option
@click.pass_obj
def serve(session: Session, host: str, port: int, *, no_webhooks: bool, public_url: str | None, demo: bool) -> None:
    """Run all jobs when they are due, show the pages, and take in webhooks, until SIGTERM or Ctrl-C.

    Of several processes on one database one works and the others wait to take over. A second signal stops at once.
    """
    from policyserve.scheduler.journal import open_journal, tell
    from policyserve.scheduler.leader import Scheduler
    from policyserve.scheduler.stop_signal import stop_on_signals

    if session.asked_as_of:
        raise QuestionError("serve works on the day that it is; --as-of is for single commands.")
    open_journal(zone_of(session.settings))
    if demo:
        _serve_demo(session, host, port)
        return
    with stop_on_signals() as stop:
        scheduler = Scheduler(session.engine, session.settings, language=session.language, stop=stop)
        with nullcontext() if no_webhooks else _webhooks(session, scheduler, host, port, public_url):
            scheduler.run()
        tell("stopped")


def _serve_demo(session: Session, host: str, port: int) -> None:
    """Show the pages of the demo until a signal; no job runs."""
    from policyserve.cli.demo.served import demo_house
    from policyserve.scheduler.stop_signal import stop_on_signals
    from policyserve.web.app import make_pages
    from policyserve.web.server import listen, serve_requests

    opened = listen(host, port)
    session.tell("Making a book of invented people; this takes some seconds.")
    with (
        stop_on_signals() as stop,
        demo_house(session.language) as house,
        serve_requests(make_pages(house, _page_failed), opened),
    ):
        url = f"http://{host}:{opened.getsockname()[1]}"
        session.tell("Open {url} in a browser; Ctrl-C ends it.", url=url)
        stop.wait()


def _page_failed(page: str, error: Exception) -> None:
    from policyserve.scheduler.journal import tell
    from policyserve.scheduler.leader import reason

    tell("page-failed", page=page, reason=reason(error))


def _house(session: Session, public_url: str | None) -> House:
    """Return what the pages work with; where nobody can sign in yet, the code of the first run is told."""
    from policyserve.operations.users import any_user
    from policyserve.scheduler.journal import tell
    from policyserve.web.visit import House

    code = "" if any_user(session.engine) else secrets.token_hex(6)
    if code:
        tell("first-run", page="/first-run", code=code)
    return House(
        engine=session.engine, settings=session.settings, calendar=session.calendar, now=lambda: session.now,
        today=lambda: session.as_of, public_url=public_url, first_run_code=code,
    )  # fmt: skip


@contextmanager
def _webhooks(session: Session, scheduler: Scheduler, host: str, port: int, public_url: str | None) -> Iterator[None]:
    """Show the pages and take in webhooks for the time of a `with` block."""
    from policyserve.operations import outbox
    from policyserve.scheduler.health import health, open_probe
    from policyserve.scheduler.journal import tell
    from policyserve.scheduler.leader import reason
    from policyserve.web.app import make_pages
    from policyserve.web.server import listen, serve_requests
    from policyserve.web.webhooks import Gateways, make_app

    def take_in(gateway: str, news: News) -> None:
        outbox.take_in_news(session.engine, session.settings, gateway, news, at=session.now)

    def trouble(gateway: str, error: Exception) -> None:
        tell("webhook-not-stored", gateway=gateway, reason=reason(error))

    def look() -> dict[str, Any]:
        return health(probe, session.settings, now=session.now).answer()

    probe, gateways = open_probe(session.settings), Gateways(session.settings.file.gateways)
    pages = make_pages(_house(session, public_url), _page_failed)
    app = make_app(gateways, take_in, leads=lambda: scheduler.leads, look=look, trouble=trouble, pages=pages)
    opened = listen(host, port)
    tell("listening", host=host, port=opened.getsockname()[1])
    with serve_requests(app, opened):
        yield
    probe.dispose()


@click.command()
@click.argument("job", type=click.Choice(list(WORKS)))
@click.option("--due", type=MOMENT, help="For when it is due; the same is never run twice. Default: this minute.")
@shared
def run(session: Session, job: str, due: datetime | None) -> None:
    """Run one job now, as the scheduler would: for cron. What came of it is in `policyserve jobs` too."""
    from policyserve.scheduler import job_run
    from policyserve.scheduler.leader import call_of
    from policyserve.scheduler.stop_signal import stop_on_signals

    zone = zone_of(session.settings)
    meant = _in_zone(due or session.now.replace(second=0, microsecond=0), zone)
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
    if found.overdue:
        raise PolicyserveError(
            "Overdue: {jobs}. `policyserve jobs` shows what came of the last runs.",
            jobs=", ".join(coded(job, session.language) for job in found.overdue),
        )


COMMANDS = [serve, run, jobs, health]
