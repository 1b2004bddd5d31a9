"""A text on its way: which of its parts left, which were taken, and what that makes of the whole.

The whole is taken when every part is. A part that the peer refuses for good refuses the text, and what has not left
stays here. Where the peer is too busy for some parts and has taken others, only those left over are tried again, for
half a text is of use to nobody; where it has taken none, the outbox decides on another try.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, Literal

from policyserve.locale import N_, Sentence
from policyserve.messages.gateways.gateway import Answer, Outcome, Outgoing, Reason
from policyserve.messages.gateways.smpp.parts import Part
from policyserve.messages.gateways.smpp.receipts import joined

REPEATS: Final = 8
"""How often what is left of a text is tried again before the text is given up as in doubt."""

IN_PART = N_("{reason} ({taken} of {parts} parts were taken)")

PartState = Literal[
    "waiting",  # has not left
    "out",  # has left and has no answer
    "taken",
    "busy",  # surely not taken, for now
]


@dataclass(eq=False, kw_only=True, slots=True)
class Text:
    """A text and its parts."""

    outgoing: Outgoing
    address: str
    parts: tuple[Part, ...]
    settle: Callable[[Answer], None] = field(default=lambda _: None)
    """Told the answer, once."""
    states: list[PartState] = field(init=False)
    ids: list[str] = field(init=False)
    """The peer's number of each part; empty until it is taken."""
    refusal: Reason | None = None
    busy: Reason | None = None
    repeats: int = 0
    settled: bool = False

    def __post_init__(self) -> None:
        """Nothing has left yet."""
        self.states = ["waiting"] * len(self.parts)
        self.ids = [""] * len(self.parts)

    @property
    def started(self) -> bool:
        """Whether a part has left."""
        return any(state != "waiting" for state in self.states)

    def may_leave(self, place: int) -> bool:
        """Whether a part should go out now; one that should not is kept with those that wait for the peer."""
        if self.settled or self.refusal is not None:
            return False
        if "busy" in self.states:
            self.states[place] = "busy"
            return False
        return True

    def leaves(self, place: int) -> None:
        """Note that a part is about to go out."""
        self.states[place] = "out"

    def taken(self, place: int, number: str) -> None:
        """Note that the peer has taken a part."""
        self.states[place] = "taken"
        self.ids[place] = number

    def declined(self, place: int, outcome: Literal["later", "refused"], reason: Reason) -> None:
        """Note that the peer has not taken a part."""
        self.states[place] = "busy"
        if outcome == "later":
            self.busy = reason
        elif self.refusal is None:
            self.refusal = reason

    def left_over(self) -> list[int]:
        """Return the parts to try again, if it is time: every part that left has its answer, and some were taken."""
        if self.settled or "out" in self.states or "taken" not in self.states:
            return []
        places = [place for place, state in enumerate(self.states) if state == "busy"]
        for place in places:
            self.states[place] = "waiting"
        self.repeats += bool(places)
        return places

    def conclude(self) -> None:
        """Settle the text if its parts' answers say what became of it."""
        if "out" in self.states or self.settled:
            return
        if self.refusal is not None:
            self._settle("refused", self.refusal)
        elif set(self.states) == {"taken"}:
            self._settle("accepted", None)
        elif "busy" in self.states and "taken" not in self.states:
            self._settle("later", self.busy)
        elif "busy" in self.states and self.repeats >= REPEATS:
            self._settle("in-doubt", self.busy)

    def cut(self, reason: Reason) -> None:
        """Settle the text now that nothing more can be learnt: what may have been taken, even in part, is in doubt."""
        if self.settled:
            return
        if self.refusal is not None:
            self._settle("refused", self.refusal)
        elif "out" in self.states or "taken" in self.states:
            self._settle("in-doubt", reason)
        else:
            self._settle("later", self.busy or reason)

    def _settle(self, outcome: Outcome, reason: Reason | None) -> None:
        self.settled = True
        taken = self.states.count("taken")
        if reason is not None and taken:
            reason = Sentence(IN_PART, reason=reason, taken=taken, parts=len(self.parts))
        number = joined(self.ids) if taken else None
        self.settle(Answer(reference=self.outgoing.reference, outcome=outcome, provider_id=number, reason=reason))
