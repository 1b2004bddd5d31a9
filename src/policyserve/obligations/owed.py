"""The obligations of a book on a day: each occasion with its state, its proof, and whose it is."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

import polars as pl
from sqlalchemy import Connection

from policyserve.contracts.keys import lookup
from policyserve.dates import Days
from policyserve.metrics.agents_by_day import customer_agents, serving_on
from policyserve.metrics.groupings import with_agents
from policyserve.obligations.evidence import IDENTITY, Evidence, read_evidence
from policyserve.obligations.judgement import judged, proofs
from policyserve.obligations.occasions import Ground, occasions
from policyserve.standard.model import Standard

OF_AGENT = ("agent_no", "team", "branch")


@dataclass(frozen=True, kw_only=True)
class Owed:
    """What was owed in some days, and what was done for it, as known on a day."""

    standard: Standard
    days: Days
    as_of: date
    rows: pl.DataFrame
    """`judgement.judged` with `owner`, `agent_no`, `team` and `branch` (who serves), `task_id` (open work that would
    prove it), `days_left` (of what is open), `policy_no` and `customer_no`."""
    done: pl.DataFrame
    """`judgement.proofs`."""


def read_owed(
    connection: Connection, ground: Ground, days: Days, *, zone: str, customers: Collection[int] | None = None
) -> Owed:
    """Judge what is owed with its last day in `days`.

    `zone` is the business time zone; `customers`: keys of those to whom the book belongs.
    """
    services = {code for one in ground.standard.obligations for code in one.services}
    evidence = read_evidence(connection, services, days, ground.as_of, zone=zone, customers=customers)
    return owed_of(ground, days, evidence)


def owed_of(ground: Ground, days: Days, evidence: Evidence) -> Owed:
    """Judge what is owed in a book by the evidence."""
    obligations = ground.standard.obligations
    rows = occasions(ground, days)
    done = proofs(rows, obligations, evidence, ground.facts.book)
    found = judged(rows, done, obligations, _tracked(rows, ground, evidence), ground.as_of)
    whose = _whose(_with_work(found, ground.standard, evidence), ground)
    return Owed(standard=ground.standard, days=days, as_of=ground.as_of, rows=whose.sort("due", "place"), done=done)


def _tracked(rows: pl.DataFrame, ground: Ground, evidence: Evidence) -> pl.Series:
    """Return from which day on each row is judged: its policy, or customer, was known, and work was released."""
    since, book = pl.lit(ground.as_of if evidence.since is None else evidence.since), ground.book
    known = {
        "policy": lookup(book.policies, "policy_id", "known_on", rows["policy_id"]),
        "customer": lookup(book.customers, "customer_id", "known_on", rows["customer_id"]),
    }
    of_policy = rows["policy_id"].is_not_null()
    known_on = known["policy"].zip_with(of_policy, known["customer"])
    return rows.select(tracked=pl.max_horizontal(pl.lit(known_on), since))["tracked"]


def _with_work(rows: pl.DataFrame, standard: Standard, evidence: Evidence) -> pl.DataFrame:
    """Add the open task that is to be done first, and its agent: `task_id`, `task_agent_id`."""
    asked = [(one.code, code) for one in standard.obligations for code in one.services]
    table = pl.DataFrame(asked, schema={"obligation": pl.String, "service": pl.String}, orient="row")
    work = rows.filter(state="open").select("place", "obligation", *IDENTITY[1:]).join(table, on="obligation")
    first = (
        work.join(evidence.work, on=IDENTITY)
        .sort("latest", "task_id")
        .unique("place", keep="first", maintain_order=True)
        .select("place", "task_id", task_agent_id="agent_id")
    )
    return rows.join(first, on="place", how="left", maintain_order="left")


def _whose(rows: pl.DataFrame, ground: Ground) -> pl.DataFrame:
    """Add `owner`, `agent_id` and the numbers: who has the task, else who served on the last day, or serves now."""
    book, standard, as_of = ground.book, ground.standard, ground.as_of
    day = pl.min_horizontal("due", pl.lit(as_of))
    of_policies = rows.filter(pl.col("policy_id").is_not_null()).select("place", "policy_id", day=day)
    served = serving_on(of_policies, book).select("place", served_by="agent_id")
    owners = {one.code: one.owner for one in standard.obligations}
    known = rows.join(served, on="place", how="left", maintain_order="left")
    agents = lookup(customer_agents(book, standard.grace_days, as_of), "customer_id", "agent_id", known["customer_id"])
    whose = known.with_columns(
        owner=pl.col("obligation").replace_strict(owners, return_dtype=pl.String),
        agent_id=pl.coalesce("task_agent_id", "served_by", pl.lit(agents)),
        policy_no=lookup(book.policies, "policy_id", "policy_no", known["policy_id"]),
        customer_no=lookup(book.customers, "customer_id", "customer_no", known["customer_id"]),
        days_left=pl.when(pl.col("state") == "open").then((pl.col("due") - pl.lit(as_of)).dt.total_days()),
    )
    return with_agents(whose, book.agents_on(as_of), OF_AGENT).drop("task_agent_id", "served_by", "agent_id")
