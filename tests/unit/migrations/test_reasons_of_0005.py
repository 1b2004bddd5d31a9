"""Reasons of version 0005 are taken apart: code, arguments, and what was said."""

from __future__ import annotations

import polars as pl
import pytest

from policyserve.migrations.reasons_of_0005 import apart
from policyserve.standard.reasons import REASONS

Apart = tuple[str | None, str | None, str | None]


def read(status: str, reason: str) -> Apart | None:
    """Return reason, arguments and said as they become; None where they stay."""
    rows = pl.DataFrame({"id": [1], "status": [status], "reason": [reason]})
    return next((row[1:] for row in apart(rows).rows()), None)


@pytest.mark.parametrize(("status", "reason"), [("cancelled", "cap-week"), ("expired", "expired"),
                                                ("cancelled", "merged"), ("unknown", "no-receipt")])  # fmt: skip
def test_a_code_that_stands_alone_stays(status: str, reason: str) -> None:
    assert read(status, reason) is None


@pytest.mark.parametrize(("status", "reason", "becomes"), [
    ("cancelled", 'gone: instalment-paid {"instalment":2,"on":"2026-05-17"}',
     ("instalment-paid", '{"instalment":2,"on":"2026-05-17"}', None)),
    ("cancelled", 'gone: end of cover {"on":"2026-05-17"}', ("end of cover", '{"on":"2026-05-17"}', None)),
    ("cancelled", "gone: gone {}", ("gone", None, None)),
    ("cancelled", "gone: words of long ago", ("gone", None, "words of long ago")),
    ("unknown", "in-doubt: its sender died", ("sender-died", None, None)),
    ("unknown", "in-doubt: no answer", ("no-answer", None, None)),
    ("unknown", "in-doubt: HTTP 504", ("in-doubt", None, "HTTP 504")),
    ("failed", "tried: no reason was given", ("tried", None, None)),
    ("failed", "tried: HTTP 503", ("tried", None, "HTTP 503")),
])  # fmt: skip
def test_what_the_program_wrote_is_told_apart(status: str, reason: str, becomes: Apart) -> None:
    assert read(status, reason) == becomes
    assert becomes[0] in REASONS


@pytest.mark.parametrize("typed", ["she: called", "gone: gone {}", "two\nlines", "merged", ""])
def test_what_a_person_typed_is_kept_word_for_word(typed: str) -> None:
    assert read("cancelled", f"by-hand: {typed}") == ("by-hand", None, typed)


@pytest.mark.parametrize("said", ["DB:0141", "expired", "no-receipt", "gone: gone {}", "by-hand: x", "空号"])
def test_what_a_gateway_said_is_no_code_whatever_it_looks_like(said: str) -> None:
    assert read("failed", said) == (None, None, said)
