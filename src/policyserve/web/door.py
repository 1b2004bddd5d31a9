"""The door: who comes in. Session, viewer and language of a request, forms from our own pages only, one thread each."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, BinaryIO, Final
from urllib.parse import parse_qsl, quote, urlsplit

from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response

from policyserve.access.viewer import Scope, Viewer
from policyserve.errors import PolicyserveError
from policyserve.locale import N_
from policyserve.locale.languages import language_named
from policyserve.operations.sessions import viewer_of_session
from policyserve.signs import seen
from policyserve.web.errors import (
    MOVED,
    NO_METHOD,
    SENT_AWAY,
    NoMethodError,
    NoPageError,
    OtherRoleError,
    SignInNeededError,
    StrangeFormError,
    TooLongError,
    status_of,
    told,
)
from policyserve.web.headers import HEADERS
from policyserve.web.kept_forms import kept_form, sign_in_first
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

LONGEST: Final = 64_000
"""Bytes of a form at most."""

NOBODY: Final = Viewer(who="", role="system", scope=Scope(reach="own"))
"""Whoever has not signed in; sees no customer at all."""

LARGEST: Final = 50_000_000
"""Bytes of a list that is sent by a page."""


STRANGE: Final = N_("This form did not come from our own page; open the page again and send it from there.")


@dataclass(frozen=True, kw_only=True)
class Page:
    """One route: its address, its method, what it does, and for whom."""

    path: str
    method: str
    work: Work
    roles: Collection[str] | None
    """None: for whoever comes, signed in or not."""


@dataclass(frozen=True, kw_only=True)
class Sent:
    """What a form has brought."""

    form: Mapping[str, str] = field(default_factory=dict)
    upload: tuple[str, BinaryIO] | None = None


Trouble = Callable[[str, Exception], None]


class Door:
    """Lets requests in to pages."""

    def __init__(self, house: House, trouble: Trouble) -> None:
        """`trouble` hears of a page that failed by our own fault: its address and the error."""
        self.house, self.trouble = house, trouble
        self.threads = Threads()

    def endpoint(self, page: Page) -> Callable[[Request], Awaitable[Response]]:
        """Return what Starlette calls for a page."""

        async def answer(request: Request) -> Response:
            sent = await _sent(request) if page.method == "POST" else Sent()
            try:
                return await self.threads.run(self._answer, page, request, sent)
            except CrowdedError as refusal:
                return self.refused(self._visit(request), refusal)
            finally:
                if isinstance(sent, Sent) and sent.upload:
                    sent.upload[1].close()

        return answer

    def _answer(self, page: Page, request: Request, sent: Sent | PolicyserveError) -> Response:
        visit = self._visit(request)
        try:
            if isinstance(sent, PolicyserveError):
                raise sent
            visit = self._entered(page, request, visit, sent)
            return self._response(visit, page.work(visit))
        except SignInNeededError as refusal:
            if visit.by_script:
                return self.refused(visit, refusal)
            if isinstance(sent, Sent) and (kept := kept_form(request.url.path, _seen(sent.form))):
                return self._response(visit, sign_in_first(kept, refusal))
            back = way_back(request, self.house.public_url)
            return self._moved(Move(to=f"/sign-in?next={quote(back)}"))
        except PolicyserveError as refusal:
            return self.refused(visit, refusal)
        except Exception as error:
            self.trouble(page.path, error)
            return self.refused(visit, error)

    def _visit(self, request: Request) -> Visit:
        return Visit(
            house=self.house, viewer=NOBODY, language=self.language(request), token=request.cookies.get(SESSION),
            handshake=request.cookies.get(HANDSHAKE),
            address=request.client.host if request.client else "", path=_seen(request.path_params),
            query={**_seen(request.query_params), "here": request.url.path}, by_script=is_script(request),
            origin=f"{request.url.scheme}://{request.url.netloc}",
        )  # fmt: skip

    def _entered(self, page: Page, request: Request, visit: Visit, sent: Sent) -> Visit:
        """Return the visit with its viewer and form; raises a refusal for whoever may not come in."""
        if page.method == "POST" and not is_own_form(request.headers, self.house.public_url):
            raise StrangeFormError(STRANGE)
        viewer = self.viewer(visit)
        if page.roles is not None and viewer is None:
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
        values = {**answer.values, "error": None if refusal is None else told(refusal).told(visit.language)}
        status = status_of(refusal)
        headers = HEADERS | RETRY_AFTER if status in SENT_AWAY else HEADERS
        if answer.again_in is not None:
            headers = {**headers, "Refresh": str(answer.again_in)}
        response = HTMLResponse(render(visit, answer.template, values), status, headers=headers)
        if answer.token:
            self._begin(response, answer.token)
        return response

    def _begin(self, response: Response, token: str) -> None:
        response.set_cookie(SESSION, token, httponly=True, secure=self.house.secure, samesite="lax")

    def _moved(self, move: Move) -> Response:
        response = RedirectResponse(move.to, MOVED, headers=HEADERS)
        secure = self.house.secure
        if move.token:
            self._begin(response, move.token)
        elif move.token is not None:
            response.delete_cookie(SESSION, httponly=True, secure=secure, samesite="lax")
            response.headers["Clear-Site-Data"] = '"cache", "storage"'
        if move.handshake is not None:
            kept = 600 if move.handshake else 0
            response.set_cookie(HANDSHAKE, move.handshake, max_age=kept, httponly=True, secure=secure, samesite="lax")
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


def is_own_form(headers: Mapping[str, str], public_url: str | None) -> bool:
    """Whether a form was sent by a page of ours: by what the browser says of it, else by the page's own address."""
    if (site := headers.get("sec-fetch-site")) is not None:
        return site == "same-origin"
    origin = urlsplit(headers.get("origin", ""))
    return bool(origin.netloc) and origin.netloc == _own(headers, public_url)


