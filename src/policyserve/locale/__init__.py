"""The words of the program in every language: a catalogue by gettext, English where it is said.

A sentence stands in English where it is said, and its translations in `LANGUAGE/LC_MESSAGES/policyserve.po`:

    say(language, "Task {task} is done, on {day}.", task=task, day=day)
    say_many(language, "{n:,} task", "{n:,} tasks", len(tasks))
    say_in(language, "state of a task", "open")

The language is an argument, as time is. A constant that is translated later is marked, `N_("Open")`, or
`N_in("state of a task", "open")` where one English word has two meanings
(`N_all` marks several); `say(language, constant)` puts it into words.
What is told elsewhere than where it is known is a `Sentence` (or, with a count, a `Counted`): words with values, put
into a language by whoever shows them. Errors are made so. Values that are sentences are put into the same language.

`make words` collects what is said, brings the `.po` files up to date and compiles them. A new language is one file.
"""

from __future__ import annotations

from policyserve.locale.catalogue import (
    N_,
    Counted,
    Listed,
    N_all,
    N_in,
    Sentence,
    in_language,
    say,
    say_in,
    say_many,
    translated,
)
from policyserve.locale.languages import ENGLISH

__all__ = [
    "ENGLISH",
    "N_",
    "Counted",
    "Listed",
    "N_all",
    "N_in",
    "Sentence",
    "in_language",
    "say",
    "say_in",
    "say_many",
    "translated",
]
