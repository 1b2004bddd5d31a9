"""The application of pages: every route, for whom it is, and the files beside them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from starlette.applications import Starlette
from starlette.convertors import Convertor, register_url_convertor
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import BaseRoute, Mount, Route

from policyserve.access.viewer import ROLES
from policyserve.web import feeds
from policyserve.web.addresses import WholeNumbers
from policyserve.web.door import Door, Page, Trouble
from policyserve.web.errors import NO_METHOD, NO_PAGE
from policyserve.web.headers import STATIC, WORKER
from policyserve.web.pages import (
    absences,
    account,
    appraisal,
    audit,
    calls,
    complaints,
    customers,
    entries,
    first_run,
    handovers,
    imports,
    jobs,
    letters,
    lists,
    messages,
    obligations,
    personal_data,
    policies,
    priorities,
    schedule,
    settings,
    sign_in,
    sign_in_ways,
    spot_checks,
    standards,
    targets,
    tasks,
    today,
    users,
    visits,
)
from policyserve.web.routes import as_named
from policyserve.web.visit import House, Work


class Key(Convertor[int]):
    """The key of a row in an address: never larger than a database has."""

    regex = "[0-9]{1,9}"

    def convert(self, value: str) -> int:
        """Read it."""
        return int(value)

    def to_string(self, value: int) -> str:
        """Write it."""
        return str(value)


register_url_convertor("key", Key())

API = "/api/v1"
"""Where the API stands."""

SCRIPT = "text/javascript"
FILES = {
    "app.css": ("text/css", STATIC), "icon.svg": ("image/svg+xml", STATIC), "offline.js": (SCRIPT, STATIC),
    "sw.js": (SCRIPT, WORKER),
}  # fmt: skip
"""The files of `static`, their kinds, and their headers."""


def _for(roles: Sequence[str] | None, path: str, show: Work | None = None, send: Work | None = None) -> list[Page]:
    """Return the pages of an address: what it shows, and what its form does."""
    works = (("GET", show), ("POST", send))
    return [Page(path=path, method=method, work=work, roles=roles) for method, work in works if work]


AGENT, MANAGER, CLERK, ADMINISTRATOR, AUDITOR = (("agent",), ("manager",), ("clerk",), ("administrator",), ("auditor",))

PAGES: tuple[Page, ...] = (
    *_for(None, "/", sign_in.begin),
    *_for(None, "/sign-in", sign_in.show, sign_in.sign_in),
    Page(path="/sign-in/{way}", method="GET", work=sign_in_ways.leave, roles=None, asks_elsewhere=True),
    Page(path="/sign-in/{way}/back", method="GET", work=sign_in_ways.come_back, roles=None, asks_elsewhere=True),
    *_for(None, "/demo", send=sign_in.enter_demo),
    *_for(None, "/language", send=sign_in.choose_language),
    *_for(None, "/first-run", first_run.show, first_run.send),
    *_for(None, "/sign-out", send=sign_in.sign_out),
    *_for(None, "/second-factor", account.show_factor, account.give_code),
    *_for(ROLES, "/account", account.show, account.change_password),
    *_for(ROLES, "/account/second-factor", send=account.offer_factor),
    *_for((*AGENT, *MANAGER, *CLERK), "/customers", customers.search),
    *_for((*AGENT, *MANAGER, *CLERK), "/customers/{customer_no}", customers.show),
    *_for(MANAGER, "/customers/{customer_no}/phone", customers.show, customers.reveal),
    *_for(AGENT, "/customers/{customer_no}/visit", customers.show, visits.send),
    *_for(AGENT, "/customers/{customer_no}/contact", entries.contact, entries.keep_contact),
    *_for(AGENT, "/customers/{customer_no}/referral", entries.referral, entries.keep_referral),
    *_for(AGENT, "/customers/{customer_no}/event", entries.event, entries.keep_event),
    *_for((*AGENT, *MANAGER, *CLERK), "/customers/{customer_no}/complaint", complaints.ask, complaints.receive),
    *_for((*AGENT, *MANAGER, *CLERK), "/complaints", complaints.show),
    *_for(MANAGER, "/complaints/counts", complaints.counts),
    *_for((*AGENT, *MANAGER, *CLERK), "/complaints/{complaint:key}", complaints.one),
    *_for((*MANAGER, *CLERK), "/complaints/{complaint:key}", send=complaints.lead),
    *_for((*AGENT, *MANAGER, *CLERK), "/calls", calls.show),
    *_for(MANAGER, "/calls/shares", calls.shares),
    *_for((*AGENT, *MANAGER, *CLERK), "/calls/{task_id:key}", calls.one, calls.note),
    *_for((*AGENT, *MANAGER, *CLERK), "/calls/{task_id:key}/agreed", calls.one, calls.agree),
    *_for((*AGENT, *MANAGER, *CLERK), "/policies/{policy_no}", policies.show),
    *_for(AGENT, "/schedule", schedule.show),
    *_for((*AGENT, *MANAGER), "/absences", absences.show),
    *_for(MANAGER, "/absences", send=absences.send),
    *_for(MANAGER, "/absences/{absence:key}", absences.one, absences.withdraw),
    *_for(AGENT, "/calendar", feeds.show, feeds.make),
    *_for(AGENT, "/calendar/revoke", send=feeds.revoke),
    *_for(None, "/calendar/{secret}.ics", feeds.feed),
    *_for(CLERK, "/customers/{customer_no}/personal-data", personal_data.show, personal_data.send),
    *_for(CLERK, "/events/{event:key}", entries.mistake, entries.retract),
    *_for(CLERK, "/import", imports.show),
    Page(path="/import", method="POST", work=imports.send, roles=CLERK, takes_file=True),
    *_for(CLERK, "/import/{job:key}", imports.job, imports.act),
    *_for(CLERK, "/import/{job:key}/rejects", imports.rejects),
    *_for(AGENT, "/today", today.show),
    *_for(AGENT, "/tasks/{task_id:key}", tasks.show),
    *_for(AGENT, "/tasks/{task_id:key}/done", tasks.show, tasks.done),
    *_for(AGENT, "/tasks/{task_id:key}/put-off", tasks.show, tasks.put_off),
    *_for(AGENT, "/tasks/{task_id:key}/skip", tasks.show, tasks.skip),
    *_for(AGENT, "/tasks/{task_id:key}/undo", send=tasks.undo),
    *_for(AGENT, "/targets", targets.own),
    *_for(MANAGER, "/board", targets.board),
    *_for(MANAGER, "/persistency", targets.persistency),
    *_for(MANAGER, "/approvals", messages.approvals, messages.decide),
    *_for(CLERK, "/outbox", messages.outbox, messages.say_content),
    *_for(CLERK, "/letters", letters.show),
    *_for(CLERK, "/letters/{letter_no}", letters.print_again),
    *_for((*CLERK, *ADMINISTRATOR, *AUDITOR), "/jobs", jobs.show),
    *_for((*CLERK, *ADMINISTRATOR), "/jobs", send=jobs.begin),
    *_for(MANAGER, "/forecast", targets.forecast),
    *_for(MANAGER, "/collection", targets.collection),
    *_for(MANAGER, "/referrals", targets.referrals),
    *_for(MANAGER, "/gap", targets.gap),
    *_for((*AGENT, *MANAGER), "/obligations", obligations.show),
    *_for(MANAGER, "/overdue", targets.overdue),
    *_for(MANAGER, "/capacity", targets.capacity),
    *_for((*AGENT, *MANAGER), "/lists/{name}", lists.show),
    *_for((*MANAGER, *AUDITOR), "/spot-checks", spot_checks.show),
    *_for((*MANAGER, *AUDITOR), "/spot-checks/{check:key}", spot_checks.sample),
    *_for(MANAGER, "/spot-checks", send=spot_checks.draw),
    *_for(MANAGER, "/spot-checks/{check:key}", send=spot_checks.record),
    *_for((*MANAGER, *CLERK), "/handovers", handovers.show),
    *_for((*MANAGER, *CLERK), "/handovers/{set:key}", handovers.one),
    *_for(MANAGER, "/handovers", send=handovers.propose),
    *_for(MANAGER, "/handovers/{set:key}", send=handovers.act),
    *_for(MANAGER, "/priority", priorities.show, priorities.send),
    *_for(MANAGER, "/appraisal", appraisal.show),
    *_for(MANAGER, "/agents/{agent_no}", targets.agent),
    *_for(("manager", "clerk", "administrator", "auditor"), "/standard", standards.show),
    Page(path="/standard", method="POST", work=standards.send, roles=(*CLERK, *ADMINISTRATOR), takes_file=True),
    *_for((*ADMINISTRATOR, *AUDITOR), "/settings", settings.show),
    *_for((*ADMINISTRATOR, *AUDITOR), "/days-off", settings.days_off),
    Page(path="/days-off", method="POST", work=settings.check_days_off, roles=ADMINISTRATOR, takes_file=True),
    *_for(ADMINISTRATOR, "/users", users.show, users.add),
    *_for(ADMINISTRATOR, "/users/{login}", users.show, users.change),
    *_for((*ADMINISTRATOR, *AUDITOR), "/audit", audit.show),
)
"""Every route; docs/access.md has a line for each."""


def make_pages(house: House, trouble: Trouble) -> Starlette:
    """Return the application of pages; `trouble` hears of what failed by our own fault."""
    door = Door(house, trouble)
    routes = _api(door)
    routes += [Route(one.path, door.endpoint(one), methods=[one.method]) for one in PAGES]
    routes.append(Route("/static/{name}", _file))

    async def stranger(request: Request, error: Exception) -> Response:
        return door.stranger(request, error)

    handlers = {NO_PAGE: stranger, NO_METHOD: stranger}
    return as_named(Starlette(routes=routes, exception_handlers=handlers, middleware=[Middleware(WholeNumbers)]))


def _api(door: Door) -> list[BaseRoute]:
    """Return the API; nothing where FastAPI is not installed (the extra `serve`)."""
    try:
        from policyserve.web.api.app import make_api
    except ModuleNotFoundError as missing:
        if missing.name != "fastapi":
            raise
        return []
    return [Mount(API, make_api(door))]


async def _file(request: Request) -> Response:
    name = request.path_params["name"]
    if name not in FILES:
        return Response(status_code=NO_PAGE, headers=STATIC)
    kind, headers = FILES[name]
    return FileResponse(Path(__file__).parent / "static" / name, media_type=kind, headers=headers)
