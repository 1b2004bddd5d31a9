"""One truth: whatever is asked of a policy on a day, each room answers what the one slow reading says."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import polars as pl
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from books.random_riders import eventful
from policyserve.book.columns import Book
from policyserve.contracts.contracts import Contracts
from policyserve.contracts.grace import RiderArrears
from policyserve.contracts.owed import SUMS, amounts_owed
from policyserve.contracts.states import states
from policyserve.dates import Days
from policyserve.messages.generation.composition import render_one_by_one
from policyserve.messages.generation.due_touches import rules
from policyserve.messages.generation.occasions import occasions_of
from policyserve.messages.people import AGENTS, DEBITS, PEOPLE, People
from policyserve.metrics.collection.dues import instalments_due
from policyserve.metrics.persistency.gap import gaps
from policyserve.metrics.persistency.persistency import policy_results
from policyserve.settings_file import MessageSettings
from policyserve.standard.model import Standard
from policyserve.standard.parser import default_standard
from slow import collection, gap, message, persistency
from slow.facts import know
from slow.policy import Policy

AS_OF = date(2026, 11, 21)
GRACE, FREELOOK = 60, 15
YEARS = Days.between(date(2024, 1, 1), date(2027, 12, 31))
ASKED = persistency.Asked()
Slow = dict[int, Policy]

thorough = settings(
    max_examples=12, deadline=None, suppress_health_check=list(HealthCheck), phases=(Phase.reuse, Phase.generate)
)
"""Without shrinking: an example costs seconds."""


@pytest.fixture(scope="module")
def templates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a text that says every sum and day of an instalment."""
    folder = tmp_path_factory.mktemp("templates")
    for language in ("zh", "en"):
        text = "{{ amount }}/{{ due }}/{{ last_grace_day }}/{{ suspended_on }}"
        (folder / f"lapse-reminder.{language}.j2").write_text(text, encoding="utf-8")
    return folder


@pytest.mark.slow
@thorough
@given(eventful(AS_OF), st.sampled_from(["suspend-rider", "suspend-main"]), st.sampled_from([-40, -1, 0, 1, 30, 61]))
def test_every_room_says_what_the_slow_reading_says(
    templates: Path, facts: Book, arrears: RiderArrears, days: int
) -> None:
    day = AS_OF + timedelta(days=days)
    contracts, slow = Contracts.of(facts, day, GRACE, arrears), know(facts, GRACE, day, arrears).policies
    known = states(contracts, FREELOOK)
    assert dict(known.select("policy_id", "state").rows()) == {
        key: one.state(day, FREELOOK) for key, one in slow.items()
    }
    assert dict(known.select("policy_id", "unpaid").rows()) == {
        key: one.oldest_unpaid(day) for key, one in slow.items()
    }
    assert set(contracts.in_force_on(day)["policy_id"]) == {key for key, one in slow.items() if one.in_force(day)}
    assert fast_sums(contracts, slow, day) == slow_sums(slow, day)
    assert fast_verdicts(facts, day) == {key: persistency.judge(one, ASKED) for key, one in mains(slow).items()}
    assert fast_dues(facts, day) == collection.Judge(book=facts, as_of=day).dues(YEARS, None)
    assert fast_gap(facts, day) == slow_gap(know(facts, GRACE, day).policies)
    standard = default_standard().model_copy(update={"rider_arrears": arrears})
    asked = {"templates": templates, "signature": "Anxin"}
    for language in ("zh", "en"):
        assert texts(facts, slow, day, standard, MessageSettings.model_validate(asked | {"language": language})) == {
            key: message.said(one, asked_of(one, day), day, language) for key, one in paying(slow).items()
        }


def mains(slow: Slow) -> Slow:
    """Leave riders out."""
    return {key: one for key, one in slow.items() if not one.is_rider}


def paying(slow: Slow) -> Slow:
    """Keep the main policies that pay in instalments."""
    return {key: one for key, one in mains(slow).items() if one.mode != "single"}


def asked_of(one: Policy, day: date) -> int:
    """Return the instalment that is asked after: the oldest unpaid, else the second."""
    return one.oldest_unpaid(day) or 2


