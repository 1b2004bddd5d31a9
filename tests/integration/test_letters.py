"""Letters: made once, printed with rare signs, posted by a register, proved; nothing wrong is taken back."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from sqlalchemy import Engine, insert, select, update

from desks.task_book import AT, MONDAY, fill, run, steps, tasks, touch
from policyserve import db
from policyserve.access.viewer import SYSTEM
from policyserve.config import read_settings
from policyserve.dates import Days
from policyserve.errors import PolicyserveError
from policyserve.obligations.evidence import read_evidence
from policyserve.operations.letters import Made, letter_document, letters_figure, make_letters, post_letters
from policyserve.operations.tasks import finish_task
from policyserve.papers import records
from policyserve.papers.letter_text import parts
from policyserve.papers.posting import Posted
from policyserve.papers.typesetting import laid_out
from policyserve.tables import Customer, Policy, Premium, table
from policyserve.tasks.transitions import Stamp

CUSTOMERS, LETTERS = table(Customer), records.LETTERS
STAMP = Stamp(at=AT, as_of=MONDAY, actor="x")
SETTINGS = read_settings({})
PRINTER = Path(__file__).parents[1] / "peers" / "dying_printer.py"


def due(engine: Engine, address: str | None = "杭州市𠮷林路1号", name: str = "王𠮷") -> None:
    """Store a demand that is due to customer 1, whose premium is unpaid, and one without an address."""
    fill(engine)
    with db.writing(engine) as connection:
        first = CUSTOMERS.c.id == 1
        connection.execute(update(CUSTOMERS).where(first).values(address=address, postcode="310000", name=name))
        rows = [{"policy_id": key, "instalment": 1, "due_on": date(2026, 1, 4), "amount": 500_000} for key in (1, 3)]
        connection.execute(insert(table(Premium)), rows)
        connection.execute(update(table(Policy)).values(product="安康重疾险"))
    office: dict[str, Any] = {"performer": "office", "channels": "letter+sms"}
    run(engine, [touch("grace-demand", **office), touch("grace-demand", policy=3, **office), touch(policy=2)])


def make(engine: Engine, folder: Path, *services: str, as_of: date = MONDAY) -> Made:
    stamp = Stamp(at=AT, as_of=as_of, actor="x")
    return make_letters(engine, SETTINGS, folder, stamp, services=services, language="en")


def letters(engine: Engine) -> list[dict[str, Any]]:
    with db.reading(engine) as connection:
        return [dict(row) for row in connection.execute(select(LETTERS).order_by(LETTERS.c.id)).mappings()]


def post(engine: Engine, folder: Path, *rows: Sequence[str], as_of: date = MONDAY) -> Posted:
    heads = "Letter number,Posting number,Posted on,Returned on,Why returned"
    path = folder / "register.csv"
    path.write_text("\n".join([heads, *(",".join(row) for row in rows)]) + "\n", "utf-8")
    return post_letters(engine, path, Stamp(at=AT, as_of=as_of, actor="clerk"))


def test_a_letter_is_made_once_with_its_register_and_who_has_no_address_is_listed(
    engine: Engine, tmp_path: Path
) -> None:
    due(engine)
    done = make(engine, tmp_path)
    assert [(one.service.code, one.customer_no, str(one.why)) for one in done.unmade] == [
        ("grace-demand", "C2", "the customers list has no address")
    ]
    (letter,) = letters(engine)
    assert (letter["letter_no"], letter["name"], letter["address"]) == ("L20260000001", "王𠮷", "杭州市𠮷林路1号")
    assert "5,000.00元" in letter["text"]
    assert "尊敬的王女士" in letter["text"]
    pdf, register = done.files
    assert pdf.read_bytes().startswith(b"%PDF-")
    assert {one.stat().st_mode & 0o777 for one in done.files} == {0o600}
    told = pl.read_excel(register, engine="calamine").to_dicts()[0]
    assert (told["Letter number"], told["Name"], told["Postcode"]) == ("L20260000001", "王𠮷", "310000")
    again = make(engine, tmp_path / "again")
    assert (again.count, again.files, len(letters(engine))) == (0, (), 1)


def test_what_no_font_can_print_is_said_and_not_posted_as_a_box(engine: Engine, tmp_path: Path) -> None:
    due(engine, name="王\U00030001")
    assert str(make(engine, tmp_path).unmade[0].why) == "no font has the sign \U00030001"
    assert letters(engine) == []


def test_a_register_proves_the_posting_and_what_comes_back_asks_for_the_address(engine: Engine, tmp_path: Path) -> None:
    due(engine)
    make(engine, tmp_path)
    with pytest.raises(PolicyserveError, match="is a letter: it is done once it was made and posted"):
        finish_task(engine, SYSTEM, 1, STAMP, on=MONDAY, channel="letter")
    assert post(engine, tmp_path, ("L20260000001", "RR123", "2026-05-04", "", "")).posted == 1
    assert ("done", "open", "done", "by letter on 2026-05-04") in steps(engine)
    again = post(engine, tmp_path, ("L20260000001", "RR123", "2026-05-04", "", ""))
    assert (again.posted, again.unchanged) == (0, 1)
    proved = (letters_of("RR123", True), letters_of("RR123", False))
    assert evidence(engine, MONDAY) == [proved[0]]
    later = date(2026, 5, 9)
    came = post(engine, tmp_path, ("L20260000001", "", "", "2026-05-08", "查无此人"), as_of=later)
    assert (came.returned, came.unchanged) == (1, 0)
    asked = tasks(engine)[-1]
    assert (asked.service, asked.customer_id, asked.status) == ("contact", 1, "open")
    assert (evidence(engine, date(2026, 5, 7)), evidence(engine, later)) == ([proved[0]], [proved[1]])
    shown = letters_figure(engine, SYSTEM, as_of=later, policy_no="P1").rows.to_dicts()
    assert [(row["state"], row["returned_why"]) for row in shown] == [("returned", "查无此人")]
    assert letter_document(engine, SYSTEM, SETTINGS, "L20260000001", as_of=later, at=AT).startswith(b"%PDF-")


def letters_of(number: str, counts: bool) -> tuple[str, str, bool]:
    return ("letter", number, counts)


def evidence(engine: Engine, as_of: date) -> list[tuple[str, str, bool]]:
    """Return what proves the demand: kind, what it says, whether it counts."""
    with db.reading(engine) as connection:
        may = Days.between(date(2026, 5, 1), date(2026, 5, 31))
        found = read_evidence(connection, ["grace-demand"], may, as_of, zone="Asia/Shanghai").deeds
    return found.select("kind", "outcome", "counts").rows()


WRONG = [
    (("L9", "RR1", "2026-05-04", "", ""), "there is no letter of this number"),
    (("L20260000001", "", "2026-05-04", "", ""), "it has a day of posting and no posting number"),
    (("L20260000001", "RR1", "", "", ""), "it has a posting number and no day of posting"),
    (("L20260000001", "RR1", "gestern", "", ""), "'Posted on' cannot be read"),
    (("L20260000001", "RR1", "2026-05-05", "", ""), "the day of posting lies before the letter was made"),
    (("L20260000001", "RR1", "2026-05-03", "", ""), "the day of posting lies before the letter was made"),
    (("L20260000001", "", "", "2026-05-04", ""), "it came back and was never posted"),
    (("L20260000001", "RR1", "2026-05-04", "2026-05-03", ""), "the day of return lies before the posting"),
    (("L20260000001", "", "", "", "moved"), "it says why it came back and not when"),
]


def test_rows_that_cannot_be_true_are_refused_one_by_one(engine: Engine, tmp_path: Path) -> None:
    due(engine)
    make(engine, tmp_path)
    for row, why in WRONG:
        (refused,) = post(engine, tmp_path, row).refused
        assert (refused.line, str(refused.why).startswith(why)) == (2, True), str(refused.why)
    assert letters(engine)[0]["posted_on"] is None
    post(engine, tmp_path, ("L20260000001", "RR1", "2026-05-04", "", ""))
    (refused,) = post(engine, tmp_path, ("L20260000001", "RR2", "2026-05-04", "", "")).refused
    assert str(refused.why) == "it was posted under another number before"
    (tmp_path / "other.csv").write_text("a,b\n1,2\n", "utf-8")
    with pytest.raises(PolicyserveError, match="is no register of letters"):
        post_letters(engine, tmp_path / "other.csv", STAMP)


@pytest.mark.parametrize("point", ["write", "note"])
def test_a_run_that_is_killed_and_a_second_one_make_none_twice(
    point: str, tmp_path: Path, sqlite_template: Path
) -> None:
    copy = tmp_path / "book.sqlite3"
    copy.write_bytes(sqlite_template.read_bytes())
    engine = db.open_engine(f"sqlite:///{copy}")
    due(engine)
    run_ = subprocess.run([sys.executable, str(PRINTER), f"sqlite:///{copy}", str(tmp_path), point], check=False)
    assert run_.returncode == -9
    assert (len(letters(engine)), (tmp_path / "letters-1.pdf").exists()) == (1, point == "note")
    done = make(engine, tmp_path)
    assert (done.count, [one.name for one in done.files]) == (1, ["letters-1.pdf", "letters-1.xlsx"])
    assert (len(letters(engine)), make(engine, tmp_path).count) == (1, 0)
    engine.dispose()


def test_the_text_of_a_letter_is_data_and_never_code() -> None:
    text = '# 标题 #eval("1")\n#import "x"\n| a | b |\n| c | d |\n---\n[code] 保单号：P1\n___ 签名：'
    assert [one["kind"] for one in parts(text)] == ["paragraph", "table", "counterfoil", "code", "signature"]
    letter = {"letter_no": "L1", "language": "zh", "postcode": None, "address": "x", "name": "y", "title": "t",
              "made_on": MONDAY, "text": text}  # fmt: skip
    laid = laid_out(letter, company="c", hotline=None)
    assert laid["to"] == ["x", "y（收）"]
    assert laid["day"] == "2026年5月4日"
