"""The door: who comes in. Session, viewer and language of a request, forms from our own pages only, one thread each."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeVar
from urllib.parse import quote, urlsplit

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response

from policyserve.access.viewer import Scope, Viewer
from policyserve.errors import PolicyserveError
from policyserve.locale.languages import language_named
from policyserve.operations.sessions import viewer_of_session
from policyserve.signs import seen
from policyserve.web.addresses import asked_address, numbers
from policyserve.web.errands import errand_of
from policyserve.web.errors import (
    MOVED,
    NO_METHOD,
    SENT_AWAY,
    NoMethodError,
    NoPageError,
    OtherRoleError,
    SignInNeededError,
    StrangeFormError,
    status_of,
    told,
)
from policyserve.web.forms import STRANGE, Sent, is_own_form, own_host, read_form
from policyserve.web.headers import HEADERS
from policyserve.web.kept_forms import kept_form, sign_in_first, typist
from policyserve.web.outcomes import is_script, outcome_of
from policyserve.web.prefix import prefix_of
from policyserve.web.screen import render
from policyserve.web.threads import RETRY_AFTER, CrowdedError, Threads
from policyserve.web.visit import Answer, Download, House, Move, Screen, Visit, Work, local
from policyserve.web.workbooks import asked_workbook

SESSION: Final = "policyserve_session"
HANDSHAKE: Final = "policyserve_sign_in"
LANGUAGE: Final = "policyserve_language"

YEAR: Final = 365 * 24 * 3600

NOBODY: Final = Viewer(who="", role="system", scope=Scope(reach="own"))
"""Whoever has not signed in; sees no customer at all."""

ELSEWHERE: Final = 2
"""Sign-ins that wait for somebody else's server at once: none of them takes a turn from a page."""

Acted = TypeVar("Acted")


@dataclass(frozen=True, kw_only=True)
class Page:
    """One route: its address, its method, what it does, and for whom."""

    path: str
    method: str
    work: Work
    roles: Collection[str] | None
    """None: for whoever comes, signed in or not."""
    takes_file: bool = False
    """Whether its form brings a file, which is read only of whoever may send one."""
    asks_elsewhere: bool = False
    """Whether it waits for somebody else's server, which may be slow."""


Trouble = Callable[[str, Exception], None]


