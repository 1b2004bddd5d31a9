"""The figures known from practice, from lists to the metric."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine

import figures
from policyserve import db
from policyserve.book.columns import Book
from policyserve.book.list_import import import_list
from policyserve.book.snapshot import load_book
from policyserve.dates import Days
from policyserve.metrics.collection.collection import collection
from policyserve.metrics.referrals.tree import brought, centres_of_influence, referral_tree

NOW = datetime(2026, 9, 30, 12, tzinfo=UTC)
HALF_YEAR = Days.between(date(2026, 1, 1), date(2026, 6, 30))


def loaded(engine: Engine, lists: figures.Lists, folder: Path, as_of: date) -> Book:
    """Import the lists and read the book back."""
    for kind, frame in lists.items():
        path = folder / f"{kind}.csv"
        frame.write_csv(path)
        assert import_list(engine, kind, path, as_of=as_of, at=NOW).rejected == 0
    with db.reading(engine) as connection:
        return load_book(connection)


def test_the_collection_of_the_half_year(engine: Engine, tmp_path: Path) -> None:
    book = loaded(engine, figures.half_year(), tmp_path, figures.HALF_YEAR_AS_OF)
    row = collection(book, HALF_YEAR, as_of=figures.HALF_YEAR_AS_OF).row(0, named=True)
    tenthousands = {name: row[name] / 1_000_000 for name in ("due", "collected", "surrendered", "suspended", "open")}
    assert tenthousands == {"due": 1_371, "collected": 1_117, "surrendered": 13, "suspended": 241, "open": 0}
    assert row["rate"] == pytest.approx(0.815, abs=0.0005)


def test_the_centre_of_influence(engine: Engine, tmp_path: Path) -> None:
    book = loaded(engine, figures.influence(), tmp_path, figures.INFLUENCE_AS_OF)
    row = brought(referral_tree(book, "C1")).row(0, named=True)
    assert (row["policies"], row["premium"]) == (1, 195_400)
    assert (row["policies_together"], row["premium_together"]) == (20, 38_930_700)
    assert row["premium_through"] == 38_735_300
    assert centres_of_influence(book, top=1)["customer_no"].to_list() == ["C1"]
