"""Events: what happened to policies and customers, each written down on its day."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import polars as pl

from policyserve.dates import month_number, months_later
from policyserve.generated_book.draws import Draws, days, number
from policyserve.generated_book.people import customer_no
from policyserve.generated_book.policies import policy_no

COLUMNS = ("policy", "person", "kind", "occurred_on", "amount", "detail")

REQUESTS = ("变更地址", "变更手机号", "变更银行账户", "变更受益人", "补发保单")
ILLNESSES = ("住院手术", "骨折", "肺炎住院", "术后休养")
COMPLAINTS = ("回访不及时", "条款解释不清", "理赔进度慢", "扣款有误")
CLAIMS = ("住院医疗", "门诊手术", "意外受伤", "重大疾病")
CLAIMED = ("health", "accident", "critical-illness")


def events(
    draws: Draws,
    *,
    policies: pl.DataFrame,
    lapsed: pl.DataFrame,
    members: pl.DataFrame,
    agents: pl.DataFrame,
    as_of: date,
) -> pl.DataFrame:
    """Return the list `events`, in order of the day; none lies after `as_of` or after its policy's end."""
    mains = policies.filter(pl.col("main").is_null()).join(lapsed, on="policy", how="left", maintain_order="left")
    mains = mains.with_columns(until=pl.min_horizontal(pl.lit(as_of), "ended_on", "terminated_on"))
    told = [*_of_fates(mains), *_of_lapses(mains), _dividends(draws, mains), *_services(draws, mains, as_of)]
    told += [*_illnesses(draws, members, as_of), _handovers(members, agents)]
    return _listed(pl.concat(told))


def _listed(told: pl.DataFrame) -> pl.DataFrame:
    return told.sort("occurred_on", "person", "policy", "kind", maintain_order=True).select(
        event_no=number("E", pl.int_range(pl.len()), 8),
        policy_no=policy_no(pl.col("policy")),
        customer_no=customer_no(pl.col("person")),
        kind="kind",
        occurred_on="occurred_on",
        amount="amount",
        detail="detail",
    )


def _of_policies(
    policies: pl.DataFrame,
    kind: str | pl.Expr,
    day: str | pl.Expr,
    amount: pl.Expr | None = None,
    detail: pl.Expr | None = None,
) -> pl.DataFrame:
    """Return an event for each policy that has a day for it."""
    return policies.select(
        policy="policy",
        person=pl.lit(None, dtype=pl.Int32),
        kind=pl.lit(kind) if isinstance(kind, str) else kind,
        occurred_on=day,
        amount=pl.lit(None, dtype=pl.Int64) if amount is None else amount.cast(pl.Int64),
        detail=pl.lit(None, dtype=pl.String) if detail is None else detail,
    ).drop_nulls(["kind", "occurred_on"])


def _of_customers(people: pl.DataFrame, kind: str, day: pl.Expr, detail: pl.Expr) -> pl.DataFrame:
    """Return an event for each customer that has a day for it."""
    return people.select(
        policy=pl.lit(None, dtype=pl.Int32),
        person="person",
        kind=pl.lit(kind),
        occurred_on=day,
        amount=pl.lit(None, dtype=pl.Int64),
        detail=detail,
    ).drop_nulls("occurred_on")