class Door:
    """Lets requests in to pages."""

    def __init__(self, house: House, trouble: Trouble) -> None:
        """`trouble` hears of a page that failed by our own fault: its address and the error."""
        self.house, self.trouble = house, trouble
        self.threads, self.elsewhere = Threads(), Threads(ELSEWHERE)

    def endpoint(self, page: Page) -> Callable[[Request], Awaitable[Response]]:
        """Return what Starlette calls for a page."""

        threads = self.elsewhere if page.asks_elsewhere else self.threads

        async def answer(request: Request) -> Response:
            sent: Sent | PolicyserveError = Sent()
            try:
                if page.takes_file and (refusal := await threads.run(self._turned_away, page, request)):
                    return refusal
                if page.method == "POST":
                    sent = await read_form(request, takes_file=page.takes_file)
                async with errand_of(request, self.house.stopping):
                    return await threads.run(self._answer, page, request, sent)
            except CrowdedError as crowded:
                return self.refused(self._visit(request), crowded)
            finally:
                if isinstance(sent, Sent) and sent.upload:
                    sent.upload[1].close()

        return answer

    def _answer(self, page: Page, request: Request, sent: Sent | PolicyserveError) -> Response:
        return self._let_in(page, request, sent, lambda visit: self._response(visit, page.work(visit)))

    def _turned_away(self, page: Page, request: Request) -> Response | None:
        """Return the refusal of whoever may not come in, before what they send is read."""
        return self._let_in(page, request, Sent(), lambda _visit: None)

    def _let_in(
        self, page: Page, request: Request, sent: Sent | PolicyserveError, act: Callable[[Visit], Acted]
    ) -> Acted | Response:
        """Let a request in and act, or return its refusal."""
        visit = self._visit(request)
        try:
            if isinstance(sent, PolicyserveError):
                raise sent
            visit = self._entered(page, request, visit, sent)
            return act(visit)
        except SignInNeededError as refusal:
            return self._sent_to_sign_in(request, visit, sent, refusal)
        except PolicyserveError as refusal:
            return self.refused(visit, refusal)
        except Exception as error:
            self.trouble(page.path, error)
            return self.refused(visit, error)

    def _sent_to_sign_in(
        self, request: Request, visit: Visit, sent: Sent | PolicyserveError, refusal: SignInNeededError
    ) -> Response:
        if visit.by_script:
            return self.refused(visit, refusal)
        if isinstance(sent, Sent) and (kept := kept_form(asked_address(request), _seen(sent.form))):
            return self._response(visit, sign_in_first(kept, refusal))
        back = way_back(request, self.house.public_url)
        return self._moved(Move(to=f"/sign-in?next={quote(back)}"))

    def _visit(self, request: Request) -> Visit:
        return Visit(
            house=self.house, viewer=NOBODY, language=self.language(request), token=request.cookies.get(SESSION),
            handshake=request.cookies.get(HANDSHAKE),
            address=request.client.host if request.client else "", path=_seen(numbers(request.path_params)),
            query={**_seen(request.query_params), "here": asked_address(request)}, by_script=is_script(request),
            origin=f"{request.url.scheme}://{request.url.netloc}",
        )  # fmt: skip

    def _entered(self, page: Page, request: Request, visit: Visit, sent: Sent) -> Visit:
        """Return the visit with its viewer and form; raises a refusal for whoever may not come in."""
        if page.method == "POST" and not is_own_form(request.headers, self.house.public_url):
            raise StrangeFormError(STRANGE)
        viewer = self.viewer(visit)
        if page.roles is not None and (viewer is None or typist(sent.form) not in {None, viewer.user_id}):
            raise SignInNeededError("Sign in first.")
        if page.roles is not None and viewer is not None and viewer.role not in page.roles:
            raise OtherRoleError("This page is for others: {role} do not see it.", role=viewer.role_name)
        return Visit(**{**vars(visit), "viewer": viewer or NOBODY, "form": _seen(sent.form), "upload": sent.upload})

    def viewer(self, visit: Visit) -> Viewer | None:
        """Return who has signed in; None: nobody."""
        return viewer_of_session(self.house.engine, visit.token, at=visit.now) if visit.token else None

    def language(self, request: Request) -> str:
        """The language that was chosen, else one that the browser asks for, else that of the installation."""
        asked = [part.partition(";")[0].strip() for part in request.headers.get("accept-language", "").split(",")]
        for name in (request.cookies.get(LANGUAGE, ""), *asked):
            if name and (language := language_named(name)):
                return language
        return self.house.settings.language

    def _response(self, visit: Visit, answer: Answer) -> Response:
        if visit.by_script and not isinstance(answer, Download):
            status, outcome = outcome_of(answer, visit.language)
            return JSONResponse(outcome, status, headers=HEADERS)
        if isinstance(answer, Move):
            return self._moved(answer)
        if isinstance(answer, Screen):
            answer = asked_workbook(visit, answer) or answer
        if isinstance(answer, Download):
            kept = {**HEADERS, "Content-Disposition": f"attachment; filename*=UTF-8''{quote(answer.name, safe='')}"}
            return Response(answer.content, media_type=answer.media, headers=kept)
        refusal = answer.refusal
        error = None if refusal is None else told(refusal).told(visit.language)
        values = {**answer.values, "error": error, "refused_form": answer.refused_form}
        status = status_of(refusal)
        headers = HEADERS | RETRY_AFTER if status in SENT_AWAY else HEADERS
        if answer.again_in is not None:
            headers = {**headers, "Refresh": str(answer.again_in)}
        response = HTMLResponse(render(visit, answer.template, values), status, headers=headers)
        if answer.token:
            self._begin(response, answer.token)
        self._shake(response, answer.handshake)
        return response

    def _begin(self, response: Response, token: str) -> None:
        response.set_cookie(SESSION, token, httponly=True, secure=self.house.secure, samesite="lax")

    def _shake(self, response: Response, handshake: str | None) -> None:
        if handshake is not None:
            lasts, secure = 600 if handshake else 0, self.house.secure
            response.set_cookie(HANDSHAKE, handshake, max_age=lasts, httponly=True, secure=secure, samesite="lax")

    def _moved(self, move: Move) -> Response:
        response = RedirectResponse(move.to, MOVED, headers=HEADERS)
        secure = self.house.secure
        if move.token:
            self._begin(response, move.token)
        elif move.token is not None:
            response.delete_cookie(SESSION, httponly=True, secure=secure, samesite="lax")
            response.headers["Clear-Site-Data"] = '"cache", "storage"'
        self._shake(response, move.handshake)
        if move.language:
            response.set_cookie(LANGUAGE, move.language, max_age=YEAR, httponly=True, secure=secure, samesite="lax")
        return response

    def refused(self, visit: Visit, refusal: Exception) -> Response:
        """Return the page that says why something was refused."""
        return self._response(visit, Screen(template="refused", refusal=refusal))

    def stranger(self, request: Request, error: Exception) -> Response:
        """Answer an address that no page has."""
        status = getattr(error, "status_code", None)
        return self.refused(self._visit(request), NoMethodError("No.") if status == NO_METHOD else NoPageError("No."))


def _seen(asked: Mapping[str, Any]) -> dict[str, Any]:
    """Leave out signs that deceive, and those that no database takes; a password stays as it was typed."""
    return {
        name: seen(value) if isinstance(value, str) and not name.endswith("password") else value
        for name, value in asked.items()
    }


def way_back(request: Request, public_url: str | None) -> str:
    """Return where to go after signing in: the page, or for a form the page that it stood on."""
    if request.method == "GET":
        return asked_address(request)
    came = urlsplit(request.headers.get("referer", ""))
    if came.netloc != own_host(request.headers, public_url):
        return "/"
    return local(came.path.removeprefix(prefix_of(public_url)))
