"""Forms that a session did not live to send: the sign-in carries what was typed, and brings it back to its page.

Nothing is stored: what was typed goes to the browser that sent it, and comes back with the sign-in of the user who
typed it. The key of every form begins with its user: whoever else signs in there neither sees nor sends it.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qsl, urlencode

from policyserve.operations.sessions import viewer_of_session
from policyserve.web.visit import FORM_KEY, Screen, Visit, local

TO, TYPED = "kept_to", "kept_typed"
"""Fields of the sign-in: where the form was sent, and what was typed."""

OF: Final = "."
"""Behind the user in the key of a form."""

NEVER: Final = ("password", "secret", "code", "token")
"""What stands in the name of a field that is never carried along."""

CHOSEN: Final = frozenset({FORM_KEY, "channel", "satisfaction", "service", "kind", "on", "to", "occurred_on"})
"""Fields that hold no words of a person."""


@dataclass(frozen=True, kw_only=True)
class KeptForm:
    """A form that waits for a sign-in."""

    to: str
    typed: Mapping[str, str]
    typist: int
    """The key of the user who typed it."""

    @property
    def words(self) -> list[str]:
        """What a person typed, to be read again."""
        return [value for name, value in self.typed.items() if value and name not in CHOSEN]


def key_of_form(user_id: int | None) -> str:
    """Make the key of a form for whoever is shown it."""
    return f"{user_id or ''}{OF}{secrets.token_urlsafe(16)}"


def typist(form: Mapping[str, str]) -> int | None:
    """Return the key of the user who was shown a form; None where it does not say so."""
    user_id, of, _ = form.get(FORM_KEY, "").partition(OF)
    return int(user_id) if of and user_id.isdecimal() and len(user_id) < 10 else None


def kept_form(to: str, typed: Mapping[str, str]) -> KeptForm | None:
    """Return a form worth keeping; None where nothing was filled in, one must not be carried, or nobody typed it."""
    if any(word in name for name in typed for word in NEVER) or (whose := typist(typed)) is None:
        return None
    filled = any(value for name, value in typed.items() if name != FORM_KEY)
    return KeptForm(to=to, typed=typed, typist=whose) if filled else None


def sign_in_first(kept: KeptForm, refusal: Exception | None) -> Screen:
    """Ask for a sign-in that brings a form back."""
    values = {"next": "/", "login": "", "kept": kept, "kept_typed": urlencode(dict(kept.typed))}
    return Screen(template="sign_in", values=values, refusal=refusal)


def carried(visit: Visit) -> KeptForm | None:
    """Return the form that a sign-in has carried."""
    to = local(visit.form.get(TO))
    return None if to == "/" else kept_form(to, dict(parse_qsl(visit.form.get(TYPED, ""), keep_blank_values=True)))


def brought_back(visit: Visit, kept: KeptForm | None, token: str) -> Screen | None:
    """Show a form again to the user who typed it and has signed in, to be sent; None for anybody else."""
    if kept is None:
        return None
    viewer = viewer_of_session(visit.house.engine, token, at=visit.now)
    typed_it = viewer is not None and viewer.user_id == kept.typist
    return Screen(template="kept_form", values={"kept": kept}, token=token) if typed_it else None
