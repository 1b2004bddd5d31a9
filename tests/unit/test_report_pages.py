"""How a report is drawn, typeset and written into sheets."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import date
from decimal import Decimal
from xml.etree import ElementTree as Xml

import polars as pl
import pytest

from policyserve.errors import PolicyserveError
from policyserve.reporting import fonts
from policyserve.reporting.charts import drawn
from policyserve.reporting.excel import workbook
from policyserve.reporting.html import page
from policyserve.reporting.layout import laid_out
from policyserve.reporting.pdf import document
from policyserve.reporting.pen import Pen
from policyserve.reporting.pictures import Bars, Curve, Curves, Fan, HeatMap, Leaf, Picture, Stacks, Tree
from policyserve.reporting.sections import Report, Section
from policyserve.reporting.tables import Column, Table, written

AS_OF = date(2026, 11, 22)

PICTURES: dict[str, Picture] = {
    "bars": Bars(
        title="t", labels=("2025-03", "2025-04"), ratios=(0.9, None), final=(True, False), target=0.88,
        words=("确定", "暂定", "目标"),
    ),
    "heat map": HeatMap(
        title="t", rows=("营业一部",), columns=("2025-03", "2025-04"), ratios=((1.2, None),), marks=(("▼", ""),)
    ),
    "fan": Fan(
        title="t", labels=("2025-03", "2025-04"), expected=(0.9, 0.8), lower=(None, 0.7), upper=(None, 0.9),
        floor=(None, 0.0), ceiling=(None, 1.0), known=(True, False), target=0.88, words=("a", "b", "c", "d", "e"),
    ),
    "curves": Curves(
        title="t", across="月", marked=(14,),
        curves=(Curve(name="全部", months=(0, 5), share=(1, 0.9), lower=(1, 0.8), upper=(1, 0.95)),),
    ),
    "curves of one day": Curves(
        title="t", across="月", curves=(Curve(name="全部", months=(0,), share=(1,), lower=(1,), upper=(1,)),)
    ),
    "stacks": Stacks(title="t", rows=("考核",), parts=("a", "b", "c", "d"), counts=((0, 0, 0, 0),)),
    "tree": Tree(
        title="t", more="and 3 more",
        leaves=(
            Leaf(name="C1", above=None, lines=("C1 王女士", "2件")), Leaf(name="C2", above="C1", lines=("C2",)),
            Leaf(name="C3", above="C2", lines=("C3",)), Leaf(name="C4", above="C1", lines=("C4",)),
        ),
    ),
}  # fmt: skip

TABLE = Table(
    title="名单: 一/二",
    columns=(
        Column(name="who", title="业务员"), Column(name="share", title="比率", kind="percent"),
        Column(name="sum", title="保费", kind="money"), Column(name="day", title="应缴日", kind="date"),
        Column(name="why", title="原因", kind="long", paper=False),
    ),
    rows=tuple(
        {"who": f"=A{n}", "share": 0.875, "sum": Decimal("1234567.89"), "day": date(2026, 1, n + 1), "why": "缺少保障"}
        for n in range(9)
    ),
    paper=3,
)  # fmt: skip

REPORT = Report(
    title="报告", language="zh", head=(("范围", "全公司"), ("截至", "2026-11-22")), marks=(("▼", "低于目标"),),
    tiles=(),
    sections=(
        Section(
            title="第一", sentences=("<b>A & B</b> #set $x$ *y*",), pictures=tuple(PICTURES.values()), tables=(TABLE,)
        ),
        Section(title="第二", tables=(TABLE,)),
    ),
    private="含个人信息",
)  # fmt: skip


@pytest.mark.parametrize("kind", PICTURES)
def test_a_picture_is_well_formed_and_its_texts_stay_texts(kind: str) -> None:
    svg = drawn(PICTURES[kind], 1)
    assert Xml.fromstring(svg).tag.endswith("svg")
    assert "<text" in svg


def test_the_same_picture_is_the_same_file_and_pictures_of_a_page_share_no_id() -> None:
    first, again, second = (drawn(PICTURES["bars"], number) for number in (1, 1, 2))
    ids = [set(re.findall(r'\bid="([^"]+)"', svg)) for svg in (first, second)]
    assert first == again
    assert ids[0].isdisjoint(ids[1])
    mentioned = {name for pair in re.findall(r'url\(#([^)]+)\)|href="#([^"]+)"', first) for name in pair if name}
    assert mentioned <= ids[0]


def test_a_page_shows_the_first_rows_and_says_how_many_more_there_are() -> None:
    (table,) = laid_out(REPORT)["sections"][1]["tables"]
    assert (len(table["rows"]), table["more"]) == (3, "其余6行见tables.xlsx。")
    assert table["rows"][0] == ["=A0", "87.50%", "1,234,568", "2026-01-01"]


def test_a_page_loads_nothing_and_runs_nothing() -> None:
    made = page(laid_out(REPORT))
    loaded = re.findall(r'(?:\bsrc|\bhref)="([^"]*)"|url\(([^)]*)\)', made)
    assert all((a or b).startswith(("#", "data:")) for a, b in loaded)
    assert not re.search(r"<script|<link|@import|\son\w+=", made)
    assert "&lt;b&gt;A &amp; B&lt;/b&gt;" in made


def test_a_print_takes_every_sign_as_text_and_is_the_same_again() -> None:
    laid = laid_out(REPORT)
    first = document(laid, as_of=AS_OF)
    assert first.startswith(b"%PDF-")
    assert first == document(laid, as_of=AS_OF)


def test_sheets_hold_numbers_and_dates_with_a_frozen_header() -> None:
    made = workbook(REPORT)
    sheets = pl.read_excel(io.BytesIO(made), sheet_id=0)
    assert list(sheets) == ["说明", "名单  一 二", "名单  一 二 2"]
    rows = sheets["名单  一 二"]
    assert rows.height == 9
    assert rows.row(0) == ("=A0", 0.875, 1234567.89, date(2026, 1, 1), "缺少保障")
    with zipfile.ZipFile(io.BytesIO(made)) as parts:
        sheet, styles = (parts.read(f"xl/{name}.xml").decode() for name in ("worksheets/sheet2", "styles"))
    assert 'state="frozen"' in sheet
    assert "<f>" not in sheet
    assert 'formatCode="yyyy\\-mm\\-dd"' in styles or 'formatCode="yyyy-mm-dd"' in styles


@pytest.mark.parametrize(
    ("value", "kind", "said"),
    [
        (None, "percent", "–"), (0.8752, "percent", "87.52%"), (12345, "count", "12,345"),
        (Decimal("0.5"), "number", "0.50"), (date(2026, 1, 2), "date", "2026-01-02"), ("a\n b", "text", "a b"),
    ],
)  # fmt: skip
def test_values_are_written_as_people_expect(value: object, kind: str, said: str) -> None:
    assert written(value, kind) == said  # type: ignore[arg-type]


def test_without_the_extra_a_sentence_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fonts, "NEEDED", ("zipfile", "nothing_of_that_name"))
    with pytest.raises(PolicyserveError, match=r"nothing_of_that_name.*pip install 'policyserve\[report\]'"):
        fonts.check_installed()


def test_a_pen_draws_the_same_pictures_while_others_work() -> None:
    sections = [Section(title="t", pictures=(PICTURES["bars"], PICTURES["heat map"]), sentences=("s",))] * 2
    with Pen() as pen:
        for section in sections:
            pen.begin(section)
        pictures = [picture for section in sections for picture in section.pictures]
        found = [pen.finished(picture, number) for number, picture in enumerate(pictures, start=1)]
    assert found == [drawn(picture, number) for number, picture in enumerate(pictures, start=1)]


def test_what_cannot_be_drawn_fails_the_report_and_not_the_pen_alone() -> None:
    class Doodle(Picture):
        """Nothing that can be drawn."""

    section = Section(title="t", pictures=(Doodle(title="t"),), sentences=("s",))
    with Pen() as pen:
        pen.begin(section)
        with pytest.raises(TypeError, match="no drawing of Doodle"):
            pen.finished(section.pictures[0], 1)
