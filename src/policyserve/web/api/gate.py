"""The gate of the API: who asks, by a token or a session, and what they are answered; one thread each."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel
from starlette.background import BackgroundTask
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Match

from policyserve.access.sent_forms import SentBeforeError
from policyserve.access.tokens import Bearer
from policyserve.access.viewer import Viewer
from policyserve.errors import PolicyserveError
from policyserve.locale import N_
from policyserve.operations.tokens import bearer_of, token_used
from policyserve.web.addresses import asked_address
from policyserve.web.api.call import Asked, Call
from policyserve.web.api.problems import invalid, problem
from policyserve.web.api.tags import is_known, tag_of, versions_of
from policyserve.web.door import NOBODY, SESSION, Door
from policyserve.web.errors import (
    NO_METHOD,
    SAME,
    OtherRoleError,
    SignInNeededError,
    StrangeFormError,
    refusal_of,
)
from policyserve.web.forms import STRANGE, is_own_form
from policyserve.web.headers import HEADERS

_SCHEME: Final = "bearer "

NO_KEY: Final = N_("Show a token that holds, or sign in.")


class Gate:
    """Lets calls in, with the session, the language and the threads of the pages' door."""

    def __init__(self, door: Door) -> None:
        """The API of the same house."""
        self.door, self.house = door, door.house

    def answer(self, call: Call, request: Request, sent: bytes, values: Mapping[str, Any]) -> Response:
        """Answer a call; `values` are those of its work."""
        asked = self._asked(request)
        try:
            asked, bearer = self._entered(call, request, asked, sent)
            response = self._response(request, call, asked, self._done(call, asked, values))
            return self._noted(response, bearer, asked)
        except PolicyserveError as refusal:
            return problem(refusal, asked.language)
        except Exception as error:
            self.door.trouble(call.path, error)
            return problem(error, asked.language)

    def turned_away(self, call: Call, request: Request) -> Response | None:
        """Return the refusal of whoever may not call, before what they send is read."""
        asked = self._asked(request)
        try:
            self._entered(call, request, asked, b"")
        except PolicyserveError as refusal:
            return problem(refusal, asked.language)
        return None

    def refuse(self, call: Call | None, request: Request, error: Exception) -> Response:
        """Refuse what is no call, or not as the call takes it; whoever may not call is told that first."""
        asked = self._asked(request)
        try:
            if call is not None:
                self._entered(call, request, asked, b"")
            return problem(_refusal(error), asked.language, **_methods(request, error))
        except PolicyserveError as refusal:
            return problem(refusal, asked.language)

    def _asked(self, request: Request) -> Asked:
        return Asked(
            house=self.house, viewer=NOBODY, language=self.door.language(request),
            address=request.client.host if request.client else "",
            query={**request.query_params, "here": asked_address(request)},
        )  # fmt: skip

    def _entered(self, call: Call, request: Request, asked: Asked, sent: bytes) -> tuple[Asked, Bearer | None]:
        """Return the request with its viewer; raises a refusal for whoever may not ask this."""
        bearer = self._bearer(request, asked)
        viewer = bearer.viewer if bearer else self._signed_in(call, request, asked)
        if viewer.role not in call.roles:
            raise OtherRoleError("This is for others: {role} may not call it.", role=viewer.role_name)
        if bearer and bearer.reads_only and call.method != "GET":
            raise OtherRoleError("This token only reads; take one that may write.")
        head = request.headers
        what = f"{call.method} {asked_address(request)}?{request.url.query}\n".encode() + sent
        entered = replace(
            asked, viewer=viewer, key=head.get("idempotency-key"), body=hashlib.sha256(what).hexdigest(),
            versions=versions_of(head.get("if-match")), content=sent,
        )  # fmt: skip
        return entered, bearer

    def _bearer(self, request: Request, asked: Asked) -> Bearer | None:
        """Return who shows a token, None where none is shown; raises SignInNeededError for one that does not hold."""
        shown = request.headers.get("authorization")
        if shown is None:
            return None
        token = shown[len(_SCHEME) :].strip() if shown.lower().startswith(_SCHEME) else ""
        found = bearer_of(self.house.engine, token, address=asked.address, at=asked.now)
        if found is None:
            raise SignInNeededError(NO_KEY)
        return found

    def _signed_in(self, call: Call, request: Request, asked: Asked) -> Viewer:
        viewer = self.door.viewer(replace(asked, token=request.cookies.get(SESSION)))
        if viewer is None:
            raise SignInNeededError(NO_KEY)
        if call.method != "GET" and not is_own_form(request.headers, self.house.public_url):
            raise StrangeFormError(STRANGE)
        return viewer

    def _done(self, call: Call, asked: Asked, values: Mapping[str, Any]) -> BaseModel:
        """Do it, or take the answer that was given when it was done."""
        try:
            return call.work(asked, **values)
        except SentBeforeError as before:
            if before.answer is None:
                raise
            return call.model.model_validate_json(before.answer)

    def _response(self, request: Request, call: Call, asked: Asked, answer: BaseModel) -> Response:
        body = answer.model_dump_json().encode()
        headers = {**HEADERS, "Content-Language": asked.language, "ETag": tag_of(answer, body)}
        if call.method == "GET" and is_known(headers["ETag"], request.headers.get("if-none-match")):
            return Response(status_code=SAME, headers=headers)
        return Response(body, call.status, headers, "application/json")

    def _noted(self, response: Response, bearer: Bearer | None, asked: Asked) -> Response:
        """Write down that a token was used, after the answer: that waits where others write."""
        if bearer is not None and bearer.stale:
            response.background = BackgroundTask(self._use, bearer.token_id, asked)
        return response

    def _use(self, token_id: int, asked: Asked) -> None:
        try:
            token_used(self.house.engine, token_id, at=asked.now)
        except PolicyserveError:
            pass  # the next call says so again
        except Exception as error:
            self.door.trouble("token", error)


def _refusal(error: Exception) -> PolicyserveError:
    if isinstance(error, RequestValidationError):
        return invalid(error)
    return refusal_of(getattr(error, "status_code", None))


def _methods(request: Request, error: Exception) -> dict[str, str]:
    """Return the header that says which methods an address takes, where it does not take this one."""
    if not isinstance(error, HTTPException) or error.status_code != NO_METHOD:
        return {}
    routes = [one for one in request.app.routes if one.matches(request.scope)[0] is Match.PARTIAL]
    return {"Allow": ", ".join(sorted({method for one in routes for method in one.methods}))}
