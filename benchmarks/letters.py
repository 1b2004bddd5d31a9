"""Letters: made, written and typeset from due work, against Typst alone over the same pages.

Ours reads the book, writes the texts, stores the letters, and prints the PDF and its register; the floor typesets the
pages that ours has laid out.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, date, datetime
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, insert

from benchmarks.measuring import Figure, compare
from benchmarks.release import opened
from policyserve import db
from policyserve.config import read_settings
from policyserve.migrations import schema
from policyserve.operations.letters import make_letters
from policyserve.papers import records
from policyserve.papers.typesetting import document, laid_out
from policyserve.tables import Agent, Customer, Model, Policy, Premium, Task, table
from policyserve.tasks.transitions import Stamp

DAY = date(2026, 5, 4)
AT = datetime(2026, 5, 4, 1, 0, tzinfo=UTC)
MOST = 1.5
"""What the goal allows over Typst alone; 10,000 letters may take 60 seconds."""


def run(size: int) -> Iterator[Figure]:
    """Make a letter for each 10 of `size`, at least 2,000."""
    count = max(2000, size // 10)
    with tempfile.TemporaryDirectory() as folder:
        start = Path(folder) / "start.sqlite3"
        with opened(start) as engine:
            schema.upgrade(engine)
            fill(engine, count)
        data = str(start)
        yield compare(f"letters, {count:,}", MOST, ours, floor, data, prepare=(copied, laid))


def copied(start: str) -> str:
    """Return a copy of the database, for the letters of one run."""
    copy = Path(tempfile.mkdtemp(dir=Path(start).parent)) / "book.sqlite3"
    shutil.copyfile(start, copy)
    return str(copy)


def ours(path: str) -> None:
    """Make the letters that are due, and print them."""
    with opened(Path(path)) as engine:
        stamp = Stamp(at=AT, as_of=DAY, actor="bench")
        make_letters(engine, read_settings({}), Path(path).parent, stamp, services=(), language="zh")


def laid(start: str) -> list[dict[str, Any]]:
    """Return the letters as ours lays them out, made in another process: Typst remembers what it has set before."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(laid_by_ours, start).result()


def laid_by_ours(start: str) -> list[dict[str, Any]]:
    """Make the letters, and return them as they are laid out."""
    path = Path(copied(start))
    ours(str(path))
    with opened(path) as engine, db.reading(engine) as connection:
        return [laid_out(one, company="安心人寿", hotline="95500") for one in records.listed(connection)[::-1]]


def floor(letters: list[dict[str, Any]]) -> None:
    """Typeset the same pages, and nothing else."""
    (Path(tempfile.mkdtemp()) / "letters.pdf").write_bytes(document(letters, as_of=DAY))


def fill(engine: Engine, count: int) -> None:
    """Store a demand that is due to each of `count` customers, of a policy with an unpaid premium."""
    keys = range(1, count + 1)
    rows: dict[type[Model], list[dict[str, Any]]] = {
        Customer: [
            {"id": key, "customer_no": f"C{key}", "name": f"王芳{key}", "gender": "female", "agent_id": 1,
             "known_on": DAY, "address": f"杭州市人民路{key}号", "postcode": "310000"} for key in keys
        ],
        Policy: [
            {"id": key, "policy_no": f"P{key:07}", "customer_id": key, "agent_id": 1, "mode": "annual",
             "premium": 500_000 + key, "currency": "CNY", "issue_date": date(2026, 4, 4), "known_on": DAY,
             "product": "安康重疾险"} for key in keys
        ],
        Premium: [
            {"policy_id": key, "instalment": 1, "due_on": date(2026, 4, 4), "amount": 500_000 + key} for key in keys
        ],
        Task: [
            {"service": "grace-demand", "subject_kind": "policy", "subject_id": key, "ordinal": 1, "customer_id": key,
             "policy_id": key, "agent_id": 1, "performer": "office", "channels": "letter+sms", "anchor": DAY,
             "nominal": DAY, "due": DAY, "earliest": DAY, "latest": DAY, "status": "open"} for key in keys
        ],
    }  # fmt: skip
    with db.writing(engine, bulk=True) as connection:
        connection.execute(insert(table(Agent)), [{"id": 1, "agent_no": "A1", "name": "林慧", "phone": "15400000102"}])
        for model, values in rows.items():
            connection.execute(insert(table(model)), values)
