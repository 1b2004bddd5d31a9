"""Counts of one sender: what it did, and the sentence that tells it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from policyserve.locale import N_, Listed, Sentence
from policyserve.messages.outbox import inbound, outbox


@dataclass(kw_only=True)
class SendCounts:
    """What a sender did."""

    answered: Counter[str] = field(default_factory=Counter)
    """How many messages got each state."""
    kept_up: int = 0
    """Messages that waited and were written anew or cancelled, because the facts had changed."""
    opened: outbox.OpeningCounts = field(default_factory=outbox.OpeningCounts)
    resolved: int = 0
    """Messages in doubt whose fate the gateway knew."""
    returned: inbound.NewsCounts = field(default_factory=inbound.NewsCounts)
    stopped: bool = False
    in_vain: bool = False
    """Whether it stopped because the gateway took nothing any more."""
    closed: tuple[str, ...] = ()
    """Classes of messages that wait for their hours."""

    def sentence(self) -> Sentence:
        """Say it in one line."""
        rest = [Sentence(N_("{count} changed with the facts"), count=self.kept_up)] if self.kept_up else []
        rest += [Sentence(words, count=count) for state, words in _REST.items() if (count := self.answered[state])]
        done = Sentence("{parts}.", parts=Listed([Sentence("{count} sent", count=self.sent), *rest]))
        if self.in_vain:
            done = Sentence("{done} Stopped: the gateway takes nothing; the rest waits for the next run.", done=done)
        return Sentence("{done} Stopped as asked.", done=done) if self.stopped else done

    @property
    def sent(self) -> int:
        """How many messages left for certain."""
        return sum(self.answered[state] for state in ("accepted", "delivered"))


_REST = {
    "failed": N_("{count} failed"),
    "queued": N_("{count} to be tried again"),
    "unknown": N_("{count} in doubt"),
}
