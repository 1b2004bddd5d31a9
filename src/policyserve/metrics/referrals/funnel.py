"""The referral as a funnel: named, contacted, consented, met, issued; and the people who are still on their way.

The lists say how far a referral has come, not since when. So a stage is known from the day of the list that brought it
(`book.stages`); only the last one is known by its own day, because a policy is: who was named and holds a policy since
is `issued`, whatever the list says.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from itertools import pairwise

import polars as pl

from policyserve.book.columns import Book
from policyserve.contracts.grace import GRACE_DAYS
from policyserve.metrics.groupings import OF_AGENTS, fields_of, with_agents
from policyserve.metrics.referrals.referrals import STAGES, Stage, rows_of_people, with_serving
from policyserve.metrics.services.service_rate import grouped

ALLOWED = (*OF_AGENTS, "year")

KEPT_DAYS = 30
"""How long the name and phone of somebody named may be kept without contact (PIPL 19 and 47; a rule of the project)."""

PEOPLE = ("referred_on", "referrer_no", "agent_no", "referred_no", "name", "phone")
"""What is told of somebody referred, name and phone masked."""

LEADS = ("referrer_no", "agent_no", "referred_no", "name", "phone", "referred_on", "days", "stage", "delete")


def people(book: Book, *, grace_days: int = GRACE_DAYS, as_of: date) -> pl.DataFrame:
    """Return everybody referred by `as_of`, one row per person, with the furthest stage.

    Columns: `person` (tells who it is), `referrer_id`, `referred_id` (null: no customer yet), `referred_on`,
    `agent_id` (who serves the referrer, else who wrote it down), `stage`, `issued_on` (the first policy since the
    referral), `name`, `phone` (of the list).
    """
    known = book.as_of(as_of)
    rows = rows_of_people(known).join(_as_listed(known), on="referral_id", how="left", maintain_order="left")
    persons = rows.group_by("person", maintain_order=True).agg(
        pl.col("referrer_id", "referred_id", "referred_on", "agent_id").first(),
        pl.col("name", "phone").drop_nulls().first(),
        stage=pl.col("stage").to_physical().max(),
    )
    policies = _bought(known).join(persons.select("referred_id", "referred_on").drop_nulls(), on="referred_id")
    since = policies.filter(pl.col("issue_date") >= pl.col("referred_on"))
    first = since.group_by("referred_id").agg(issued_on=pl.col("issue_date").min())
    found = persons.join(first, on="referred_id", how="left", maintain_order="left")
    return with_serving(found, book, grace_days, as_of).with_columns(stage=_stage())


def _as_listed(book: Book) -> pl.DataFrame:
    """Return name and phone of the rows of the list: `referral_id`, `name`, `phone`."""
    return book.referrals.select("referral_id", name="referred_name", phone="referred_phone")


def _bought(book: Book) -> pl.DataFrame:
    """Return the policies that were not undone: `referred_id` (who holds it), `issue_date`."""
    undone = book.events.filter(pl.col("kind").is_in(["freelook_cancel", "void"])).select("policy_id").drop_nulls()
    mains = book.policies.filter(pl.col("main_policy_id").is_null()).join(undone, on="policy_id", how="anti")
    return mains.select("issue_date", referred_id="customer_id")


def _stage() -> pl.Expr:
    """Lay what the policies say over what the list says."""
    listed = pl.col("stage").cast(pl.Int32).fill_null(0)
    stage = pl.when(pl.col("issued_on").is_not_null()).then(pl.lit(len(STAGES) - 1)).otherwise(listed)
    return pl.lit(pl.Series(STAGES)).gather(stage).cast(Stage)


def funnel(
    book: Book,
    *,
    by: Sequence[str] = ("year",),
    grace_days: int = GRACE_DAYS,
    as_of: date,
    named: pl.DataFrame | None = None,
) -> pl.DataFrame:
    """Count how many of the people referred came how far, as known on `as_of`.

    Columns: a field per grouping (`year`: of the referral; agent, team and branch of who serves the referrer), the
    count of each of STAGES, who is at one being counted in those before; `<stage>_rate`: of those at the stage before,
    how many came on (null where nobody was there); `conversion`: issued of named. `named`: as from `people`, where
    it is there already.
    """
    fields = fields_of(by, ALLOWED)
    rows = people(book, grace_days=grace_days, as_of=as_of) if named is None else named
    rows = with_agents(rows, book.agents_on(as_of), fields).with_columns(year=pl.col("referred_on").dt.year())
    place = pl.col("stage").to_physical()
    counts = [(place >= number).sum().cast(pl.Int64).alias(stage) for number, stage in enumerate(STAGES)]
    figures = grouped(rows, fields, counts)
    steps = [_share(later, earlier).alias(f"{later}_rate") for earlier, later in pairwise(STAGES)]
    return figures.with_columns(*steps, conversion=_share(STAGES[-1], STAGES[0]))


def _share(part: str, whole: str) -> pl.Expr:
    return pl.when(pl.col(whole) > 0).then(pl.col(part) / pl.col(whole))


def open_leads(
    book: Book, *, grace_days: int = GRACE_DAYS, as_of: date, named: pl.DataFrame | None = None
) -> pl.DataFrame:
    """List the people referred who hold no policy yet, those named longest ago first.

    Columns as LEADS: `referred_no` of who is in the book already, `name` and `phone` masked, `days` since they were
    named, `delete`: nobody has contacted them for more than 30 days, so name and phone must go. Customers are no leads
    to delete: they have contracts of their own.
    """
    rows = people(book, grace_days=grace_days, as_of=as_of) if named is None else named
    days = (pl.lit(as_of) - pl.col("referred_on")).dt.total_days()
    stale = (pl.col("stage") == STAGES[0]) & pl.col("referred_id").is_null() & (days > KEPT_DAYS)
    leads = rows.filter(pl.col("stage") != STAGES[-1]).with_columns(
        days=days, delete=stale & (pl.col("name").is_not_null() | pl.col("phone").is_not_null())
    )
    return _named(leads, book, ["agent_no"], as_of).select(LEADS)


def people_behind(
    book: Book, year: int, *, by: Sequence[str] = (), grace_days: int = GRACE_DAYS, as_of: date
) -> pl.DataFrame:
    """List the people that `referrals` counts in a year, by the day: a field per grouping, and PEOPLE.

    `agent_no`: for whom they count; `referred_no` is null of who is no customer yet.
    """
    fields = [field for field in fields_of(by, OF_AGENTS) if field != "agent_no"]
    rows = people(book, grace_days=grace_days, as_of=as_of).filter(pl.col("referred_on").dt.year() == year)
    return _named(rows, book, [*fields, "agent_no"], as_of).select(*fields, *PEOPLE)


def _named(rows: pl.DataFrame, book: Book, fields: Sequence[str], as_of: date) -> pl.DataFrame:
    """Put numbers for the keys of people, with the groups of their agents, and mask names and phones; by the day."""
    numbers = book.customers.select("customer_id", "customer_no")
    referrers = numbers.rename({"customer_id": "referrer_id", "customer_no": "referrer_no"})
    referred = numbers.rename({"customer_id": "referred_id", "customer_no": "referred_no"})
    return (
        with_agents(rows, book.agents_on(as_of), fields)
        .join(referrers, on="referrer_id")
        .join(referred, on="referred_id", how="left")
        .with_columns(name=_masked_name(), phone=_masked_phone(), stage=pl.col("stage").cast(pl.String))
        .sort("referred_on", "referrer_no", "referred_no", "name")
    )


def _masked_name() -> pl.Expr:
    """张* and 张*明 (JR/T 0171-2020, annex A, as the trade reads it)."""
    name, length = pl.col("name"), pl.col("name").str.len_chars()
    last = pl.when(length > 2).then(name.str.tail(1)).otherwise(pl.lit(""))
    return pl.when(length > 0).then(pl.concat_str(name.str.head(1), pl.lit("*"), last))


def _masked_phone() -> pl.Expr:
    """138****1234; of a short one only the last two digits."""
    phone, length = pl.col("phone"), pl.col("phone").str.len_chars()
    long = pl.concat_str(phone.str.head(3), pl.lit("****"), phone.str.tail(4))
    return pl.when(length >= 11).then(long).when(length > 0).then(pl.concat_str(pl.lit("****"), phone.str.tail(2)))
