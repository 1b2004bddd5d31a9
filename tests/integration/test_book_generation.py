"""The messages of a whole generated book: every template for everybody, and nobody flooded after an outage."""

from __future__ import annotations

import re
import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from sqlalchemy import Engine, select

from books.small_plans import CALENDAR
from policyserve import db
from policyserve.book.list_import import import_list
from policyserve.book.snapshot import load_book
from policyserve.generated_book.files import write_lists
from policyserve.generated_book.generator import generate
from policyserve.messages.generation.generation import run_generation
from policyserve.messages.outbox.stored_messages import MESSAGES
from policyserve.messages.texts.segments import ROUTES
from policyserve.messages.texts.template_check import Trial
from policyserve.messages.texts.values import Language
from policyserve.plan.subjects import Subjects
from policyserve.settings_file import MessageSettings
from policyserve.standard.model import Standard
from policyserve.standard.parser import default_standard

AS_OF = date(2026, 11, 23)
AFTER = AS_OF + timedelta(days=40)
NUMBERS = re.compile(r"[A-Za-z]*\d{5,}")
HEALTH = re.compile("病情|患病|诊断|确诊|住院|手术|癌|身故|理赔|illness|diagnos|hospital|your claim", re.IGNORECASE)
ABROAD = {"language": "en", "route": "international", "signature": "Anxin Life"}
MERGED = ("renewal-reminder-d30", "issue-notice", "payment-feedback")


def take_in(engine: Engine, folder: Path, customers: int) -> None:
    """Import a generated book."""
    for kind, path in write_lists(generate(customers=customers, as_of=AS_OF), folder).items():
        report = import_list(engine, kind, path, as_of=AS_OF, at=datetime.combine(AS_OF, time(1), UTC))
        assert report.rejected == 0


@pytest.fixture
def sqlite(tmp_path: Path, sqlite_template: Path) -> Iterator[Engine]:
    """Yield an empty database; texts are the same on either kind."""
    engine = db.open_engine(f"sqlite:///{shutil.copyfile(sqlite_template, tmp_path / 'book.sqlite3')}")
    yield engine
    engine.dispose()


@pytest.mark.slow
@pytest.mark.parametrize(("language", "customers"), [("zh", 1_500), ("en", 600)])
def test_every_template_renders_for_everybody_and_says_nothing_that_it_must_not(
    sqlite: Engine, tmp_path: Path, language: Language, customers: int
) -> None:
    take_in(sqlite, tmp_path, customers)
    _in_trial(sqlite, language, _texts_are_right)
    _in_trial(sqlite, language, _combined_texts_are_right)


def _in_trial(engine: Engine, language: Language, judge: Callable[[Trial], None]) -> None:
    settings = MessageSettings.model_validate(ABROAD if language == "en" else {})
    with db.reading(engine) as connection:
        book = load_book(connection)
        standard = default_standard()
        judge(Trial(connection=connection, book=book, standard=standard, settings=settings, day=AS_OF))


def _texts_are_right(trial: Trial) -> None:
    facts = Subjects.of(trial.book, AS_OF, trial.standard.grace_days)
    policy_numbers = set(trial.book.policies["policy_no"])
    route = ROUTES[trial.settings.route]
    services = [service for service in trial.standard.services if "sms" in service.channels]
    for service in services:
        messages, problems = trial.texts(facts, service)
        assert [(problem.error.template, problem.error.reason) for problem in problems] == []
        assert len(messages) > 10, service.code
        for message in messages:
            assert not policy_numbers & set(NUMBERS.findall(message.text))
            assert not re.search(r"\d{12}|None|undefined", message.text)
            assert not HEALTH.search(message.text)
            assert message.segments == route.count(message.text)


def _combined_texts_are_right(trial: Trial) -> None:
    several = trial.book.policies.group_by("customer_id").len().filter(pl.col("len") > 1)["customer_id"].sort()
    merged: Counter[str] = Counter()
    for customer in several.head(6):
        for code in MERGED:
            found = trial.preview(customer, code)
            assert found.filter(outcome="rejected").is_empty()
            merged[code] += found.filter(outcome="merged").height
    assert set(merged) == set(MERGED)
    assert 0 not in merged.values()


def test_an_outage_of_forty_days_floods_nobody(engine: Engine, tmp_path: Path) -> None:
    take_in(engine, tmp_path, 300)
    run(engine, AS_OF)
    with db.writing(engine) as connection:
        connection.execute(
            MESSAGES.update().where(MESSAGES.c.status == "planned").values(status="delivered", attempts=1)
        )
    before = counted(engine)
    done = run(engine, AFTER)
    rows = [row for row in stored(engine) if row.status == "planned"]
    assert done.filter(outcome="made").height == len(rows) > 10
    assert all(AS_OF <= row.due <= AFTER <= row.last_on for row in rows)
    assert {row.service for row in rows if row.due < AFTER} & {"birthday-greeting", "festival-new-year"} == set()
    marketing = Counter(row.customer_id for row in rows if row.message_class == "marketing")
    others = Counter(row.customer_id for row in rows if row.message_class != "duty")
    assert max(marketing.values(), default=0) <= 1
    assert max(others.values()) <= 5
    assert counted(engine)["delivered"] == before["delivered"]
    reminders = Counter((row.subject_id, row.ordinal) for row in rows if row.service.startswith("renewal-reminder"))
    assert set(reminders.values()) == {1}


def test_a_rule_put_to_use_in_the_outage_reaches_nothing_from_before_it(engine: Engine, tmp_path: Path) -> None:
    take_in(engine, tmp_path, 300)
    since = AFTER - timedelta(days=3)
    standard = default_standard()
    young = tuple(service.model_copy(update={"since": since}) for service in standard.services)
    run(engine, AFTER, standard.model_copy(update={"services": young}))
    rows = stored(engine)
    assert rows
    assert min(row.due for row in rows) >= since


def run(engine: Engine, day: date, standard: Standard | None = None) -> pl.DataFrame:
    """Generate the messages of a day and return what became of each."""
    at = datetime.combine(day, time(1), UTC)
    asked = default_standard() if standard is None else standard
    with db.writing(engine, bulk=True) as connection:
        return run_generation(connection, asked, CALENDAR, MessageSettings(), day=day, at=at).composed


def stored(engine: Engine) -> list[Any]:
    with db.reading(engine) as connection:
        return list(connection.execute(select(MESSAGES).order_by(MESSAGES.c.id)))


def counted(engine: Engine) -> Counter[str]:
    return Counter(row.status for row in stored(engine))
