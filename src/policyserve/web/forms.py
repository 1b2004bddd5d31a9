"""Forms: what one has brought, and whether a page of ours has sent it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import BinaryIO, Final
from urllib.parse import parse_qsl, urlsplit

from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException
from starlette.requests import ClientDisconnect, Request

from policyserve.errors import PolicyserveError
from policyserve.locale import N_
from policyserve.web.errors import StrangeFormError, TooLongError

LONGEST: Final = 64_000
"""Bytes of a form at most."""

LARGEST: Final = 50_000_000
"""Bytes of a list that is sent by a page."""

STRANGE: Final = N_("This form did not come from our own page; open the page again and send it from there.")


@dataclass(frozen=True, kw_only=True)
class Sent:
    """What a form has brought."""

    form: Mapping[str, str] = field(default_factory=dict)
    upload: tuple[str, BinaryIO] | None = None


def is_own_form(headers: Mapping[str, str], public_url: str | None) -> bool:
    """Whether a form was sent by a page of ours: by what the browser says of it, else by the page's own address."""
    if (site := headers.get("sec-fetch-site")) is not None:
        return site == "same-origin"
    origin = urlsplit(headers.get("origin", ""))
    return bool(origin.netloc) and origin.netloc == own_host(headers, public_url)


def own_host(headers: Mapping[str, str], public_url: str | None) -> str:
    """Return the host that browsers ask for our pages."""
    return urlsplit(public_url).netloc if public_url else headers.get("host", "")


async def read_form(request: Request, *, takes_file: bool) -> Sent | PolicyserveError:
    """Read a form, with its file where the page takes one; an error where it is too long or cut off."""
    try:
        if request.headers.get("content-type", "").lower().startswith("multipart/"):
            return await _with_file(request) if takes_file else StrangeFormError(STRANGE)
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
