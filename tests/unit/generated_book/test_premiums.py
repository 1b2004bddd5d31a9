"""Premiums of the generated lists: every instalment has its day, its debit and its end."""

from __future__ import annotations

from datetime import timedelta

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from books.dues import ENDINGS, dues, listed
from desks.generated_lists import AS_OF, Lists, paid
from policyserve.generated_book.generator import generate


@pytest.fixture(scope="module")
def lists() -> Lists:
    return generate(customers=3_000, as_of=AS_OF)


def ends(lists: Lists) -> pl.DataFrame:
    events = lists["events"].filter(pl.col("kind").is_in(ENDINGS))
    return events.group_by("policy_no").agg(ended_on=pl.col("occurred_on").min(), endings=pl.len())


def test_every_instalment_that_fell_due_has_its_row_and_its_day() -> None:
    lists = generate(customers=400, as_of=AS_OF)
    assert listed(lists["premiums"], AS_OF) == dues(lists, AS_OF)


def test_no_policy_ends_twice_and_nothing_happens_to_it_afterwards(lists: Lists) -> None:
    ended = ends(lists)
    assert ended.height > 100
    assert ended["endings"].max() == 1
    events = (
        lists["events"]
        .join(ended, on="policy_no")
        .filter(~pl.col("kind").is_in(["claim", "claim_closed", "request_closed"]))
    )
    assert events.filter(pl.col("occurred_on") > pl.col("ended_on")).is_empty()
    payments = paid(lists).join(ended, on="policy_no").filter(pl.col("instalment") > 1)
    assert payments.filter(pl.col("paid_on") > pl.col("ended_on")).is_empty()


@pytest.mark.parametrize("kind", ["suspension_confirmed", "reinstated", "terminated"])
def test_only_who_has_not_paid_in_grace_is_suspended(lists: Lists, kind: str) -> None:
    events = lists["events"].filter(pl.col("kind") == kind)
    missed = paid(lists).filter(
        pl.col("paid_on").is_null() | (pl.col("paid_on") > pl.col("due_on") + timedelta(days=60))
    ).group_by("policy_no").agg(pl.col("due_on").min())  # fmt: skip
    told = events.join(missed, on="policy_no", how="left")
    assert told.height > 10
    assert (told["occurred_on"] > told["due_on"] + pl.Series([timedelta(days=60)])).all()


def test_who_is_reinstated_has_paid_what_was_due(lists: Lists) -> None:
    back = lists["events"].filter(pl.col("kind") == "reinstated").select("policy_no", "occurred_on")
    owed = paid(lists).join(back, on="policy_no").filter(pl.col("due_on") <= pl.col("occurred_on"))
    assert owed.filter(pl.col("paid_on").is_null()).is_empty()


def test_a_late_payment_follows_a_failed_debit(lists: Lists) -> None:
    debits = lists["premiums"].drop_nulls("debit_on")
    late = debits.filter((pl.col("debit_result") == "success") & (pl.col("debit_on") > pl.col("due_on")))
    failed = debits.filter((pl.col("debit_result") == "failed") & (pl.col("debit_on") == pl.col("due_on")))
    assert late.height > 100
    assert late.join(failed, on=["policy_no", "instalment"], how="anti").is_empty()
    assert failed["failure"].null_count() == 0


def test_some_premiums_are_in_grace_and_some_are_paid_ahead(lists: Lists) -> None:
    instalments = paid(lists)
    due = pl.col("due_on")
    assert instalments.filter(pl.col("paid_on").is_null() & (due > AS_OF - timedelta(days=60))).height > 30
    ahead = instalments.filter((due > AS_OF) & (pl.col("instalment") > 1))
    assert ahead.height > 3
    assert ahead["paid_on"].null_count() == 0


def test_riders_are_paid_with_their_main_policies(lists: Lists) -> None:
    riders = lists["policies"].filter(pl.col("main_policy_no").is_not_null()).select("policy_no", "main_policy_no")
    own = paid(lists).join(riders, on="policy_no")
    main = paid(lists).join(riders, left_on="policy_no", right_on="main_policy_no")
    assert riders.height > 100
    keys = ["policy_no", "instalment", "due_on", "paid_on"]
    assert_frame_equal(
        own.select(keys).sort(keys),
        main.select("instalment", "due_on", "paid_on", policy_no="policy_no_right").select(keys).sort(keys),
    )
