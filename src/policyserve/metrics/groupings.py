"""What figures can be grouped by, and what the groups are called."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import polars as pl

from policyserve.book.columns import Book
from policyserve.contracts.keys import locate
from policyserve.errors import PolicyserveError

FIELDS = {
    "company": ("company",),
    "branch": ("branch",),
    "team": ("branch", "team"),
    "agent": ("agent_no",),
    "serving-agent": ("serving_agent_no",),
    "product": ("product",),
    "channel": ("channel",),
    "mode": ("mode",),
    "cohort": ("cohort",),
    "year": ("year",),
    "orphan": ("orphan",),
}
"""The fields of a figure for each grouping; a team is only known within its branch."""

OF_AGENTS = ("company", "branch", "team", "agent")
"""Groupings of figures that belong to an agent, not to a policy."""

WHOLE_COMPANY = "all"
"""What the company is called where figures are grouped by it."""


def fields_of(by: Sequence[str], allowed: Collection[str]) -> list[str]:
    """Return the fields that `by` groups by, each once; raise PolicyserveError for a grouping not `allowed`."""
    for name in by:
        if name not in allowed:
            raise PolicyserveError(
                "This figure cannot be grouped by '{name}'. Choose from: {allowed}.",
                name=name,
                allowed=", ".join(allowed),
            )
    return list(dict.fromkeys(field for name in by for field in FIELDS[name]))


def with_agents(frame: pl.DataFrame, agents: pl.DataFrame, fields: Sequence[str]) -> pl.DataFrame:
    """Add those of `company`, `branch`, `team` and `agent_no` that are asked for, by the column `agent_id`."""
    wanted = [field for field in ("branch", "team", "agent_no") if field in fields]
    if wanted:
        frame = frame.join(agents.select("agent_id", *wanted), on="agent_id", how="left", maintain_order="left")
    return frame.with_columns(company=pl.lit(WHOLE_COMPANY)) if "company" in fields else frame


def with_policies(frame: pl.DataFrame, book: Book, columns: Sequence[str]) -> pl.DataFrame:
    """Add `columns` of the policies to `frame`, by `policy_id`; null where the book has no such policy."""
    place = locate(book.policies["policy_id"], frame["policy_id"])
    return frame.with_columns(book.policies.select(columns).select(pl.all().gather(place)).get_columns())


def writing_agents(frame: pl.DataFrame, book: Book) -> pl.DataFrame:
    """Add `agent_id`: who wrote the policy, or serves it where that is not known."""
    found = with_policies(frame.select("policy_id"), book, ["writing_agent_id", "agent_id"])
    return frame.with_columns(found.select(agent_id=pl.coalesce("writing_agent_id", "agent_id")).to_series())
