"""Great lists: killed in the midst, loaded without indexes, compared with what is stored."""

from __future__ import annotations

import random
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path
from time import sleep

import polars as pl
import pytest
from sqlalchemy import Engine, inspect
from sqlalchemy.exc import IntegrityError

from books.lists_in import AGENTS, AT, counts, import_text, rows_of
from policyserve.book.list_import import ImportReport, import_list

MANY, ENOUGH = 200_000, 60_000

IMPORT = """
import sys
from datetime import UTC, date, datetime
from pathlib import Path
from policyserve import db
from policyserve.book import policies
from policyserve.book.list_import import import_list

add = policies.add

def telling(*arguments):
    print("adding", flush=True)
    add(*arguments)
    print("added", flush=True)

policies.add = telling
import_list(db.open_engine(sys.argv[1]), "policies", Path(sys.argv[2]), as_of=date(2026, 3, 1), at=datetime.now(UTC))
"""


def customers(count: int) -> str:
    return pl.DataFrame({"customer_no": [f"C{number}" for number in range(count)]}).write_csv()


def policies(count: int) -> str:
    """Every tenth policy is a rider of the next one; every hundredth row has an impossible mode."""
    number = pl.int_range(count, eager=True).alias("number")
    return (
        number.to_frame()
        .select(
            policy_no=pl.format("P{}", "number"),
            customer_no=pl.format("C{}", pl.col("number") % 500),
            agent_no=pl.format("A{}", pl.col("number") % 500 % 3 + 1),
            writing_agent_no=pl.format("W{}", pl.col("number") % 7),
            main_policy_no=pl.when(pl.col("number") % 10 == 5).then(pl.format("P{}", pl.col("number") + 1)),
            issue_date=date(2020, 1, 1) + (pl.col("number") % 2000) * timedelta(days=1),
            mode=pl.when(pl.col("number") % 100 == 99).then(pl.lit("weekly")).otherwise(pl.lit("annual")),
            premium=pl.col("number") % 997 + 100,
        )
        .write_csv()
    )


@pytest.fixture
def path(engine: Engine, tmp_path: Path) -> Path:
    import_text(engine, tmp_path, "agents", AGENTS)
    import_text(engine, tmp_path, "customers", customers(500))
    return tmp_path / "policies.csv"


def take(engine: Engine, path: Path) -> ImportReport:
    return import_list(engine, "policies", path, as_of=date(2026, 3, 1), at=AT)


def kill(database_url: str, path: Path, *, at: str, later: float) -> None:
    """Import in a process of its own, and kill it so many seconds after it has said `at`."""
    command = [sys.executable, "-c", IMPORT, database_url, str(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert any(line.strip() == at for line in process.stdout)
        sleep(later)
        process.kill()


@pytest.mark.slow
def test_an_import_killed_at_any_moment_leaves_nothing_or_everything(
    engine: Engine, database_url: str, path: Path
) -> None:
    path.write_text(policies(MANY))
    good, bad = MANY - MANY // 100, MANY // 100
    moments = random.Random(7)
    for at, later in [("adding", moments.uniform(0, 1.5)) for _ in range(3)] + [("added", 0.0)]:
        kill(database_url, path, at=at, later=later)
        [(count,)] = rows_of(engine, "SELECT count(*) FROM policies")
        [(runs,)] = rows_of(engine, "SELECT count(*) FROM imports WHERE kind = 'policies'")
        assert (count, runs) in {(0, 0), (good, 1)}
        if runs:
            break
    else:
        assert counts(take(engine, path)) == (good, 0, 0, bad)
    assert counts(take(engine, path)) == (0, 0, good, bad)


def test_a_great_list_is_loaded_with_all_its_indexes_and_constraints_in_the_end(engine: Engine, path: Path) -> None:
    def shape() -> tuple[object, ...]:
        seen = inspect(engine)
        keys = [sorted(map(str, ask("policies"))) for ask in (seen.get_indexes, seen.get_unique_constraints)]
        return *keys, sorted(map(str, seen.get_foreign_keys("policies")))

    before = shape()
    path.write_text(policies(ENOUGH))
    everything = ENOUGH - ENOUGH // 100
    assert counts(take(engine, path)) == (everything, 0, 0, ENOUGH // 100)
    assert shape() == before
    assert rows_of(engine, "SELECT count(*) FROM policies p JOIN policies m ON m.id = p.main_policy_id") == [(6000,)]
    assert rows_of(engine, "SELECT count(*) FROM agents WHERE name IS NULL") == [(7,)]
    assert counts(take(engine, path)) == (0, 0, everything, ENOUGH // 100)


def test_a_great_list_changes_what_differs_and_adds_what_is_new(engine: Engine, path: Path) -> None:
    path.write_text(policies(ENOUGH).replace("weekly", "annual"))
    take(engine, path)
    changed = pl.read_csv(path, infer_schema=False).with_columns(
        premium=pl.when(pl.col("policy_no").str.ends_with("000")).then(pl.lit("5000")).otherwise("premium")
    )
    more = changed.head(10).with_columns(policy_no=pl.format("Q{}", "policy_no"))
    pl.concat([changed, more]).write_csv(path)
    assert counts(take(engine, path)) == (10, 59, ENOUGH - 59, 0)
    assert rows_of(engine, "SELECT count(*) FROM policies WHERE premium = 500000") == [(59,)]
    assert rows_of(engine, "SELECT count(*) FROM events") == [(0,)]


def test_foreign_keys_hold_again_after_a_great_import(engine: Engine, path: Path) -> None:
    path.write_text(policies(ENOUGH))
    take(engine, path)
    with engine.connect() as connection, pytest.raises(IntegrityError, match=r"(?i)foreign key"):
        connection.exec_driver_sql("UPDATE policies SET customer_id = 999999 WHERE id = 1")
