"""Agents who all open their day at once and mark ten tasks each while the nightly release runs, beside a bare route.

The bare route is Starlette with one thread hop, the session's row and the statement of the agenda, in as many
processes. The client and the release take their share of the same machine, so seconds are an upper bound; CPU is the
figure to trust. Stands on the 200 agents of the book who have most to do.
"""

from __future__ import annotations

import asyncio
import os
import re
import resource
import socket
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from multiprocessing.context import SpawnProcess
from pathlib import Path
from statistics import quantiles
from urllib.parse import urlencode

from sqlalchemy import Engine, text
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from benchmarks.measuring import Figure
from benchmarks.release import AS_OF, TOMORROW, opened, store
from policyserve import db
from policyserve.access import sessions, users
from policyserve.access.users import Place
from policyserve.calendars.calendar import load_calendar
from policyserve.config import Settings, fixture
from policyserve.operations.release import release_tasks
from policyserve.tasks.agenda_queries import of_agent
from policyserve.web.server import listen, serve_requests
from policyserve.web.service import Service
from policyserve.web.workers import SPAWN, at_work

AGENTS = 200
DEEDS = 10
HELD = 118
"""Policies to an agent: 100,000 have 850 agents."""

WORKERS = 2

CPU_GOAL = 2.0
"""Times the bare route that a day may cost."""

DAY_GOAL, DEED_GOAL = 0.6, 1.0
"""Seconds to the answer of 95 in 100: a day, a task marked while the release runs."""

MOST_AGENTS = """
SELECT a.agent_no FROM agents a JOIN tasks t ON t.agent_id = a.id WHERE t.status = 'open' AND t.due <= :day
GROUP BY a.agent_no ORDER BY count(*) DESC LIMIT :most
"""


class OfADay(Settings):
    """Settings of an installation where it is always the same day."""

    def today(self) -> date:
        """The day of the book."""
        return AS_OF


@dataclass(kw_only=True)
class Heard:
    """What the agents were answered at a port."""

    port: int
    seconds: list[float] = field(default_factory=list)
    statuses: list[int] = field(default_factory=list)

    def told(self) -> str:
        """Say the median, and how many were refused or failed."""
        refused = sum(one in {429, 503} for one in self.statuses)
        failed = sum(one not in {200, 303, 429, 503} for one in self.statuses)
        return f"p50 {quantiles(self.seconds, n=100)[49]:.2f} s, {refused} refused, {failed} failed"

    @property
    def p95(self) -> float:
        """Seconds within which 95 of 100 were answered."""
        return quantiles(self.seconds, n=100)[94]


def run(size: int) -> Iterator[Figure]:
    """Measure on SQLite and on PostgreSQL."""
    from peers import postgres  # of the tests, found by __main__

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "book.sqlite3"
        with opened(path) as engine:
            yield from measured(engine, f"sqlite:///{path}", f"{size:,} policies, SQLite", size)
    with postgres.server() as url:
        engine = db.open_engine(url)
        yield from measured(engine, url, f"{size:,} policies, PostgreSQL", size)
        engine.dispose()


def measured(engine: Engine, url: str, where: str, size: int) -> Iterator[Figure]:
    """Fill a database, and let the agents of a morning come twice: to the bare route, and to the pages."""
    store(engine, size, held=HELD)
    release_tasks(engine, load_calendar(fixture("calendars", "cn.yaml")), as_of=AS_OF, at=datetime.now(UTC))
    tokens = signed_in(engine)
    with bare_processes(url) as (port, numbers):
        floor, bare_cpu = asyncio.run(at_once(port, [f"/{one}" for one in tokens], list(tokens.values()), numbers))
    with page_processes(url) as (port, numbers):
        days, cpu = asyncio.run(at_once(port, ["/today"] * len(tokens), list(tokens.values()), numbers))
        release = SPAWN.Process(target=release_again, args=(url,))
        release.start()
        deeds = asyncio.run(all_deeds(port, list(tokens.values())))
        still = release.is_alive()
        release.join()
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / (2**20 if sys.platform == "darwin" else 2**10)
    at_night = "the release ran all along" if still else "the release ended before"
    for work, goal, ours, base in (
        (f"CPU of an agent's day, {where}", CPU_GOAL, cpu, bare_cpu),
        (f"{len(tokens)} days at once, {where}: {days.told()} (bare: p95 {floor.p95:.2f} s)", 1.0, days.p95, DAY_GOAL),
        (f"{DEEDS} tasks marked by each, {where}: {deeds.told()}; {at_night}", 1.0, deeds.p95, DEED_GOAL),
    ):
        yield Figure(work=work, goal=goal, ours=ours, floor=base, peak=peak)


def signed_in(engine: Engine) -> dict[str, str]:
    """Make users of the agents, and return the token of a session of each."""
    now, tokens = datetime.now(UTC), dict[str, str]()
    with db.writing(engine) as connection:
        found = connection.execute(text(MOST_AGENTS), {"day": AS_OF.isoformat(), "most": AGENTS}).scalars().all()
        for agent_no in found:
            place = Place(role="agent", agent_no=agent_no)
            key = users.add(connection, f"a{agent_no}", place, password="-", name=None, at=now)
            tokens[agent_no] = sessions.begin(connection, key, "", now)
    return tokens


def release_again(url: str) -> None:
    """Do what the night does, on the next day."""
    engine = db.open_engine(url)
    release_tasks(engine, load_calendar(fixture("calendars", "cn.yaml")), as_of=TOMORROW, at=datetime.now(UTC))


