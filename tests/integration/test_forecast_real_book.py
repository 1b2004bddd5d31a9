"""The forecast on a real book, judged by what then came: honest also where there is little to gain."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime

import polars as pl
import pytest
from click.testing import CliRunner

from books import real_book
from policyserve import db
from policyserve.book.columns import Book
from policyserve.book.list_import import import_list
from policyserve.book.snapshot import load_book
from policyserve.cli.metrics.forecast import FIGURES
from policyserve.cli.options import Session
from policyserve.metrics.forecast.backtest import Backtest, backtest, calibration, coverage, scores
from policyserve.metrics.forecast.survival import kaplan_meier, policy_spans
from policyserve.operations.database import open_database

lifelines = pytest.importorskip("lifelines")
pytestmark = pytest.mark.skipif(not real_book.FILE.exists(), reason="the real book is not beside the project")
NOW = datetime(2010, 5, 12, 12, tzinfo=UTC)
DAYS = [date(year, 11, 12) for year in range(1999, 2009)]


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("real")
    address = f"sqlite:///{folder / 'book.sqlite3'}"
    engine = open_database(address)
    for kind, file in real_book.write(folder).items():
        import_list(engine, kind, file, as_of=real_book.AS_OF, at=NOW, rejects=folder / f"{kind}.rejects.csv")
    engine.dispose()
    return address


@pytest.fixture(scope="module")
def book(url: str) -> Book:
    engine = open_database(url)
    with db.reading(engine) as connection:
        loaded = load_book(connection)
    engine.dispose()
    return loaded


@pytest.fixture(scope="module")
def tried(book: Book) -> Backtest:
    return backtest(book, as_of=real_book.AS_OF, days=DAYS)


@pytest.mark.slow
def test_the_forecast_is_calibrated_and_no_worse_than_the_base_rate(tried: Backtest) -> None:
    found = scores(tried).filter(pl.col("stage") == "all")
    print(found, calibration(tried), coverage(tried))
    by_method = {row["method"]: row for row in found.to_dicts()}
    assert by_method["hazard"]["policies"] > 5000
    assert by_method["forecast"]["gain"] > 0.1
    assert by_method["kaplan-meier"]["gain"] > 0.1
    assert abs(by_method["forecast"]["expected"] - by_method["forecast"]["kept"]) < 0.02


def test_the_interval_of_a_cohort_holds_what_came(tried: Backtest) -> None:
    held = coverage(tried).row(0, named=True)
    assert held["cohorts"] == 130
    assert 0.93 <= held["share"] <= 0.995


def test_the_curve_of_the_real_book_agrees_with_lifelines(book: Book) -> None:
    spans = policy_spans(book, as_of=real_book.AS_OF)
    curve = kaplan_meier(spans)
    judge = lifelines.KaplanMeierFitter().fit(spans["days"].to_numpy(), spans["lost"].to_numpy())
    expected = judge.survival_function_at_times(curve["days"].to_numpy()).to_numpy()
    assert spans.height > 12_000
    assert (curve["survival"] - pl.Series(expected)).abs().max() < 1e-9  # type: ignore[operator]


@pytest.mark.parametrize(
    ("name", "arguments", "said", "form"),
    [
        ("forecast", ["--by", "year"], "Expected 13-month persistency", "table"),
        ("forecast", ["--by", "year"], "", "json"),
        ("forecast", ["--policies"], "", "csv"),
        ("survival", ["--by", "year"], "Kaplan-Meier", "table"),
        ("survival", ["--by", "year"], "", "csv"),
        ("value", ["--agents"], "sample rates", "table"),
        ("value", ["C1"], "", "json"),
    ],
)
def test_the_commands_answer(url: str, name: str, arguments: Sequence[str], said: str, form: str) -> None:
    (command,) = (one for one in FIGURES if one.name == name)
    session = Session(database_url=url, asked_as_of=date(2007, 5, 12))
    done = CliRunner().invoke(command, [*arguments, "--format", form], obj=session)
    assert done.exit_code == 0, done.output
    assert len(done.stdout.splitlines()) > 1
    assert (said in done.stderr) if form == "table" else (done.stderr == "")
    session.engine.dispose()


def test_without_services_on_record_their_worth_is_not_told(url: str) -> None:
    (command,) = (one for one in FIGURES if one.name == "worth")
    session = Session(database_url=url, asked_as_of=real_book.AS_OF)
    done = CliRunner().invoke(command, [], obj=session)
    assert "No first-year service has been recorded" in str(done.exception)
    session.engine.dispose()
