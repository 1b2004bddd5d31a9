"""The texts of a day, composed: who gets what, which texts go as one, and every text written. Nothing is stored here.

The order of work: what may not be made is withheld; of several texts about one debt one goes; service texts of one
customer go as one where they can; all are written; then the caps count what would really go out, so that a text that
fails takes no place: of marketing the stronger bearing goes, and the cap of all texts comes last.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from functools import partial
from itertools import groupby
from typing import Any

import polars as pl

from policyserve.messages.contents import untold
from policyserve.messages.generation import combination, debts, permission
from policyserve.messages.generation.due_touches import IDENTITY
from policyserve.messages.generation.occasions import occasion_of
from policyserve.messages.phones import key
from policyserve.messages.reasons import stored
from policyserve.messages.texts import templates
from policyserve.messages.texts.segments import ROUTES
from policyserve.messages.texts.template_files import exists
from policyserve.messages.texts.templates import Draft
from policyserve.messages.texts.values import combined_values, values_of
from policyserve.settings_file import MessageSettings

Row = dict[str, Any]

LEAD = tuple(f"lead_{name}" for name in IDENTITY)
"""The identity of the message that carries the text of a merged one."""

COMPOSED = (
    *IDENTITY, "customer_no", "policy_id", "agent_id", "message_class", "anchor", "due", "last_on", "text", "segments",
    "outcome", "reason", "arguments", "said", *LEAD,
)  # fmt: skip
"""The columns of what `compose` returns; `outcome` is one of `OUTCOMES`."""

COUNTS = ("today", "this_week", "all_today")

NOTHING_HAD = pl.DataFrame(schema=dict.fromkeys(("customer_id", *COUNTS), pl.Int32) | {"phone": pl.String})
"""What customers have had who have had nothing; see `compose`."""

_TYPES = {
    **dict.fromkeys(("text", "reason", "arguments", "said", *LEAD[:2]), pl.String),
    **dict.fromkeys(("segments", *LEAD[2:]), pl.Int32),
}

OUTCOMES = (
    "made",  # it has a text and goes out
    "merged",  # another message carries its text
    "dropped",  # a cap keeps it back for good
    "withheld",  # it may not be made today
    "rejected",  # its template fails on it
)
"""What becomes of a touch that calls for a message."""


def compose(known: pl.DataFrame, had: pl.DataFrame, settings: MessageSettings, day: date) -> pl.DataFrame:
    """Return what becomes of each of `known` (as from `occasions.occasions_of`): the columns `COMPOSED`, in order.

    `had`: `customer_id`, `phone` (where it went) and how many messages went there besides: `today` and `this_week` of
    marketing, `all_today` of all.
    """
    asked = known.with_columns(
        reason=pl.coalesce(permission.withheld(day, settings.route), untold(known["template"], settings))
    )
    kept_back = asked.filter(pl.col("reason").is_not_null()).with_columns(outcome=pl.lit("withheld"))
    ready = _beside(permission.in_order(asked.filter(pl.col("reason").is_null())), had)
    written = _written(ready, settings, day)
    for over in (permission.over_marketing_cap(settings.caps), permission.over_daily_cap(settings.caps)):
        written = _capped(written, over)
    return pl.concat([_shaped(part) for part in (written, kept_back)])


def _beside(ready: pl.DataFrame, had: pl.DataFrame) -> pl.DataFrame:
    """Put what customers, and their phones, have had beside their messages; `phone_key` is the phone to compare by."""
    keyed = had.with_columns(phone_key=key(pl.col("phone")))
    own = keyed.group_by("customer_id").agg(pl.col(COUNTS).sum())
    of_phone = keyed.group_by("phone_key").agg(pl.col(name).sum().alias(f"phone_{name}") for name in COUNTS)
    counts = [pl.col(prefix + name).fill_null(0) for prefix in ("", "phone_") for name in COUNTS]
    return (
        ready.with_columns(phone_key=key(pl.col("phone")))
        .join(own, on="customer_id", how="left", maintain_order="left")
        .join(of_phone, on="phone_key", how="left", maintain_order="left")
        .with_columns(counts)
    )


def _shaped(rows: pl.DataFrame) -> pl.DataFrame:
    missing = [pl.lit(None).alias(name) for name in COMPOSED if name not in rows.columns]
    return rows.with_columns(missing).select(COMPOSED).cast(_TYPES)  # type: ignore[arg-type]


def _written(ready: pl.DataFrame, settings: MessageSettings, day: date) -> pl.DataFrame:
    """Write the texts: `ready` with `text`, `segments`, `outcome`, `reason`, `said` and `LEAD`."""
    rows = list(ready.iter_rows(named=True))
    going, spoken_for = debts.one_a_debt(rows)
    results: list[tuple[Any, ...]] = [()] * len(rows)
    places = {_identity(row): place for place, row in enumerate(rows)}
    carried_by: dict[tuple[Any, ...], Row] = {}
    alone: list[list[Row]] = []
    for group, text, segments, fault in _texts(_groups(going, settings), settings, day):
        lead = group[0]
        results[places[_identity(lead)]] = _result(text, segments, fault)
        carried_by |= dict.fromkeys(map(_identity, group), lead)
        for other in group[1:]:
            results[places[_identity(other)]] = _merged(lead)
    for row, speaker in spoken_for:
        lead = carried_by[_identity(speaker)]
        results[places[_identity(row)]] = _merged(lead)
        if results[places[_identity(lead)]][2] != "made":
            alone.append([row])
    for group, text, segments, fault in _texts(alone, settings, day):
        results[places[_identity(group[0])]] = _result(text, segments, fault)
    schema = {"text": pl.String, "segments": pl.Int32, **dict.fromkeys(("outcome", "reason", "said"), pl.String)}
    keys = {name: ready.schema[key] for name, key in zip(LEAD, IDENTITY, strict=True)}
    texts = pl.DataFrame(results, schema={**schema, **keys}, orient="row")
    return pl.concat([ready.drop("reason"), texts], how="horizontal")


def _identity(row: Row) -> tuple[Any, ...]:
    return tuple(row[name] for name in IDENTITY)


def _result(text: str | None, segments: int | None, fault: str | None) -> tuple[Any, ...]:
    return (text, segments, "made" if fault is None else "rejected", None, fault, *(None,) * len(LEAD))


def _merged(lead: Row) -> tuple[Any, ...]:
    return (None, None, "merged", "merged", None, *_identity(lead))


def _groups(rows: list[Row], settings: MessageSettings) -> list[list[Row]]:
    """Put texts together that may go as one."""
    if not settings.merge:
        return [[row] for row in rows]
    has = partial(exists, language=settings.language, folder=settings.templates)
    by_customer = sorted(rows, key=lambda row: int(row["customer_id"]))
    found: list[list[Row]] = []
    for _, own in groupby(by_customer, key=lambda row: row["customer_id"]):
        texts = list(own)
        found += [texts] if len(texts) == 1 else combination.groups(texts, has)
    return found


def _texts(
    groups: list[list[Row]], settings: MessageSettings, day: date
) -> Iterator[tuple[list[Row], str | None, int | None, str | None]]:
    """Yield each group with its text, segments and None, or with what is wrong; a group that fails goes one by one."""
    messages, problems = _render(enumerate(groups), settings, day)
    for message in messages:
        yield groups[int(str(message.key))], message.text, message.segments.segments, None
    apart: list[list[Row]] = []
    for problem in problems:
        group = groups[int(str(problem.key))]
        if len(group) == 1:
            yield group, None, None, stored(problem.error.sentence)
        else:
            apart += [[row] for row in group]
    if apart:
        yield from _texts(apart, settings, day)


def _render(
    groups: Iterable[tuple[int, list[Row]]], settings: MessageSettings, day: date
) -> tuple[list[templates.Message], list[templates.Problem]]:
    return templates.render_all(
        (_draft(key, group, settings, day) for key, group in groups),
        signature=settings.signature,
        route=ROUTES[settings.route],
        opt_out=settings.opt_out,
        folder=settings.templates,
    )


def render_one_by_one(
    known: pl.DataFrame, settings: MessageSettings, day: date
) -> tuple[list[templates.Message], list[templates.Problem]]:
    """Write the text of each of `known`; keys are the places of its rows."""
    return _render(((key, [row]) for key, row in enumerate(known.iter_rows(named=True))), settings, day)


def _draft(key: int, group: list[Row], settings: MessageSettings, day: date) -> Draft:
    members = sorted(group, key=lambda row: str(row["template"])) if len(group) > 1 else group
    parts = [values_of(occasion_of(row), language=settings.language, as_of=day) for row in members]
    values = parts[0] if len(parts) == 1 else combined_values(parts)
    template = combination.combined(group)
    return Draft(key=key, template=template, message_class=group[0]["message_class"], values=values)


def _capped(written: pl.DataFrame, over: pl.Expr) -> pl.DataFrame:
    """Drop what is `over` a cap (the code of the cap, else null; of texts that are made), with what it carries."""
    made = written.filter(outcome="made").select(*IDENTITY, cap=over).filter(pl.col("cap").is_not_null())
    if made.is_empty():
        return written
    leads = made.rename(dict(zip(IDENTITY, LEAD, strict=True)))
    rest = written.join(made, on=IDENTITY, how="anti", maintain_order="left")
    rest = rest.join(leads, on=LEAD, how="anti", maintain_order="left")
    cut = pl.concat([written.join(made, on=IDENTITY), written.join(leads, on=LEAD)])
    none = [pl.lit(None, dtype=written.schema[name]).alias(name) for name in ("text", "segments", *LEAD)]
    return pl.concat([rest, cut.with_columns(*none, outcome=pl.lit("dropped"), reason="cap").drop("cap")])
