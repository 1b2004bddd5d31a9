"""What state a policy is in: its end, its suspensions, the spells in which it is in force (保险法 36 and 37).

Grace and suspension are never imported: they follow from instalments and events. All functions but `suspensions` take
a book as it was known on the day asked for (`Book.as_of`).
"""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl

from policyserve.book.columns import ENDING_KINDS, MODES, MONTHS_OF_MODE, Book
from policyserve.dates import FOREVER, day_of_month, month_number

_BIG = 1 << 24
"""More than the number of any day."""

STOPPING_KINDS = ("waiver", "reduced_paid_up")
"""Events after which a policy stays in force and no longer pays."""

_STEPS = pl.Series([MONTHS_OF_MODE.get(mode) for mode in MODES], dtype=pl.Int32)

STEP = pl.lit(_STEPS).gather(pl.col("mode").to_physical())
"""Months from one instalment to the next; null for a single premium."""


def policy_ends(book: Book) -> pl.DataFrame:
    """Say when each policy ended or will end: `policy_id`, `ended_on` (the first day not in force), `ended_by`."""
    events = book.events.filter(pl.col("policy_id").is_not_null() & pl.col("kind").is_in(ENDING_KINDS)).select(
        "policy_id", ended_on="occurred_on", ended_by=pl.col("kind").cast(pl.String)
    )
    terms = book.policies.filter(pl.col("ends_on").is_not_null()).select(
        "policy_id", ended_on=pl.col("ends_on").dt.offset_by("1d"), ended_by=pl.lit("end of cover")
    )
    return (
        pl.concat([events, terms]).sort("policy_id", "ended_on", maintain_order=True).unique("policy_id", keep="first")
    )


def first_event(book: Book, *kinds: str) -> pl.DataFrame:
    """Return the first event of any of `kinds` of each policy: `policy_id`, `occurred_on`."""
    events = book.events.filter(pl.col("policy_id").is_not_null() & pl.col("kind").is_in(kinds))
    return events.group_by("policy_id").agg(pl.col("occurred_on").min())


def event_days(book: Book, *kinds: str) -> pl.DataFrame:
    """Return the days of all events of `kinds` of policies, sorted: `policy_id`, `occurred_on`."""
    events = book.events.filter(pl.col("policy_id").is_not_null() & pl.col("kind").is_in(kinds))
    return events.select("policy_id", "occurred_on").sort("occurred_on")


