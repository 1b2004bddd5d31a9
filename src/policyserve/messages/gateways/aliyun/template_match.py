"""Our text, read back into the sign name and the parameters of a filed template.

What the customer gets is the filed wording with the parameters put in: the same as our text, but for the mark at the
end. Values never reach a reason.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from policyserve.errors import ClauseError
from policyserve.locale import N_
from policyserve.messages.gateways.aliyun.options import Filed

UNSIGNED = N_("the text of the service '{service}' has no signature in 【】 before it")
UNLIKE = N_("the text of the service '{service}' is worded unlike every template filed for it")

_SIGNED = re.compile(r"【([^【】]+)】(.+)", re.DOTALL)
_PLACE = re.compile(r"\$\{([^{}]+)\}")
_MARKS = "，,。. "


class UnfiledError(ClauseError):
    """A text that no filed template can carry; says why, without the text."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Template:
    """A text as Aliyun takes it."""

    sign_name: str
    code: str
    params: Mapping[str, str]


def as_template(text: str, service: str, filed: Mapping[str, Sequence[Filed]], opt_out: str) -> Template:
    """Express a whole text by the first template of its service that it fits. Raises UnfiledError where none does."""
    if service not in filed:
        raise UnfiledError(N_("the gateway's options name no template of the service '{service}'"), service=service)
    if (signed := _SIGNED.fullmatch(text)) is None:
        raise UnfiledError(UNSIGNED, service=service)
    sign_name, body = signed[1], _bare(signed[2], opt_out)
    for one in filed[service]:
        if (params := _params(one, body, opt_out)) is not None:
            return Template(sign_name=sign_name, code=one.code, params=params)
    raise UnfiledError(UNLIKE, service=service)


def _params(filed: Filed, body: str, opt_out: str) -> dict[str, str] | None:
    if filed.param is not None:
        return {filed.param: body}
    return values(_bare(filed.wording or "", opt_out), body)


def values(wording: str, body: str) -> dict[str, str] | None:
    """Return what stands in a body at each `${name}` of a wording, or None where it is worded otherwise.

    Fixed words are looked for from the left, the last ones at the end, so the time is linear in the body; where a value
    holds the words that follow it, the parts differ but together still make the same body. No value is empty, and
    a name that stands twice has the same value twice.
    """
    start, *rest = _PLACE.split(wording)
    if not body.startswith(start):
        return None
    found: dict[str, str] = {}
    place = len(start)
    for number in range(0, len(rest), 2):
        name, words = rest[number : number + 2]
        end = _last(body, words) if number + 2 == len(rest) else body.find(words, place + 1)
        if end <= place or found.setdefault(name, body[place:end]) != body[place:end]:
            return None
        place = end + len(words)
    return found if place == len(body) else None


def _last(body: str, words: str) -> int:
    return len(body) - len(words) if body.endswith(words) else -1


def _bare(body: str, opt_out: str) -> str:
    """Take off how to refuse and the mark at the end, which differs with it."""
    return body.rstrip(_MARKS).removesuffix(opt_out).rstrip(_MARKS)
