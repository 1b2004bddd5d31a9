"""Premium instalments: when they fell due, whether they were paid, and what the debits said.

Every instalment due by `as_of` has its row, so that the book has no holes.
"""

from __future__ import annotations

from datetime import date

import polars as pl

from policyserve.contracts.grace import GRACE_DAYS
from policyserve.contracts.instalments import due_day
from policyserve.dates import month_number, months_later
from policyserve.generated_book.draws import Draws, days, known_by
from policyserve.generated_book.policies import policy_no

SECOND_YEAR, LATER = 0.07, 0.03
"""Chance that the first premium of the second year, and one year of the others, is not paid in time."""

FAILURES = {"余额不足": 82, "账户冻结": 7, "账户已注销": 6, "代扣协议失效": 5}


def schedule(draws: Draws, policies: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """Return one row per instalment due by `as_of`, and those of the next 30 days that are paid ahead.

    Instalments exist until a policy stops paying; the first is paid at issue and always exists.
    """
    mains = policies.filter(pl.col("main").is_null())
    gone = month_number(pl.lit(as_of)) - month_number(pl.col("effective_date"))
    most = pl.min_horizontal(gone // pl.col("months") + 2, pl.col("pay_years") * 12 // pl.col("months"))
    count = pl.when(pl.col("months") > 0).then(most).otherwise(1).cast(pl.Int32)
    ahead = (pl.col("due_on") <= pl.lit(as_of) + days(pl.lit(30))) & pl.col("early")
    exists = (pl.col("stops_on").is_null() | (pl.col("due_on") < pl.col("stops_on"))) & (
        (pl.col("due_on") <= as_of) | ahead
    )
    return (
        mains.select(
            "policy", "issue_date", "effective_date", "months", "premium", "changed_on", "new_premium",
            "stops_on", "ended_on", "eased_on", "risk",
            early=draws.happens("policy.early", 0.04),
            debited=draws.happens("policy.debited", 0.9),
            instalment=pl.int_ranges(1, count + 1, dtype=pl.Int32),
        )
        .explode("instalment")
        .with_columns(due_on=due_day(pl.col("instalment"), step=pl.col("months")))
        .filter((pl.col("instalment") == 1) | exists)
        .with_columns(amount=pl.when(pl.col("due_on") >= pl.col("changed_on")).then("new_premium").otherwise("premium"))
        .drop("effective_date", "premium", "changed_on", "new_premium", "early")
    )  # fmt: skip


def lapses(draws: Draws, instalments: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """Return one row per policy with an instalment that is not paid in grace: the first such, and what followed.

    `suspended_on` the 61st day after the due day, `reinstated_on`, `loan_on` (the premium loan that kept the policy in
    force), `confirmed_on`, `terminated_on` (two years and some days after suspension): null where it did not come.
    """
    today, alive = pl.lit(as_of), pl.col("ended_on").fill_null(date.max)
    first = (
        instalments.filter(draws.happens("instalment.missed", _chance()) & (pl.col("due_on") <= as_of))
        .group_by("policy").agg(pl.col("instalment").min(), pl.col("due_on").min(), pl.col("ended_on").first())
        .sort("policy")
    )  # fmt: skip
    over = pl.col("due_on") + days(pl.lit(GRACE_DAYS + 1))
    back = pl.col("suspended_on") + days(4 + (draws.share("lapse.back").pow(2) * 300).cast(pl.Int32))
    comes_back = draws.happens("lapse.reinstated", 0.38) & (back < alive)
    ends = months_later(pl.col("suspended_on"), 24) + days(draws.whole("lapse.end", 2, 40))
    over_for_good = pl.col("reinstated_on").is_null() & pl.col("ended_on").is_null()
    loan = draws.happens("lapse.loan", 0.05) & (over <= alive)
    return (
        first.with_columns(loan_on=known_by(pl.when(loan).then(over - days(pl.lit(1))), today))
        .with_columns(suspended_on=known_by(pl.when(pl.col("loan_on").is_null() & (over < alive)).then(over), today))
        .with_columns(reinstated_on=known_by(pl.when(comes_back).then(back), today))
        .with_columns(
            confirmed_on=known_by(_confirmed(draws), pl.min_horizontal(today, alive)),
            terminated_on=known_by(pl.when(over_for_good).then(ends), today),
        )
        .drop("due_on", "ended_on")
        .rename({"instalment": "missed"})
    )


def _chance() -> pl.Expr:
    """Give the chance that an instalment is not paid in grace; whoever is eased of paying later pays until then."""
    anniversary = (pl.col("instalment") - 1) * pl.col("months") == 12
    chance = pl.when(anniversary).then(SECOND_YEAR).otherwise(LATER / 12 * pl.col("months")) * pl.col("risk")
    return pl.when((pl.col("instalment") > 1) & pl.col("eased_on").is_null()).then(chance).otherwise(0)


def _confirmed(draws: Draws) -> pl.Expr:
    day = pl.col("suspended_on") + days(draws.whole("lapse.confirmed", 2, 29))
    in_time = pl.col("reinstated_on").is_null() | (day < pl.col("reinstated_on"))
    return pl.when(draws.happens("lapse.signed", 0.55) & in_time).then(day)


def payments(draws: Draws, instalments: pl.DataFrame, lapsed: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """Add when each instalment was paid, if it was, and whether it fell due in a suspension (`resting`)."""
    rows = instalments.join(lapsed, on="policy", how="left", maintain_order="left").filter(
        pl.col("terminated_on").is_null() | (pl.col("due_on") < pl.col("terminated_on"))
    )
    missed = (pl.col("instalment") >= pl.col("missed")).fill_null(value=False)
    caught_up = missed & (pl.col("due_on") <= pl.col("reinstated_on"))
    on_loan = missed & pl.col("loan_on").is_not_null() & (pl.col("instalment") > pl.col("missed"))
    delay = pl.when(draws.happens("instalment.late", 0.06)).then(draws.whole("instalment.delay", 3, 56)).otherwise(0)
    due = pl.col("due_on") + days(delay)
    early = pl.max_horizontal(pl.lit(as_of) - days(draws.whole("instalment.early", 0, 20)), "issue_date")
    paid_on = (
        pl.when(pl.col("instalment") == 1).then("issue_date")
        .when(pl.col("due_on") > as_of).then(early)
        .when(caught_up).then("reinstated_on")
        .when(~missed | on_loan | (pl.col("due_on") > pl.col("reinstated_on"))).then(due)
    )  # fmt: skip
    alive = (pl.col("instalment") == 1) | pl.col("ended_on").is_null() | (pl.col("paid_on") < pl.col("ended_on"))
    resting = missed & (pl.col("due_on") >= pl.col("suspended_on")) & (caught_up | pl.col("reinstated_on").is_null())
    return (
        rows.with_columns(paid_on=known_by(paid_on, pl.lit(as_of)), resting=resting)
        .with_columns(paid_on=pl.when(alive).then("paid_on"))
        .select("policy", "instalment", "due_on", "amount", "paid_on", "resting", "debited", "ended_on")
    )


def debits(draws: Draws, paid: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """Return one row per debit, and one for each instalment that saw none: the columns of the list `premiums`.

    A debit runs on the due day; one that fails runs again on the day of payment, or in vain 15 days later.
    """
    tried = pl.col("debited") & ~pl.col("resting").fill_null(value=False) & (pl.col("instalment") > 1)
    tried &= (pl.col("due_on") <= as_of) & (pl.col("paid_on").is_null() | (pl.col("paid_on") >= pl.col("due_on")))
    fortnight = pl.col("due_on") + days(pl.lit(15))
    again = pl.coalesce("paid_on", fortnight)
    failed = tried & pl.col("paid_on").ne_missing(pl.col("due_on"))
    rows = paid.with_columns(tried=tried, failed=failed, again=again, failure=draws.pick("debit.failure", FAILURES))
    following = pl.min_horizontal("again", fortnight)
    first = _debited(rows.with_columns(debit_on="due_on", next_debit_on=following), pl.col("failed"))
    end = pl.min_horizontal("ended_on", pl.lit(as_of) + days(pl.lit(1)))
    second = rows.filter(pl.col("failed") & (pl.col("again") < end)).with_columns(
        debit_on="again", next_debit_on=pl.lit(None, dtype=pl.Date)
    )
    return pl.concat([first, _debited(second, pl.col("paid_on").is_null())])


def _debited(rows: pl.DataFrame, fails: pl.Expr) -> pl.DataFrame:
    """Write a debit that `fails` or succeeds, and the payment unless it fails; no debit where none was tried."""
    pays = ~fails & pl.col("paid_on").is_not_null()
    result = pl.when("tried").then(pl.when(fails).then(pl.lit("failed")).otherwise(pl.lit("success")))
    return rows.select(
        "policy", "instalment", "due_on", "amount",
        paid_on=pl.when(pays).then("paid_on"),
        paid_amount=pl.when(pays).then("amount"),
        debit_on=pl.when("tried").then("debit_on"),
        debit_result=result,
        failure=pl.when(pl.col("tried") & fails).then("failure"),
        next_debit_on=pl.when(pl.col("tried") & fails).then("next_debit_on"),
    )  # fmt: skip


def with_riders(debited: pl.DataFrame, policies: pl.DataFrame) -> pl.DataFrame:
    """Add the rows of riders, which are paid with their main policies, in order of policy, instalment and debit."""
    riders = policies.filter(pl.col("main").is_not_null()).select("policy", "main", "premium")
    own = (
        debited.rename({"policy": "main"})
        .join(riders, on="main")
        .with_columns(amount="premium", paid_amount=pl.when(pl.col("paid_amount").is_not_null()).then("premium"))
        .select(debited.columns)
    )
    return pl.concat([debited, own]).sort("policy", "instalment", "debit_on")


def premium_list(debited: pl.DataFrame) -> pl.DataFrame:
    """Return the list `premiums`."""
    return debited.select(policy_no(pl.col("policy")).alias("policy_no"), pl.exclude("policy"))
