"""A call of the API: its address, its method, what it does, and for whom; and what one is asked with."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import cached_property
from http import HTTPStatus
from typing import Any, TypeVar, get_type_hints

from pydantic import BaseModel

from policyserve.access.sent_forms import Sending
from policyserve.web.errors import DONE
from policyserve.web.visit import Visit

Made = TypeVar("Made", bound=BaseModel)


@dataclass(frozen=True, kw_only=True)
class Call:
    """One call; what it takes and answers is the signature of its work, whose first argument is an `Asked`."""

    path: str
    """Below /api/v1."""
    method: str
    work: Callable[..., BaseModel]
    roles: Collection[str]
    status: HTTPStatus = DONE
    versioned: bool = False
    """Whether If-Match is heeded."""
    upload: bool = False
    """Whether its body is a file, which is read only of whoever may send one."""

    @property
    def name(self) -> str:
        """The name of the call in a generated client."""
        return self.work.__name__

    @property
    def noun(self) -> str:
        """The module that holds it."""
        return self.work.__module__.rpartition(".")[2]

    @property
    def summary(self) -> str:
        """What it does, in a sentence."""
        return (self.work.__doc__ or "").partition("\n")[0]

    @cached_property
    def model(self) -> type[BaseModel]:
        """What it answers."""
        found: type[BaseModel] = get_type_hints(self.work)["return"]
        return found


@dataclass(frozen=True, kw_only=True)
class Asked(Visit):
    """One request of the API."""

    key: str | None = None
    """The sender's own, of Idempotency-Key."""
    body: str = ""
    """SHA-256 of all that was sent."""
    content: bytes = b""
    """The body, as it was sent."""
    versions: Collection[str] | None = None
    """Those of If-Match; None: any."""

    def once(self, act: Callable[[Sending], object], made: Callable[[Any], Made]) -> Made:
        """Do something once for its key, and return the answer that is kept; raises SentBeforeError with that one."""
        answers: list[Made] = []

        def answer(done: Any) -> str:
            answers.append(made(done))
            return answers[0].model_dump_json()

        act(Sending(key=self.key, body=self.body, answer=answer, versions=self.versions))
        return answers[0]
