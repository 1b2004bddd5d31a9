"""How a report is drawn, typeset and written into sheets."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from dataclasses import replace
from datetime import date
from multiprocessing import active_children
from xml.etree import ElementTree as Xml

import polars as pl
import pytest

from policyserve.errors import PolicyserveError
from policyserve.locale import Sentence
from policyserve.metrics.figure import Column, Figure, Row
from policyserve.metrics.percents import number, percent
from policyserve.reporting import fonts
from policyserve.reporting.charts import drawn
from policyserve.reporting.drawing.curves import STAGES
from policyserve.reporting.drawing_process import Pen
from policyserve.reporting.excel import workbook
from policyserve.reporting.html import page
from policyserve.reporting.layout import laid_out
from policyserve.reporting.pdf import document
from policyserve.reporting.pictures import Bars, Curve, Curves, Fan, HeatMap, Leaf, Picture, Stacks, Tree
from policyserve.reporting.sections import Report, Section
from policyserve.reporting.tables import Table

AS_OF = date(2026, 11, 22)

FAN = Fan(
    title="t", labels=("2025-03", "2025-04", "2025-05"), expected=(0.9, 0.95, 0.8), lower=(None, None, 0.7),
    upper=(None, None, 0.9), floor=(None, None, 0.0), ceiling=(None, None, 1.0),
    stages=("final", "provisional", "expected"), target=0.88, words=("a", "b", "c", "d", "e", "f"),
)  # fmt: skip

PICTURES: dict[str, Picture] = {
    "bars": Bars(
        title="t", labels=("2025-03", "2025-04"), ratios=(0.9, None), final=(True, False), target=0.88,
        words=("确定", "暂定", "目标"),
    ),
    "heat map": HeatMap(
        title="t", rows=("营业一部",), columns=("2025-03", "2025-04"), ratios=((1.2, None),),
        numbers=(("120.0", ""),), marks=(("▼", ""),),
    ),
    "fan": FAN,
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


def table(columns: tuple[Column, ...], rows: list[Row], *, title: str = "s", paper: int = 40) -> Table:
    """Return a table of a report."""
    figure = Figure(title=Sentence(title), columns=columns, rows=pl.DataFrame(rows), as_of=AS_OF)
    return Table(figure=figure, paper=paper)


TABLE = table(
    (
        Column(name="who", title="业务员"), Column(name="share", title="比率", kind="ratio"),
        Column(name="sum", title="保费", kind="money"), Column(name="day", title="应缴日", kind="day"),
        Column(name="why", title="原因", kind="long"),
    ),
    [
        {
            "who": f"=A{n}", "share": 0.875, "sum": 123_456_789, "currency": "CNY", "day": date(2026, 1, n + 1),
            "why": "缺少保障",
        }
        for n in range(9)
    ],
    title="名单: 一/二", paper=3,
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
    (shown,) = laid_out(REPORT)["sections"][1]["tables"]
    assert (len(shown["rows"]), shown["more"]) == (3, "其余6行见tables.xlsx。")
    assert shown["rows"][0] == ["=A0", "87.50%", "1,234,568", "2026-01-01", "缺少保障"]


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
        (None, "ratio", "–"), (None, "text", "–"), (0.87125, "ratio", "87.13%"), (0.8752, "ratio", "87.52%"),
        (12345, "count", "12,345"), (0.5, "number", "0.50"), (date(2026, 1, 2), "day", "2026-01-02"),
        ("a\n b", "text", "a b"),
    ],
)  # fmt: skip
def test_values_are_written_as_people_expect(value: object, kind: str, said: str) -> None:
    column = Column(name="a", title="A", kind=kind)  # type: ignore[arg-type]
    report = replace(REPORT, sections=(Section(title="s", tables=(table((column,), [{"a": value}]),)),))
    assert laid_out(report)["sections"][0]["tables"][0]["rows"] == [[said]]


def test_a_ratio_below_its_target_is_never_rounded_onto_it() -> None:
    assert percent(0.87997, target=0.88) == "87.997%"
    assert percent(0.8799999, target=0.88) == "87.99999%"
    assert number(0.8796, target=0.88, places=1) == "87.96"
    assert [percent(ratio, target=0.88) for ratio in (0.8799, 0.88, 0.88003)] == ["87.99%", "88.00%", "88.00%"]
    assert percent(0.87997) == "88.00%"


def test_page_sheet_and_chart_write_a_ratio_just_below_the_target_so_that_it_agrees_with_its_mark() -> None:
    kept = table((Column(name="kept", title="k", kind="ratio", target=0.88),), [{"kept": 0.87997}, {"kept": 0.88}])
    report = replace(REPORT, sections=(Section(title="s", tables=(kept,)),))
    assert laid_out(report)["sections"][0]["tables"][0]["rows"] == [["87.997% ▼"], ["88.00%"]]
    with zipfile.ZipFile(io.BytesIO(workbook(report))) as parts:
        cells, styles = (parts.read(f"xl/{name}.xml").decode() for name in ("worksheets/sheet2", "styles"))
    formats = re.findall(r'<xf numFmtId="(\d+)"', styles[styles.index("<cellXfs") :])
    of_cells = [formats[int(style)] for style in re.findall(r'<c r="A[23]" s="(\d+)"', cells)]
    codes = dict(re.findall(r'<numFmt numFmtId="(\d+)" formatCode="([^"]+)"', styles)) | {"10": "0.00%"}
    assert [codes[number] for number in of_cells] == ["0.000%", "0.00%"]
    bars = Bars(title="t", labels=("a",), ratios=(0.8796,), final=(True,), target=0.88, words=("a", "b", "c"))
    assert "87.96 ▼" in drawn(bars, 1)


@pytest.mark.parametrize(("lowest", "said"), [(0.95, "t 纵轴从80%开始。"), (0.45, "t 纵轴从40%开始。"), (0.0, "t")])
def test_a_caption_says_where_the_axis_begins_unless_at_zero(lowest: float, said: str) -> None:
    bars = Bars(
        title="t", labels=("a", "b"), ratios=(lowest, None), final=(True, True), target=0.88, words=("", "", "")
    )
    fan = replace(FAN, expected=(0.9, 0.95, 0.9), lower=(None, None, lowest))
    for picture in (bars, fan):
        report = replace(REPORT, sections=(Section(title="s", pictures=(picture,)),))
        (shown,) = laid_out(report)["sections"][0]["pictures"]
        assert shown["title"].replace("t纵", "t 纵") == said
        ticks = re.findall(r">(\d+)%<", shown["svg"])
        assert min(map(int, ticks)) == round(100 * picture.start)


def test_a_forecast_draws_what_is_final_provisional_and_expected_each_in_its_own_way() -> None:
    svg = drawn(PICTURES["fan"], 1)
    assert all(f">{word}<" in svg for word in "abcdef")
    alone = {stage: drawn(replace(FAN, stages=(stage,) * 3), 1) for stage in STAGES}
    assert len(set(alone.values())) == 3


FIXED = 5
"""Texts on every page of a print besides the rows of the one table: header, footer and the table's heading."""


