"""Forms that a session did not live to send: the sign-in carries what was typed, and brings it back to its page.

Nothing is stored: what was typed goes to the browser that sent it, and comes back with the sign-in.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qsl, urlencode

from policyserve.web.visit import FORM_KEY, Screen, Visit, local

TO, TYPED = "kept_to", "kept_typed"
"""Fields of the sign-in: where the form was sent, and what was typed."""

NEVER: Final = ("password", "secret", "code", "token")
"""What stands in the name of a field that is never carried along."""

CHOSEN: Final = frozenset({FORM_KEY, "channel", "satisfaction", "service", "kind", "on", "to", "occurred_on"})
"""Fields that hold no words of a person."""


@dataclass(frozen=True, kw_only=True)
class KeptForm:
    """A form that waits for a sign-in."""

    to: str
    typed: Mapping[str, str]

    @property
    def words(self) -> list[str]:
        """What a person typed, to be read again."""
        return [value for name, value in self.typed.items() if value and name not in CHOSEN]


def kept_form(to: str, typed: Mapping[str, str]) -> KeptForm | None:
    """Return a form worth keeping; None where nothing was filled in, or something that is never carried along."""
    if any(word in name for name in typed for word in NEVER):
        return None
    return KeptForm(to=to, typed=typed) if any(value for name, value in typed.items() if name != FORM_KEY) else None


def sign_in_first(kept: KeptForm, refusal: Exception | None) -> Screen:
    """Ask for a sign-in that brings a form back."""
    values = {"next": "/", "login": "", "kept": kept, "kept_typed": urlencode(dict(kept.typed))}
    return Screen(template="sign_in", values=values, refusal=refusal)


def carried(visit: Visit) -> KeptForm | None:
    """Return the form that a sign-in has carried."""
    to = local(visit.form.get(TO))
    return None if to == "/" else kept_form(to, dict(parse_qsl(visit.form.get(TYPED, ""), keep_blank_values=True)))


def brought_back(kept: KeptForm, token: str | None) -> Screen:
    """Show a form again to whoever has signed in, to be sent."""
    return Screen(template="kept_form", values={"kept": kept}, token=token)
