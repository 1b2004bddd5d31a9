"""Pages of lists: each ends with a cursor that says, to us alone, where the next one begins.

A cursor names the place in the order of its list and the list itself: it goes on stably while rows come and go, and is
no cursor of another list. It opens nothing: what is seen is always the scope of whoever asks.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Sequence
from typing import Any, Final

from policyserve.signs import seen
from policyserve.web.api.call import Asked
from policyserve.web.errors import CursorError

_PAGING: Final = {"cursor", "most"}


def cursor(asked: Asked, *place: str | int) -> str:
    """Return the cursor of a place: the fields of a row that the list is ordered by."""
    written = json.dumps([_list_of(asked), *place], ensure_ascii=False, separators=(",", ":"))
    return base64.urlsafe_b64encode(written.encode()).decode().rstrip("=")


def place(asked: Asked, written: str | None, *kinds: type) -> tuple[Any, ...] | None:
    """Return the place of a cursor, None without one; raises CursorError for one that is not of this list."""
    if written is None:
        return None
    try:
        read = json.loads(base64.b64decode(written + "=" * (-len(written) % 4), altchars=b"-_", validate=True))
    except (ValueError, RecursionError) as error:
        raise CursorError from error
    if not isinstance(read, list) or len(read) != len(kinds) + 1 or read[0] != _list_of(asked):
        raise CursorError
    if any(type(one) is not kind for one, kind in zip(read[1:], kinds, strict=True)):
        raise CursorError
    if any(abs(one) >= 2**31 if isinstance(one, int) else one != seen(one) for one in read):
        raise CursorError
    return tuple(read[1:])


def page(asked: Asked, rows: Sequence[Any], most: int, *by: str) -> tuple[list[Any], str | None]:
    """Return a page of rows, of which one more was read than it holds, and the cursor of the next one."""
    shown = list(rows[:most])
    if len(rows) <= most:
        return shown, None
    last = [shown[-1][name] if isinstance(shown[-1], dict) else getattr(shown[-1], name) for name in by]
    return shown, cursor(asked, *(one if isinstance(one, int) else str(one) for one in last))


def _list_of(asked: Asked) -> str:
    """Tell one list from another: by its address and what was asked of it."""
    told = sorted((name, value) for name, value in asked.query.items() if name not in _PAGING)
    return hashlib.sha256(repr(told).encode()).hexdigest()[:12]