@pytest.mark.parametrize("rows", range(57, 64))
def test_no_page_of_a_print_holds_fewer_than_three_rows_of_a_table(rows: int) -> None:
    numbered = table((Column(name="a", title="a"),), [{"a": str(n)} for n in range(rows)], paper=100)
    report = Report(title="t", language="en", head=(("a", "b"), ("c", "d")), marks=(), tiles=(),
                    sections=(Section(title="s", tables=(numbered,)),))  # fmt: skip
    texts = [
        len(re.findall(rb"\bBT\b", drawn_page)) for drawn_page in pages_of(document(laid_out(report), as_of=AS_OF))
    ]
    assert len(texts) == (1 if rows == 57 else 2), "the sizes are those around a page's end"
    assert all(count - FIXED >= 3 for count in texts)


def pages_of(pdf: bytes) -> list[bytes]:
    """Return what is drawn on each page."""
    streams = re.findall(rb"stream\r?\n(.*?)\r?\nendstream", pdf, re.DOTALL)
    opened = [zlib.decompress(stream) if stream.startswith(b"x") else stream for stream in streams]
    return [stream for stream in opened if b"BT" in stream and b" Tf" in stream]


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


class Doodle(Picture):
    """Nothing that can be drawn."""


def test_a_pen_that_is_killed_leaves_the_drawing_to_the_others() -> None:
    with Pen() as pen:
        section = Section(title="t", pictures=(PICTURES["bars"],), sentences=("s",))
        pen.begin(section)
        for process in active_children():
            process.kill()
            process.join(30)
        pen.begin(Section(title="t", pictures=(PICTURES["tree"],), sentences=("s",)))
        assert pen.finished(PICTURES["tree"], 2) == drawn(PICTURES["tree"], 2)


def test_what_cannot_be_drawn_fails_the_report_and_not_the_pen_alone() -> None:
    section = Section(title="t", pictures=(Doodle(title="t"),), sentences=("s",))
    with Pen() as pen:
        pen.begin(section)
        with pytest.raises(TypeError, match="no drawing of Doodle"):
            pen.finished(section.pictures[0], 1)
