"""The figure: what people and programs get of its rows, its marks, its title and the names of its people."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest

from policyserve.dates import Days
from policyserve.locale import Sentence
from policyserve.metrics.cells import cell
from policyserve.metrics.columns import COLUMNS, column, columns
from policyserve.metrics.figure import Column, Figure, Nested
from policyserve.metrics.legend import legend, title

DAY = date(2026, 3, 1)


def figure(rows: pl.DataFrame, *shown: Column, **more: object) -> Figure:
    return Figure(title=Sentence("Premiums"), columns=shown, rows=rows, as_of=DAY, **more)  # type: ignore[arg-type]


PREMIUMS = pl.DataFrame({
    "agent_no": ["A1", None],
    "currency": ["CNY", "JPY"],
    "numerator": [339_500, 1_200],
    "ratio": [0.87999, 0.5],
    "small": [False, True],
    "_hidden": [1, 2],
    "status": ["final", "final"],
})  # fmt: skip
SHOWN = (*columns("agent_no", "currency", "numerator"), column("ratio", target=0.88, small="small"), column("status"))


def test_programs_get_exact_amounts_of_the_currency_and_no_field_that_is_for_people() -> None:
    first, second = figure(PREMIUMS, *SHOWN, of_all={"profile": "X"}).exact()
    assert first == {
        "agent_no": "A1", "currency": "CNY", "numerator": "3395.00", "ratio": 0.87999, "small": False,
        "status": "final", "profile": "X", "as_of": DAY,
    }  # fmt: skip
    assert second["numerator"] == "1200"


def test_people_read_whole_units_names_and_marks() -> None:
    made = figure(PREMIUMS, *SHOWN).named({"agent": {"A1": "Gan"}})
    rows = made.rows.to_dicts()
    cells = [[cell(one, row, "en", made.names) for one in made.shown] for row in rows]
    assert cells == [["A1 Gan", "CNY", "3,395", "87.999% ▼"], ["(no agent)", "JPY", "1,200", "50.00% ▼ *"]]


def test_a_status_that_all_share_stands_in_the_title_and_a_currency_nowhere() -> None:
    made = figure(PREMIUMS.head(1), *SHOWN, days=Days.between(date(2026, 1, 1), DAY))
    assert [one.name for one in made.shown] == ["agent_no", "numerator", "ratio"]
    assert title(made, "en") == "Premiums · 2026-01-01 to 2026-03-01 · as of 2026-03-01 · final"
    assert title(made, "zh").endswith("2026-01-01至2026-03-01 · 截至2026-03-01 · 确定")


def test_only_the_marks_that_stand_there_are_explained() -> None:
    told = [one.told("en") for one in legend(figure(PREMIUMS, *SHOWN))]
    assert told == ["▼ below the target of 88%", "* fewer than 30: chance alone moves the ratio"]
    assert [one.told("en") for one in legend(figure(PREMIUMS.with_columns(ratio=0.9, small=False), *SHOWN))] == []


def test_targets_of_their_own_are_not_said_as_one() -> None:
    rows = PREMIUMS.with_columns(target=pl.Series([0.9, 0.8]))
    (told, _) = legend(figure(rows, column("ratio", target="target", small="small")))
    assert told.told("en") == "▼ below the target"


def test_a_list_below_the_rows_is_nested_for_programs() -> None:
    below = figure(pl.DataFrame({"_group": [0, 0, 1], "policy_no": ["P1", "P2", "P3"]}), *columns("policy_no"))
    nested = Nested(name="policies", key="_group", list=below, sentences=lambda _row, _names: ())
    made = figure(PREMIUMS.with_columns(_group=pl.Series([0, 2])), *SHOWN, nested=nested)
    assert [row["policies"] for row in made.exact()] == [[{"policy_no": "P1"}, {"policy_no": "P2"}], []]
    assert [row["policy_no"] for row in made.flat.exact()] == ["P1", "P2", "P3"]
    assert made.numbers("policy") == {"P1", "P2", "P3"}


MET = Column(name="met", title="Met", kind="step", of=("met", "rate"))
RISK = Column(name="risk", title="Risk", kind="estimate", of=("risk", "low", "high"))


@pytest.mark.parametrize(
    ("shown", "row", "written"),
    [
        (column("interval"), {"lower": 0.5, "upper": 0.75}, "50.0% - 75.0%"),
        (MET, {"met": 1200, "rate": 0.5}, "1,200 (50.00%)"),
        (MET, {"met": 0, "rate": None}, "0"),
        (RISK, {"risk": 0.5, "low": 0.2, "high": 1.0}, "0.50 (0.20-1.00)"),
        (Column(name="x", title="X", kind="number", places=1), {"x": 2.25}, "2.2"),
        (column("year"), {"year": 2026}, "2026"),
        (column("pending"), {"pending": 12_345}, "12,345"),
        (column("ratio"), {"ratio": None}, "-"),
        (column("paid_on"), {"paid_on": None}, ""),
        (column("rider"), {"rider": True}, "yes"),
        (column("name"), {"name": "a\x1b[31m"}, "a [31m"),
    ],
)  # fmt: skip
def test_each_kind_is_written_in_its_way(shown: Column, row: dict[str, object], written: str) -> None:
    assert cell(shown, row, "en", {}) == written


def test_every_column_is_told_under_its_own_name() -> None:
    assert [name for name, one in COLUMNS.items() if one.name != name or not one.title] == []
