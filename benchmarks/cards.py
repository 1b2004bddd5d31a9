"""Planning one customer and the whole life of a policy, in CPU seconds per call, against picking the same facts.

The floor picks the policies' rows out of three lists, less than planning must do; the goal is a multiple of it.
"""

from __future__ import annotations

import resource
from collections.abc import Callable, Iterator
from datetime import date
from time import process_time

import polars as pl

from benchmarks.books import generated_book
from benchmarks.measuring import Figure
from benchmarks.planning import AS_OF, calendar
from policyserve.book.columns import Book
from policyserve.dates import Days
from policyserve.plan.planner import plan
from policyserve.standard.parser import default_standard
from policyserve.tasks.book_part import narrowed

AHEAD = Days.between(AS_OF, AS_OF).widened(after=90)
LIFE = Days(start=date(AS_OF.year - 10, 1, 1), end=date(AS_OF.year + 10, 1, 1))
CUSTOMERS = 12
GOAL = 60.0


def run(size: int) -> Iterator[Figure]:
    """Plan some customers of a generated book by themselves."""
    book = generated_book(min(size, 20_000), AS_OF)
    keys = book.customers["customer_id"].sample(CUSTOMERS, seed=1).to_list()
    parts = [narrowed(book, pl.Series([key], dtype=pl.Int32)) for key in keys]
    standard, days_off = default_standard(), calendar()
    of_policies = tuple(one for one in standard.services if one.subject != "customer")
    lives = standard.model_copy(update={"services": of_policies})
    floor = _seconds(_picked, parts)
    yield _figure(
        "one customer, 3 months ahead", lambda part: plan(part, standard, days_off, AHEAD, AS_OF), parts, floor
    )
    yield _figure("20 years of one's policies", lambda part: plan(part, lives, days_off, LIFE, AS_OF), parts, floor)


def _figure(work: str, ours: Callable[[Book], object], parts: list[Book], floor: float) -> Figure:
    seconds = _seconds(ours, parts)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**10
    return Figure(work=work, goal=GOAL, ours=seconds, floor=floor, peak=peak)


def _picked(part: Book) -> object:
    """Pick the policies' rows out of each list."""
    keys = part.policies["policy_id"].implode()
    return [frame.filter(pl.col("policy_id").is_in(keys)) for frame in (part.premiums, part.debits, part.events)]


def _seconds(work: Callable[[Book], object], parts: list[Book]) -> float:
    """Return the CPU seconds of a call, after every one has been made once."""
    for part in parts:
        work(part)
    start = process_time()
    for part in parts:
        work(part)
    return (process_time() - start) / len(parts)