def fast_sums(contracts: Contracts, slow: Slow, day: date) -> dict[int, tuple[int, ...]]:
    """Return SUMS of each policy that pays in instalments."""
    rows = [(key, asked_of(one, day)) for key, one in slow.items() if one.mode != "single"]
    asked = pl.DataFrame(rows, schema={"policy_id": pl.Int32, "instalment": pl.Int32}, orient="row")
    return {key: tuple(sums) for key, *sums in amounts_owed(contracts, asked).select("policy_id", *SUMS).rows()}


def slow_sums(slow: Slow, day: date) -> dict[int, tuple[int, ...]]:
    """Return the same one policy at a time."""
    found: dict[int, tuple[int, ...]] = {}
    for key, one in slow.items():
        if one.mode != "single":
            asked, owed, riders, riders_owed = one.sums_of(asked_of(one, day), day)
            found[key] = (asked, riders, owed, riders_owed)
    return found


def fast_verdicts(facts: Book, day: date) -> dict[int, persistency.Verdict]:
    """Return what persistency of month 13 says of each policy."""
    names = ("state", "denominator", "numerator", "denominator_count", "numerator_count")
    rows = policy_results(facts, as_of=day).policies.iter_rows(named=True)
    return {row["policy_id"]: persistency.Verdict(**{name: row[name] for name in names}) for row in rows}


def fast_dues(facts: Book, day: date) -> dict[tuple[int, int], collection.Due]:
    """Return what became of every renewal premium."""
    rows = instalments_due(facts, YEARS, policy_year=None, as_of=day).iter_rows(named=True)
    return {
        (row["policy_id"], row["instalment"]): collection.Due(
            fate=row["fate"], amount=row["amount"], paid_on=row["paid_on"], riders=row["rider_amount"]
        )
        for row in rows
    }


def fast_gap(facts: Book, day: date) -> dict[int, gap.Open]:
    """Return the open policies of the company, where it is not at 100 %."""
    rows = gaps(facts, target=10_000, as_of=day).policies.iter_rows(named=True)
    return {
        row["policy_id"]: gap.Open(
            due_on=row["due_on"], pay_by=row["pay_by"], amount=row["amount"], riders=row["rider_amount"],
            gain=row["gain"],
        )
        for row in rows
    }  # fmt: skip


def slow_gap(slow: Slow) -> dict[int, gap.Open]:
    """Return the same one policy at a time."""
    found = {key: gap.open_policy(one, ASKED) for key, one in mains(slow).items()}
    judged = [persistency.judge(one, ASKED) for one in mains(slow).values()]
    if sum(one.numerator for one in judged) >= sum(one.denominator for one in judged):
        return {}
    return {key: one for key, one in found.items() if one is not None}


def texts(facts: Book, slow: Slow, day: date, standard: Standard, asked: MessageSettings) -> dict[int, list[str]]:
    """Return the parts of what a reminder says to each policy of its instalment."""
    touches = reminders(slow, day).join(rules(standard).drop("template", "drop_after_days"), on="service", how="left")
    people = facts.customers.with_columns(
        name=pl.lit("Wang"), phone=pl.lit("13900000001"), consent=pl.lit(value=True), opted_out=pl.lit(value=False)
    )
    known = occasions_of(
        touches, facts, standard,
        People(
            customers=people.select(PEOPLE.names()), agents=AGENTS.to_frame(), debits=DEBITS.to_frame(),
            contents=pl.DataFrame(schema={"kind": pl.String, "text": pl.String}),
        ),
        None, as_of=day,
    )  # fmt: skip
    written, problems = render_one_by_one(known, asked, day)
    assert problems == []
    keys = touches["policy_id"].to_list()
    return {keys[int(str(one.key))]: one.text.partition("】")[2].split("/") for one in written}


def reminders(slow: Slow, day: date) -> pl.DataFrame:
    """Return a reminder of each policy's instalment, as if it were due on the day."""
    rows = [(key, one.holder, asked_of(one, day)) for key, one in paying(slow).items()]
    schema = {"policy_id": pl.Int32, "customer_id": pl.Int32, "ordinal": pl.Int32}
    return pl.DataFrame(rows, schema=schema, orient="row").with_columns(
        agent_id=pl.lit(1, pl.Int32), agent_no=pl.lit("A2"), service=pl.lit("lapse-reminder-d1"),
        subject_kind=pl.lit("policy"), subject_id="policy_id", anchor=pl.lit(day), due=pl.lit(day),
        last_on=pl.lit(day), superseded=pl.lit(value=False),
    )  # fmt: skip
