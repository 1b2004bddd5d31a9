"""Texts from templates: sandboxed, strict about what is not known, each with its segments.

A whole text is the signature, the body that the template writes, and for marketing the way to refuse further messages
(通信短信息服务管理规定: the offer stands inside the message). What carriers refuse is refused here, before anything is
stored. Reasons name the template and the fact, never its value.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Template, UndefinedError
from jinja2.exceptions import SecurityError

from policyserve.errors import PolicyserveError
from policyserve.locale import N_, Sentence
from policyserve.messages.texts.sandbox import BoundError
from policyserve.messages.texts.segments import Route, Segments
from policyserve.messages.texts.template_files import RenderError, compiled
from policyserve.messages.texts.values import VALUES, Language, Values
from policyserve.signs import seen
from policyserve.standard.model import MessageClass

OPT_OUT: dict[Language, str] = {"zh": "，拒收请回复R", "en": ". Reply R to opt out"}
"""What a marketing text ends with."""

_REFUSED = re.compile(
    "[【】\u00a5\uffe5\u203b"  # ¥ full and half width, ※
    "\u2600-\u27bf\u2b00-\u2bff\u200d\u20e3\ufe0e\ufe0f\U0001f000-\U0001faff\U000e0020-\U000e007f]"  # ★ and emoji
)
"""Brackets of the signature, signs that carriers garble or refuse, emoji."""

_UNDEFINED = re.compile(r"'(\w+)' is undefined")


def refused_sign(text: str) -> str | None:
    """Name the first sign of a text that carriers refuse; None where there is none."""
    found = _REFUSED.search(text)
    return None if found is None else f"{found[0]} (U+{ord(found[0]):04X})"


@dataclass(frozen=True, kw_only=True, slots=True)
class Rendered:
    """A whole text, ready to send."""

    text: str
    segments: Segments


@dataclass(frozen=True, kw_only=True, slots=True)
class Draft:
    """A message to be written."""

    key: object
    """The caller's own, handed back with the text or the problem."""
    template: str
    message_class: MessageClass
    values: Values


@dataclass(frozen=True, kw_only=True, slots=True)
class Message:
    """A draft written."""

    key: object
    text: str
    segments: Segments


@dataclass(frozen=True, kw_only=True, slots=True)
class Problem:
    """A draft that could not be written, and why."""

    key: object
    error: RenderError


def render(
    template: str,
    values: Values,
    *,
    signature: str,
    message_class: MessageClass,
    route: Route,
    opt_out: str | None = None,
    folder: Path | None = None,
) -> Rendered:
    """Write one whole text in the language of its values; `opt_out` replaces the ending of marketing texts.

    Raises RenderError where the template is missing or wrong, says what is not known, or writes what carriers refuse.
    """
    sender = _Sender(signature=signature, route=route, opt_out=opt_out, folder=folder)
    text, segments = sender.writer(template, message_class, values.language).write(values)
    return Rendered(text=text, segments=segments)


def render_all(
    drafts: Iterable[Draft], *, signature: str, route: Route, opt_out: str | None = None, folder: Path | None = None
) -> tuple[list[Message], list[Problem]]:
    """Write many texts; one that cannot be written becomes a problem and spares the others. Both keep their order."""
    sender = _Sender(signature=signature, route=route, opt_out=opt_out, folder=folder)
    writers: dict[tuple[str, MessageClass, Language], _Writer | _Refuser] = {}
    messages: list[Message] = []
    problems: list[Problem] = []
    for draft in drafts:
        kind = (draft.template, draft.message_class, draft.values.language)
        if (writer := writers.get(kind)) is None:
            writer = writers[kind] = _writer_or_refuser(sender, *kind)
        try:
            text, segments = writer.write(draft.values)
        except RenderError as error:
            problems.append(Problem(key=draft.key, error=error))
            if isinstance(error.__cause__, BoundError):  # once is enough: it would take its time for everybody
                writers[kind] = _Refuser(error=error)
        else:
            messages.append(Message(key=draft.key, text=text, segments=segments))
    return messages, problems


@dataclass(frozen=True, kw_only=True)
class _Writer:
    """One template for one class of messages, with what stands around its body."""

    name: str
    language: Language
    template: Template
    before: str
    after: str
    route: Route

    def write(self, values: Values) -> tuple[str, Segments]:
        """Return the whole text and its segments."""
        body = self._body(values)
        if (sign := refused_sign(body)) is not None:
            raise self._error(Sentence("its text holds {sign}, which carriers refuse", sign=sign))
        text = f"{self.before}{_ended(body, self.after)}"
        segments = self.route.count(text)
        if segments.length > self.route.limit:
            too_long = N_("its length is {length}; at most {most} can be sent")
            raise self._error(Sentence(too_long, length=segments.length, most=self.route.limit))
        return text, segments

    def _body(self, values: Values) -> str:
        try:
            body = seen(self.template.render(values.words)).strip()
        except Exception as error:  # a template is code of its own: whatever it raises is about this message alone
            raise self._error(fault_of(error)) from error
        if not body:
            raise self._error(Sentence("its text is empty"))
        return body

    def _error(self, reason: Sentence) -> RenderError:
        return RenderError(self.name, self.language, reason)


@dataclass(frozen=True, kw_only=True)
class _Refuser:
    """Stands for a template that cannot be used."""

    error: RenderError

    def write(self, _: Values) -> tuple[str, Segments]:
        """Raise what is wrong with the template."""
        raise self.error


@dataclass(frozen=True, kw_only=True)
class _Sender:
    """In whose name, on which route and with which ending texts are written."""

    signature: str
    route: Route
    opt_out: str | None
    folder: Path | None

    def __post_init__(self) -> None:
        """Raise PolicyserveError for a signature that no carrier takes."""
        if not self.signature.strip() or _REFUSED.search(self.signature):
            raise PolicyserveError(
                "The signature of messages is '{signature}'; give a name without brackets and signs.",
                signature=self.signature,
            )

    def writer(self, name: str, message_class: MessageClass, language: Language) -> _Writer:
        """Find the template and what stands around it."""
        ending = OPT_OUT[language] if self.opt_out is None else self.opt_out
        return _Writer(
            name=name,
            language=language,
            template=compiled(name, language, self.folder),
            before=self.route.signed(self.signature),
            after=ending if message_class == "marketing" else "",
            route=self.route,
        )


def _writer_or_refuser(
    sender: _Sender, name: str, message_class: MessageClass, language: Language
) -> _Writer | _Refuser:
    try:
        return sender.writer(name, message_class, language)
    except RenderError as error:
        return _Refuser(error=error)


def _ended(body: str, ending: str) -> str:
    """Put the ending after a body so that one mark stands between them."""
    if not ending:
        return body
    if body.endswith(("！", "!", "？", "?")):
        return body + ending.removeprefix("，").removeprefix(".")
    return body.rstrip("。.") + ending


def fault_of(error: Exception) -> Sentence:
    """Say what a template did wrong, without the values that it was given."""
    if isinstance(error, UndefinedError):
        unknown = _UNDEFINED.search(error.message or "")
        if unknown and unknown[1] in VALUES:
            return Sentence("it says '{name}', which is not known of this customer or policy", name=unknown[1])
        if unknown:
            return Sentence("it says '{name}', which is no fact of messages", name=unknown[1])
        return Sentence("it asks a fact for what it is not")
    if isinstance(error, BoundError):
        return error.sentence
    if isinstance(error, SecurityError):
        return Sentence("it does what templates are not allowed to do")
    return Sentence("it fails with {fault}", fault=type(error).__name__)