def _of_fates(policies: pl.DataFrame) -> Iterator[pl.DataFrame]:
    """Tell the endings that do not follow from a lapse, what eased paying, and what changed the premium."""
    paid_back = pl.when(pl.col("ending") == "freelook_cancel").then("premium")
    worth = pl.when(pl.col("ending") == "surrender").then(pl.col("premium") * 6 // 10).otherwise("sum_assured")
    yield _of_policies(policies, pl.col("ending"), "ended_on", paid_back.otherwise(worth))
    yield _of_policies(policies, pl.col("eased"), "eased_on")
    added = pl.when(pl.col("change") == "rider_added").then(pl.col("new_premium") - pl.col("premium"))
    yield _of_policies(policies, pl.col("change"), "changed_on", added.otherwise("new_premium"))


def _of_lapses(policies: pl.DataFrame) -> Iterator[pl.DataFrame]:
    kinds = {
        "loan_on": "premium_loan",
        "confirmed_on": "suspension_confirmed",
        "reinstated_on": "reinstated",
        "terminated_on": "terminated",
    }
    for day, kind in kinds.items():
        yield _of_policies(policies, kind, day)


def _dividends(draws: Draws, policies: pl.DataFrame) -> pl.DataFrame:
    """Declare a dividend some days after each anniversary of a participating policy in force."""
    gone = (month_number(pl.col("until")) - month_number(pl.col("effective_date"))) // 12
    years = policies.filter("participating").with_columns(year=pl.int_ranges(1, gone + 1)).explode("year")
    day = months_later(pl.col("effective_date"), pl.col("year") * 12) + days(draws.whole("dividend.day", 5, 15))
    in_force = pl.col("suspended_on").is_null() | (day < pl.col("suspended_on")) | (day >= pl.col("reinstated_on"))
    dated = years.with_columns(day=pl.when((day < pl.col("until")) & in_force.fill_null(value=False)).then(day))
    share = 0.01 + draws.share("dividend.rate") * 0.02
    return _of_policies(dated, "dividend_declared", "day", (pl.col("premium") * pl.col("year") * share).ceil())


def _services(draws: Draws, policies: pl.DataFrame, as_of: date) -> Iterator[pl.DataFrame]:
    """Tell claims, requests and complaints; the last ones are still open."""
    claimed = pl.col("product_kind").is_in(CLAIMED)
    yield from _case(draws, policies.filter(claimed), ("claim", "claim_closed", CLAIMS, 0.06, 40), as_of)
    yield from _case(draws, policies, ("service_request", "request_closed", REQUESTS, 0.07, 9), as_of)
    complaints = policies.filter(draws.happens("complaint", 0.004))
    yield _of_policies(
        complaints, "complaint", _some_day(draws, "complaint"), detail=draws.pick("complaint.cause", COMPLAINTS)
    )


def _case(
    draws: Draws, policies: pl.DataFrame, case: tuple[str, str, tuple[str, ...], float, int], as_of: date
) -> Iterator[pl.DataFrame]:
    """Tell one kind of case: how it opens and closes, its causes, its share of policies, the days it takes at most."""
    opens, closes, causes, chance, longest = case
    opened = policies.filter(draws.happens(opens, chance)).with_columns(
        day=_some_day(draws, opens),
        cause=draws.pick(f"{opens}.cause", causes),
        slow=draws.happens(f"{opens}.slow", 0.04),
    )
    yield _of_policies(opened, opens, "day", detail=pl.col("cause"))
    closed = pl.col("day") + days(draws.whole(f"{opens}.days", 1, longest))
    in_time = ~pl.col("slow") & (closed <= as_of)
    yield _of_policies(opened, closes, pl.when(in_time).then(closed), detail=pl.col("cause"))


def _some_day(draws: Draws, name: str) -> pl.Expr:
    """Draw a day of the policy's life, more often one of the last; null where it has lasted no week."""
    lived = (pl.col("until") - pl.col("effective_date")).dt.total_days()
    back = 1 + (draws.share(f"{name}.day").pow(2) * (lived - 2)).cast(pl.Int32)
    return pl.when(lived > 7).then(pl.col("until") - days(back))


def _illnesses(draws: Draws, members: pl.DataFrame, as_of: date) -> Iterator[pl.DataFrame]:
    """Tell which adults fell ill since they are customers."""
    adults = members.filter(~pl.col("child") & pl.col("deceased_on").is_null())
    day = pl.lit(as_of) - days((draws.share("sick.day").pow(2) * 700).cast(pl.Int32))
    ill = draws.happens("sick", 0.015) & (day > pl.col("since"))
    yield _of_customers(adults, "sick", pl.when(ill).then(day), draws.pick("sick.cause", ILLNESSES))


def _handovers(members: pl.DataFrame, agents: pl.DataFrame) -> pl.DataFrame:
    """Tell whose agent has left and been succeeded."""
    told = pl.when(~pl.col("child")).then("handed_on")
    return _of_customers(members, "agent_changed", told, pl.lit(agents["agent_no"]).gather("agent"))
