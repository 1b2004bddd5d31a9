"""Rehearsal of a changed standard over a year, against one plan of the services that differ."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from time import perf_counter, process_time

from benchmarks.books import generated_book, save_book, saved_book
from benchmarks.measuring import Figure, compare
from policyserve.book.columns import Book
from policyserve.dates import Days
from policyserve.operations.calendars import calendar_named
from policyserve.plan.planner import plan
from policyserve.rehearsal.differences import differing
from policyserve.rehearsal.rehearsal import rehearsal
from policyserve.rehearsal.samples import told_samples
from policyserve.standard.model import Service, Standard
from policyserve.standard.parser import default_standard
from policyserve.tasks.touch_absence import only

AS_OF = date(2026, 11, 21)
YEAR = Days(start=date(2026, 12, 1), end=date(2027, 12, 1))
GOAL = 8.0
"""Two plans of what differs, its comparison, and one plan of all that agents do, over one plan of what differs."""


def run(size: int) -> Iterator[Figure]:
    """Rehearse a standard with an earlier reminder, no birthday wishes, and another channel of a service."""
    with tempfile.TemporaryDirectory() as folder:
        save_book(generated_book(size, AS_OF), Path(folder))
        yield compare(
            f"rehearsal of a year, three services changed, {size:,} policies; floor: one plan of them",
            GOAL, _ours, _floor, folder, prepare=(saved_book, saved_book),
        )  # fmt: skip


def changed(old: Standard) -> Standard:
    """Return the standard with three services changed."""
    return old.model_copy(update={"services": tuple(new for one in old.services for new in _changed(one))})


def _changed(one: Service) -> list[Service]:
    if one.code == "birthday-greeting":
        return []
    if one.code == "renewal-reminder-d30":
        return [one.model_copy(update={"trigger": one.trigger.model_copy(update={"days": 45})})]
    return [one.model_copy(update={"channels": ("call",)})] if one.code == "policy-review" else [one]


def _ours(book: Book) -> object:
    start, busy = perf_counter(), process_time()
    old = default_standard()
    found = rehearsal(book, old, changed(old), calendar=calendar_named("cn"), days=YEAR, as_of=AS_OF)
    told = told_samples(found, "en")
    print(f"rehearsal: {perf_counter() - start:.1f} s, CPU {process_time() - busy:.1f} s")
    return found, told


def _floor(book: Book) -> object:
    old = default_standard()
    return plan(book, only(old, differing(old, changed(old))), calendar_named("cn"), YEAR, AS_OF)
