"""Reasons of hand-overs: why an agent was chosen, why a task goes along, and what undoing came to; by code."""

from __future__ import annotations

from typing import Final

from policyserve.locale import N_, Sentence, columns

CHOICES: Final = {
    "served": N_("serves some of the household already"),
    "referrer": N_("serves who referred the household"),
    "team": N_("is of the same team, with work for {load:g} visits in 90 days and room for {capacity}"),
    "branch": N_("is of the same branch, with work for {load:g} visits in 90 days and room for {capacity}"),
    "nobody": N_("nobody of the branch can take it: choose somebody by hand"),
    "by-hand": N_("chosen by {actor}"),
    "goes-along": N_("goes along with its customer or policy"),
    "not-theirs": N_("goes to who serves the customer"),
}
"""Why a line goes to its agent."""

OUTCOMES: Final = {
    "restored": N_("is back with the former agent"),
    "corrected": N_("is back with the former agent; the customer had been told and is told again"),
    "moved-on": N_("has got another agent since, and stays there"),
    "closed": N_("is no longer open, and stays as it is"),
}
"""What undoing a set did to a line."""

REASONS: Final = CHOICES | OUTCOMES
"""All of them."""


def sentence(code: str, arguments: str | None = None) -> Sentence:
    """Word a stored reason; `arguments` is JSON, an object. Raises KeyError for a code that is none."""
    return columns.sentence(REASONS[code], arguments)