@contextmanager
def page_processes(url: str) -> Iterator[tuple[int, list[int]]]:
    """Serve the pages; yields the port and the processes."""
    opened_port = listen("127.0.0.1", 0)
    port = opened_port.getsockname()[1]
    service = Service(settings=OfADay(database_url=url))
    with (
        quiet(),
        at_work(service, [("all", WORKERS, opened_port)], leads=bool, stopping=bool, log="text"),
    ):
        asyncio.run(awake(port, "/live"))
        yield port, [int(one) for one in children() if "spawn_main" in Path(f"/proc/{one}/cmdline").read_text()]


@contextmanager
def bare_processes(url: str) -> Iterator[tuple[int, list[int]]]:
    """Serve the bare route; yields the port and the processes."""
    opened_port = listen("127.0.0.1", 0)
    begun = [SPAWN.Process(target=serve_bare, args=(url, opened_port)) for _ in range(WORKERS)]
    try:
        for one in begun:
            one.start()
        asyncio.run(awake(opened_port.getsockname()[1], "/-"))
        yield opened_port.getsockname()[1], [one.pid or 0 for one in begun]
    finally:
        _end(begun)
        opened_port.close()


def _end(begun: Sequence[SpawnProcess]) -> None:
    for one in begun:
        one.kill()
        one.join()


def serve_bare(url: str, port: socket.socket) -> None:
    """Answer with the rows of a day, and nothing more."""
    engine = db.open_engine(url)

    def rows(agent_no: str) -> int:
        with db.reading(engine) as connection:
            connection.execute(text("SELECT * FROM sessions LIMIT 1")).all()
            return len(connection.execute(of_agent(connection), {"agent_no": agent_no, "day": AS_OF}).all())

    async def day(request: Request) -> Response:
        return PlainTextResponse(str(await run_in_threadpool(rows, request.path_params["agent_no"])))

    with serve_requests(Starlette(routes=[Route("/{agent_no}", day)]), port):
        time.sleep(3600)


@contextmanager
def quiet() -> Iterator[None]:
    """Let the lines of processes go nowhere: there are some thousand."""
    kept = os.dup(2)
    with Path(os.devnull).open("w") as nowhere:
        os.dup2(nowhere.fileno(), 2)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)


def children() -> list[str]:
    """Name the processes that this one has begun (Linux)."""
    return Path(f"/proc/self/task/{os.getpid()}/children").read_text().split() + [
        one
        for thread in Path("/proc/self/task").iterdir()
        if thread.name != str(os.getpid())
        for one in (thread / "children").read_text().split()
    ]


def cpu_of(processes: Sequence[int]) -> float:
    """Return the seconds of CPU that processes have taken so far (Linux)."""
    ticks = [sum(int(one) for one in Path(f"/proc/{process}/stat").read_text().split()[13:15]) for process in processes]
    return sum(ticks) / os.sysconf("SC_CLK_TCK")


async def awake(port: int, path: str) -> None:
    """Wait until every process answers."""
    for _ in range(8 * WORKERS):
        await asked(port, "GET", path, "")
    await asyncio.sleep(5)  # the slower one has begun by now too


async def at_once(port: int, paths: list[str], tokens: list[str], processes: list[int]) -> tuple[Heard, float]:
    """Ask for all days at once, after each has been asked for once; return what was heard, and CPU of each request."""
    for path, token in zip(paths[:20], tokens[:20], strict=True):
        await asked(port, "GET", path, token)
    before, heard = cpu_of(processes), Heard(port=port)
    await asyncio.gather(*(timed(heard, "GET", path, one) for path, one in zip(paths, tokens, strict=True)))
    return heard, (cpu_of(processes) - before) / len(paths)


async def all_deeds(port: int, tokens: list[str]) -> Heard:
    """Let every agent mark the first tasks of the day, one after the other, all agents beside each other."""
    heard = Heard(port=port)
    await asyncio.gather(*(deeds_of(heard, token) for token in tokens))
    return heard


async def deeds_of(heard: Heard, token: str) -> None:
    """Open a day and mark ten tasks."""
    _, page = await asked(heard.port, "GET", "/today", token)
    keys = list(dict.fromkeys(re.findall(r'href="/tasks/(\d+)"', page)))[:DEEDS]
    for key in keys:
        form = urlencode({"channel": "visit", "outcome": "met", "form_key": f"{token[:8]}-{key}"})
        await timed(heard, "POST", f"/tasks/{key}/done", token, form)


async def timed(heard: Heard, method: str, path: str, token: str, form: str = "") -> None:
    """Ask, and note how long it took."""
    began = time.perf_counter()
    status, _ = await asked(heard.port, method, path, token, form)
    heard.seconds.append(time.perf_counter() - began)
    heard.statuses.append(status)


async def asked(port: int, method: str, path: str, token: str, form: str = "") -> tuple[int, str]:
    """Return the status and the page."""
    lines = [
        f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", "Connection: close", "Sec-Fetch-Site: same-origin",
        f"Cookie: policyserve_session={token}", f"Content-Length: {len(form)}",
        "Content-Type: application/x-www-form-urlencoded", "", form,
    ]  # fmt: skip
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write("\r\n".join(lines).encode())
        answer = (await reader.read()).decode()
        return int(answer.split(" ", 2)[1]) if answer else 0, answer
    except OSError:
        return 0, ""
    finally:
        writer.close()
