"""Headings of columns in English and Chinese: those of every noun, under one roof."""

from __future__ import annotations

from policyserve.cli.words import (
    book_words,
    figure_words,
    import_words,
    message_words,
    prospect_words,
    service_words,
    spot_check_words,
    work_words,
)

PARTS = (
    book_words.HEADINGS,
    import_words.HEADINGS,
    work_words.HEADINGS,
    message_words.HEADINGS,
    figure_words.HEADINGS,
    service_words.HEADINGS,
    prospect_words.HEADINGS,
    spot_check_words.HEADINGS,
)
"""A column stands in one of them only, whichever command shows it."""

HEADINGS = {column: words for part in PARTS for column, words in part.items()}


def heading(column: str, language: str) -> str:
    """Return the heading of a column; one that is not here shows its own name."""
    words = HEADINGS.get(column)
    return words[language == "zh"] if words else column.replace("_", " ").capitalize()
