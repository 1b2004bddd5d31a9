"""The judgement of obligations: of each occasion whether what was owed was done, by its last day, and by what.

`docs/obligations.md` has the rules in words. Pure columns: no SQL, no clock.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import polars as pl

from policyserve.book.columns import Book
from policyserve.obligations.evidence import DEEDS, IDENTITY, Evidence
from policyserve.standard.obligation import Obligation

STATES = (
    "met",  # what was owed was done by the last day
    "open",  # it was not yet, and the last day is not over
    "broken",  # it was not, and the last day is over
    "not_applicable",  # a fact ended it before its last day, or it began before work was tracked
)
"""What became of an obligation."""

NOT_TRACKED = "not_tracked"
"""Why something is not judged that began before the first release of work, or before its policy was known: were those
that were met counted, and no others, the share would always be whole."""


def proofs(owed: pl.DataFrame, obligations: Sequence[Obligation], evidence: Evidence, book: Book) -> pl.DataFrame:
    """Return what was done on each occasion: `place` (of the row in `owed`) and DEEDS, sorted by day.

    `owed` as `occasions.OCCASIONS`. A text counts where its obligation asks for a receipt only when it was delivered.
    """
    places = owed.with_row_index("place")
    asked = [(one.code, code, one.delivered) for one in obligations for code in one.services]
    table = pl.DataFrame(asked, schema=["obligation", "service", "delivered"], orient="row")
    table = table.cast({"obligation": pl.String, "service": pl.String, "delivered": pl.Boolean})
    deeds = places.join(table, on="obligation").join(evidence.deeds, on=IDENTITY)
    received = (pl.col("kind") != "text") | ~pl.col("delivered") | (pl.col("outcome") == "delivered")
    counted = deeds.with_columns(counts=pl.col("counts") & received).select("place", *DEEDS.names())
    return pl.concat([counted, _events(places, obligations, book)]).sort("place", "on", "kind", "number")


def _events(places: pl.DataFrame, obligations: Sequence[Obligation], book: Book) -> pl.DataFrame:
    """Return the events that prove an obligation, from its occasion on."""
    asked = [(one.code, kind) for one in obligations for kind in one.events]
    table = pl.DataFrame(asked, schema={"obligation": pl.String, "kind": pl.String}, orient="row")
    known = book.events.filter(pl.col("policy_id").is_not_null()).with_columns(pl.col("kind").cast(pl.String))
    found = (
        places.join(table, on="obligation")
        .join(known.select("policy_id", "kind", "occurred_on"), on=["policy_id", "kind"])
        .filter(pl.col("occurred_on") >= pl.col("day"))
    )
    nothing = {name: pl.lit(None, dtype=DEEDS[name]) for name in ("number", "channel", "outcome")}
    told = found.with_columns(service="kind", on="occurred_on", counts=pl.lit(value=True), **nothing)
    return told.with_columns(kind=pl.lit("event")).select("place", *DEEDS.names())


def judged(
    owed: pl.DataFrame, done: pl.DataFrame, obligations: Sequence[Obligation], tracked: pl.Series, as_of: date
) -> pl.DataFrame:
    """Add `state` (one of STATES), `why`, `least`, `given` and `met_on` to `owed`, and `late_on`.

    `done` as from `proofs`; `tracked`: from which day on each row is judged. `given`: how many of the services were
    given by the last day, several deeds for one touch as one. `met_on`: the day on which the last one owed was;
    `late_on` that after the last day. `why`: what ended it, or NOT_TRACKED.
    """
    rules = [(one.code, one.least) for one in obligations]
    table = pl.DataFrame(rules, schema={"obligation": pl.String, "least": pl.Int32}, orient="row")
    rows = (
        owed.with_row_index("place")
        .with_columns(tracked=tracked)
        .join(table, on="obligation", how="left", maintain_order="left")
    )
    firsts = done.filter("counts").group_by("place", "service").agg(pl.col("on").min())
    in_time = pl.col("on") <= pl.col("due")
    given = (
        firsts.join(rows.select("place", "due", "least"), on="place")
        .group_by("place")
        .agg(
            given=in_time.sum().cast(pl.Int32),
            reached_on=pl.col("on").sort().get(pl.col("least").first() - 1, null_on_oob=True),
        )
    )
    known = rows.join(given, on="place", how="left", maintain_order="left").with_columns(pl.col("given").fill_null(0))
    return known.with_columns(**_state(as_of)).with_columns(
        met_on=pl.when(pl.col("state") == "met").then("reached_on"),
        late_on=pl.when(pl.col("state") == "broken").then("reached_on"),
    ).drop("tracked", "reached_on")  # fmt: skip


def _state(as_of: date) -> dict[str, pl.Expr]:
    met = pl.col("given") >= pl.col("least")
    over = (pl.col("ended_on") <= pl.min_horizontal("due", pl.lit(as_of))).fill_null(value=False)
    untracked = pl.col("begins") < pl.col("tracked")
    state = (
        pl.when(untracked)
        .then(pl.lit("not_applicable"))
        .when(met)
        .then(pl.lit("met"))
        .when(over)
        .then(pl.lit("not_applicable"))
        .when(pl.col("due") < as_of)
        .then(pl.lit("broken"))
        .otherwise(pl.lit("open"))
    )
    why = pl.when(untracked).then(pl.lit(NOT_TRACKED)).when(over & ~met).then("ended_by")
    return {"state": state, "why": why}