def policy_lives(book: Book) -> pl.DataFrame:
    """Return the policies, sorted by key, with what their instalments follow from.

    Added columns: `step` (months, null for single), `ended_on` and `stopped_on` (the first day without
    instalments), FOREVER where open, `instalments` (how many there will ever be).
    """
    stops, ends = first_event(book, *STOPPING_KINDS), policy_ends(book)
    keys = book.policies["policy_id"]
    ended_on = taken(ends, "policy_id", "ended_on", keys).fill_null(FOREVER)
    return book.policies.with_columns(
        ended_on,
        step=STEP,
        stopped_on=pl.min_horizontal(taken(stops, "policy_id", "occurred_on", keys), ended_on),
    ).with_columns(instalments=pl.coalesce(pl.col("pay_years") * 12 // pl.col("step"), pl.lit(100_000, pl.Int32)))


def locate(keys: pl.Series, ids: pl.Series) -> pl.Series:
    """Return the place of each of `ids` in `keys` (unique positive integers); null where it has none.

    One table from key to place instead of a hash join: several times faster where keys are dense, as database keys are.
    """
    size = 1 + max((int(top) for top in (keys.max(), ids.max()) if isinstance(top, int)), default=0)
    table = pl.Series([None], dtype=pl.Int32).new_from_index(0, size)
    return table.scatter(keys, pl.int_range(keys.len(), dtype=pl.Int32, eager=True)).gather(ids.fill_null(0))


def taken(frame: pl.DataFrame, key: str, column: str, ids: pl.Series) -> pl.Series:
    """Look up `column` of the rows of `frame` whose `key` is each of `ids`; null where there is none."""
    return frame[column].gather(locate(frame[key], ids))


def instalment_rows(book: Book, lives: pl.DataFrame) -> pl.DataFrame:
    """Return the listed instalments with their days: `policy_id`, `instalment`, `due_on`, `paid_on`, `place`.

    `due_on` is worked out from the policy; empty for a single premium. `paid_on` is empty unless paid in full: a part
    payment is no payment. `place` is that of the policy in `lives`.
    """
    place = locate(lives["policy_id"], book.premiums["policy_id"])
    effective = pl.col("effective_date")
    owed = lives.select("step", month=month_number(effective), day=effective.dt.day())
    step, month, day = (pl.lit(column).gather(pl.col("place")) for column in owed.get_columns())
    rows = book.premiums.with_columns(place=place).with_columns(
        due_on=day_of_month(month + (pl.col("instalment") - 1) * step, day)
    )
    in_full = pl.col("paid_amount").is_null() | (pl.col("paid_amount") >= amounts_due(book, lives, rows))
    return rows.select("policy_id", "instalment", "place", "due_on", paid_on=pl.when(in_full).then("paid_on"))


def amounts_due(book: Book, lives: pl.DataFrame, rows: pl.DataFrame) -> pl.Series:
    """Return what each listed instalment asks for (minor units).

    As the list says; else as the last `premium_change` on or before its due day says; else the policy's premium.
    """
    asked = rows["amount"].fill_null(lives["premium"].gather(rows["place"]))
    changes = book.events.filter(pl.col("kind") == "premium_change", pl.col("policy_id") > 0, pl.col("amount") >= 0)
    changes = changes.sort("occurred_on", "number")
    changed = locate(changes["policy_id"].unique(), rows["policy_id"]).is_not_null() & rows["amount"].is_null()
    places = changed.arg_true()
    found = (
        rows.select("policy_id", "due_on")[places]
        .with_columns(place=places)
        .sort("due_on")
        .join_asof(
            changes.select("policy_id", "occurred_on", changed_to="amount"),
            left_on="due_on",
            right_on="occurred_on",
            by="policy_id",
            check_sortedness=False,
        )
        .filter(pl.col("changed_to").is_not_null())
    )
    return asked.scatter(found["place"], found["changed_to"])


def first_after(rows: pl.DataFrame, days: pl.DataFrame, day: str) -> pl.Series:
    """Return, for each row, the first of `days` (as from `event_days`) of its policy on or after its column `day`."""
    places = locate(days["policy_id"].unique(), rows["policy_id"]).is_not_null().arg_true()
    asked = rows.select("policy_id", asked=day)[places].with_columns(place=places).sort("asked")
    found = asked.join_asof(
        days, left_on="asked", right_on="occurred_on", by="policy_id", strategy="forward", check_sortedness=False
    )
    return pl.Series([None], dtype=pl.Date).new_from_index(0, rows.height).scatter(found["place"], found["occurred_on"])


def paired(key: str, day: str) -> pl.Expr:
    """Put an integer key and a Date into one integer that sorts like the pair; see `day_of_pair`."""
    return pl.col(key).cast(pl.Int64) * _BIG + pl.col(day).cast(pl.Int32) + _BIG // 2


def day_of_pair(pair: pl.Expr) -> pl.Expr:
    """Take the Date out of what `paired` put together."""
    return (pair % _BIG - _BIG // 2).cast(pl.Int32).cast(pl.Date)


def key_of_pair(pair: pl.Expr) -> pl.Expr:
    """Take the key out of what `paired` put together."""
    return (pair // _BIG).cast(pl.Int32)


def latest_so_far(rows: pl.DataFrame, key: str, day: str) -> pl.Series:
    """Return, for each row of frames sorted by `key`, the latest `day` of the rows before it with the same key."""
    before = paired(key, day).cum_max().shift(1)
    same = pl.col(key) == pl.col(key).shift(1)
    return rows.select(latest=pl.when(same).then(day_of_pair(before)))["latest"]


def arrears(book: Book, lives: pl.DataFrame, rows: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """Return the instalments from the second on that were, or are, unpaid after their due day, known by `as_of`.

    `rows` as from `instalment_rows`. Columns: `policy_id`, `instalment`, `due_on`, `ended_on`, `cleared_on` (paid, or
    reinstated on or after its due day; FOREVER while unpaid), `loaned_on` (the first premium loan from its due day on).
    Instalments after the policy stopped paying do not exist.
    """
    late = rows.filter(
        pl.col("instalment") >= 2,
        pl.col("due_on") <= as_of,
        pl.col("paid_on").is_null() | (pl.col("paid_on") > pl.col("due_on")),
    )
    owed = lives.select(pl.col("stopped_on", "ended_on", "instalments").gather(late["place"]))
    late = pl.concat([late, owed], how="horizontal").filter(
        pl.col("due_on") < pl.col("stopped_on"), pl.col("instalment") <= pl.col("instalments")
    )
    reinstated = first_after(late, event_days(book, "reinstated"), "due_on")
    return late.select(
        "policy_id",
        "instalment",
        "due_on",
        "ended_on",
        loaned_on=first_after(late, event_days(book, "premium_loan"), "due_on"),
        cleared_on=pl.min_horizontal("paid_on", reinstated).fill_null(FOREVER),
    )


def suspensions_of(book: Book, late: pl.DataFrame, grace_days: int) -> pl.DataFrame:
    """Return every suspension: `policy_id`, `instalment` that lapsed, its `due_on`, `suspended_from` and `_to`,
    `reinstated_on`.

    `late` as from `arrears`. `suspended_to` is the first day after it (reinstated or ended; FOREVER while it lasts).
    """
    grace = timedelta(days=grace_days)
    settled_by = pl.min_horizontal("cleared_on", "loaned_on")
    lapses = late.filter(settled_by > pl.col("due_on") + grace).with_columns(
        suspended_from=pl.col("due_on") + grace + timedelta(days=1)
    )
    lapses = lapses.filter(pl.col("suspended_from") < pl.col("ended_on"))
    lapses = lapses.with_columns(reinstated_on=first_after(lapses, event_days(book, "reinstated"), "suspended_from"))
    lapses = lapses.with_columns(suspended_to=pl.min_horizontal("reinstated_on", "ended_on")).filter(
        pl.col("suspended_to") > pl.col("suspended_from")
    )
    columns = ["policy_id", "instalment", "due_on", "suspended_from", "suspended_to", "reinstated_on"]
    return _one_after_the_other(lapses.select(columns).sort("policy_id", "instalment"))


def _one_after_the_other(lapses: pl.DataFrame) -> pl.DataFrame:
    """Keep the lapses that do not fall due inside an earlier suspension; one round per suspension of a policy."""
    rounds = [lapses.clear()]
    while not lapses.is_empty():
        first = lapses.unique("policy_id", keep="first", maintain_order=True)
        rounds.append(first)
        until = first.select("policy_id", until="suspended_to")
        lapses = lapses.join(until, on="policy_id", maintain_order="left").filter(pl.col("due_on") >= pl.col("until"))
        lapses = lapses.drop("until")
    return pl.concat(rounds)


def suspensions(book: Book, grace_days: int, as_of: date) -> pl.DataFrame:
    """Return the suspensions that follow from what was known on `as_of`; columns as `suspensions_of`."""
    known = book.as_of(as_of)
    lives = policy_lives(known)
    return suspensions_of(known, arrears(known, lives, instalment_rows(known, lives), as_of), grace_days)


def spells(lives: pl.DataFrame, suspended: pl.DataFrame) -> pl.DataFrame:
    """Return the half-open ranges of days on which policies are in force: `policy_id`, `start`, `end`."""
    whole = lives.select("policy_id", start="issue_date", end="ended_on")
    broken = whole.join(suspended, on="policy_id", how="semi")
    starts = pl.concat([broken.select("policy_id", "start"), suspended.select("policy_id", start="suspended_to")])
    ends = pl.concat([broken.select("policy_id", "end"), suspended.select("policy_id", end="suspended_from")])
    pieces = starts.sort("policy_id", "start").with_columns(ends.sort("policy_id", "end")["end"])
    return pl.concat([whole.join(suspended, on="policy_id", how="anti"), pieces]).filter(
        pl.col("start") < pl.col("end")
    )