def _own(headers: Mapping[str, str], public_url: str | None) -> str:
    """Return the host that browsers ask for our pages."""
    return urlsplit(public_url).netloc if public_url else headers.get("host", "")


def _seen(asked: Mapping[str, Any]) -> dict[str, Any]:
    """Leave out signs that deceive, and those that no database takes; a password stays as it was typed."""
    return {
        name: seen(value) if isinstance(value, str) and not name.endswith("password") else value
        for name, value in asked.items()
    }


def way_back(request: Request, public_url: str | None) -> str:
    """Return where to go after signing in: the page, or for a form the page that it stood on."""
    if request.method == "GET":
        return request.url.path
    came = urlsplit(request.headers.get("referer", ""))
    if came.netloc != _own(request.headers, public_url):
        return "/"
    return local(came.path.removeprefix(prefix_of(public_url)))


async def _sent(request: Request) -> Sent | PolicyserveError:
    """Read a form, with its file where it has one; an error where it is too long or cut off."""
    try:
        if request.headers.get("content-type", "").startswith("multipart/form-data"):
            return await _with_file(request)
        body = bytearray()
        async for piece in request.stream():
            body += piece
            if len(body) > LONGEST:
                return TooLongError("This is too long for a form; shorten it.")
        return Sent(form=dict(parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=500)))
    except (ClientDisconnect, MultiPartException, HTTPException, ValueError):
        return StrangeFormError(STRANGE)


async def _with_file(request: Request) -> Sent | PolicyserveError:
    length = request.headers.get("content-length", "")
    if not length.isdecimal() or int(length) > LARGEST:
        return TooLongError("This file is too large for a page; import it with the command line.")
    form = await request.form(max_files=1, max_fields=20, max_part_size=LONGEST)
    typed = {name: value for name, value in form.items() if isinstance(value, str)}
    files = [one for one in form.values() if isinstance(one, UploadFile) and one.filename]
    return Sent(form=typed, upload=(str(files[0].filename), files[0].file) if files else None)
