"""What the answers to its parts make of a text."""

from __future__ import annotations

import pytest

from policyserve.messages.gateways.gateway import Answer, Outgoing
from policyserve.messages.gateways.smpp.parts import parts_of
from policyserve.messages.gateways.smpp.texts import REPEATS, Text

OUTGOING = Outgoing(reference="m1", phone="13800138000", text="安" * 160, service="R30", message_class="duty")


class Settled:
    """A text of three parts and the answer it got."""

    def __init__(self) -> None:
        self.answers: list[Answer] = []
        self.text = Text(
            outgoing=OUTGOING,
            address="8613800138000",
            parts=parts_of(OUTGOING.text, "ucs2", 1),
            settle=self.answers.append,
        )

    def leave(self, *places: int) -> Settled:
        for place in places:
            assert self.text.may_leave(place)
            self.text.leaves(place)
        return self

    def take(self, *places: int) -> Settled:
        for place in places:
            self.text.taken(place, f"n{place}")
            self.text.conclude()
        return self

    def busy(self, *places: int) -> Settled:
        for place in places:
            self.text.declined(place, "later", "busy")
            self.text.conclude()
        return self

    def refuse(self, place: int) -> Settled:
        self.text.declined(place, "refused", "bad")
        self.text.conclude()
        return self

    @property
    def outcome(self) -> str | None:
        assert len(self.answers) <= 1
        return self.answers[0].outcome if self.answers else None


def test_a_text_is_taken_when_every_part_is() -> None:
    settled = Settled().leave(0, 1, 2).take(2, 0)
    assert settled.outcome is None
    assert settled.take(1).answers == [Answer(reference="m1", outcome="accepted", provider_id="n0,n1,n2")]


def test_a_text_of_which_no_part_was_taken_is_left_to_the_outbox() -> None:
    settled = Settled().leave(0, 1).busy(0)
    assert not settled.text.may_leave(2)
    assert settled.outcome is None, "part 1 may yet be taken"
    assert settled.busy(1).outcome == "later"


def test_parts_left_over_are_tried_again_when_the_others_have_their_answers() -> None:
    settled = Settled().leave(0, 1, 2).busy(0).take(1)
    assert settled.text.left_over() == []
    settled.busy(2)
    assert settled.text.left_over() == [0, 2]
    assert settled.leave(0, 2).take(0, 2).outcome == "accepted"


def test_trying_again_has_an_end() -> None:
    settled = Settled().leave(0, 1, 2).take(0, 1).busy(2)
    for _ in range(REPEATS):
        assert settled.outcome is None
        settled.leave(*settled.text.left_over()).busy(2)
    assert settled.outcome == "in-doubt"
    assert settled.answers[0].provider_id == "n0,n1,"


def test_a_refused_part_refuses_the_text_once_nothing_is_on_its_way() -> None:
    settled = Settled().leave(0, 1).refuse(0)
    assert not settled.text.may_leave(2)
    assert settled.outcome is None
    assert settled.take(1).outcome == "refused"


@pytest.mark.parametrize(
    ("settled", "outcome"),
    [
        (Settled(), "later"),
        (Settled().leave(0), "in-doubt"),
        (Settled().leave(0).take(0), "in-doubt"),
        (Settled().leave(0, 1).busy(0), "in-doubt"),
        (Settled().leave(0, 1).refuse(0), "refused"),
    ],
)
def test_a_cut_leaves_in_doubt_what_may_have_been_taken(settled: Settled, outcome: str) -> None:
    settled.text.cut("gone")
    assert settled.outcome == outcome
    settled.text.cut("gone again")
    assert settled.outcome == outcome
