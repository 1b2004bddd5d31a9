"""A real book of whole-life policies as lists in the headers that users hand over; see the file's own README.

The file lies beside the project, at `../shared/data`, and is not part of it: tests that need it are skipped without.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

import polars as pl

FILE = Path(__file__).parents[3] / "shared" / "data" / "us_whole_life.csv"
AS_OF = date(2010, 5, 12)
"""The end of the observation, and the date of every question."""

LISTS = ("agents", "customers", "policies", "premiums", "events")
"""The lists, in the order in which they are imported."""

EVENTS = {"surrender": "surrender", "death": "claim_termination", "other": "conversion"}


def lists() -> dict[str, pl.DataFrame]:
    """Return the lists by kind; bad rows are in them as they are."""
    source = _source()
    return {
        "agents": _agents(source),
        "customers": source.select("customer_no", "gender", "agent_no"),
        "policies": source.select(
            "policy_no",
            "customer_no",
            "agent_no",
            "issue_date",
            writing_agent_no="agent_no",
            product=pl.lit("whole life"),
            product_kind=pl.lit("life"),
            effective_date="issue_date",
            mode=pl.lit("annual"),
            premium="annual_premium",
            currency=pl.lit("USD"),
        ),
        "premiums": _premiums(source),
        "events": _events(source),
    }


def write(folder: Path) -> dict[str, Path]:
    """Write the lists as CSV and return their files by kind."""
    files = {kind: folder / f"{kind}.csv" for kind in LISTS}
    for kind, frame in lists().items():
        frame.write_csv(files[kind])
    return files


def _source() -> pl.DataFrame:
    """Read the file; amounts stay text, as exact as they stand. The row number is the one in the policy's number."""
    source = pl.read_csv(FILE, schema_overrides={"annual_premium": pl.String}, try_parse_dates=True)
    number = pl.col("policy_no").str.strip_prefix("US").cast(pl.Int32)
    return source.with_columns(customer_no=pl.format("C{}", number), agent_no=pl.format("A{}", number % 50 + 1))


def _agents(source: pl.DataFrame) -> pl.DataFrame:
    return source.select("agent_no").unique().sort("agent_no").with_columns(name=pl.format("Agent {}", "agent_no"))


def _premiums(source: pl.DataFrame) -> pl.DataFrame:
    """List every instalment due by the end: paid on its due date unless the policy had ended by then."""
    years = AS_OF.year - pl.col("issue_date").dt.year() + 1
    due_on = pl.col("issue_date").dt.offset_by(pl.format("{}y", pl.col("instalment") - 1))
    paid = pl.col("termination_date").is_null() | (pl.col("termination_date") > pl.col("due_on"))
    return (
        source.with_columns(instalment=pl.int_ranges(1, years + 1))
        .explode("instalment")
        .with_columns(due_on=due_on)
        .filter(pl.col("due_on") <= AS_OF)
        .select("policy_no", "instalment", "due_on", amount="annual_premium", paid_on=pl.when(paid).then("due_on"))
    )


def _events(source: pl.DataFrame) -> pl.DataFrame:
    ended = source.filter(pl.col("termination_date").is_not_null())
    return ended.select(
        event_no=pl.format("E-{}", "policy_no"),
        policy_no="policy_no",
        kind=pl.col("termination_cause").replace_strict(EVENTS),
        occurred_on="termination_date",
    )
