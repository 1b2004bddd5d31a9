"""Sentences of version 0004: what transitions and messages said in words, read once, by migration 0005.

Frozen: the patterns are those that version 0004 wrote. A text that none of them fits as a whole, and all that a person
wrote, stays as it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

import polars as pl
from sqlalchemy import Connection

from policyserve import db

PAGE = 200_000
"""How many transitions are read at once."""

DAY = r"\d{4}-\d\d-\d\d"


def _part(label: str, name: str, value: str) -> str:
    return rf"(?:{label} (?P<old_{name}>{value}) -> (?P<new_{name}>{value})(?:; |$))?"


DAYS = {"due": "due", "earliest": "earliest", "latest": "latest", "anchor": "counted from"}
MOVE = (
    "^"
    rf"(?:(?:called for again|counted from (?P<anchor>{DAY}) instead of (?P<before>{DAY}))"
    rf", due (?P<again>{DAY})(?:; |$))?"
    + "".join(_part(label, name, DAY) for name, label in DAYS.items())
    + _part("done by", "performer", "[^ ;]*")
    + _part("by", "channels", "[^ ;]*")
    + _part("provisional", "provisional", "true|false")
    + _part("day of the rule", "nominal", DAY)
    + r"(?:agent (?P<agents>.+? -> .+?)(?:; |$))?"
    r"(?P<holder>another holder)?$"
)
"""What a release said of a task that it moved or reopened."""

FIELDS = (*DAYS, "performer", "channels", "provisional", "nominal")

DONE = rf"^by (?P<channel>\S+) on (?P<done_on>{DAY})$"
SNOOZED = rf"^to (?P<day>{DAY})$"
ASSIGNED = r"^agent (?P<agents>.+ -> .+)$"
DATED = rf"^(?P<phrase>.+) on (?P<on>{DAY})$"
PAID = rf"^instalment (?P<instalment>\d+) was paid on (?P<on>{DAY})$"
PASSED = rf"^(?:now due (?P<due>{DAY}), and )?the latest day, (?P<latest>{DAY}), has passed$"

OF_A_DAY = {
    "the policy was cancelled in the free-look": "freelook_cancel",
    "the policy was surrendered": "surrender",
    "a claim ended the policy": "claim_termination",
    "the policy was declared void": "void",
    "the policy was transferred out": "transfer_out",
    "the policy was converted": "conversion",
    "the policy was terminated": "terminated",
    "the policy matured": "maturity",
    "the cover ended": "end of cover",
    "the premiums were waived": "waiver",
    "the policy was made reduced paid-up": "reduced_paid_up",
    "the cover was suspended": "suspended",
    "the receipt was signed": "receipt-signed",
    "the policy was reinstated": "reinstated",
    "the confirmation of suspension was signed": "suspension_confirmed",
    "the customer died": "died",
    "the customer's last policy ended": "last-policy-ended",
    "the case was closed": "closed",
    "it was done already": "done-recently",
}
OF_NO_DAY = {
    "the birthday is no longer known": "birthday-unknown",
    "the event was retracted": "retracted",
    "the standard no longer has this service": "no-service",
    "the standard has switched this service off": "switched-off",
    "the standard asks for it in another way now": "other-way",
    "the facts no longer call for it": "gone",
    "a message could not go out: no phone": "phone-missing",
    "the phone is known now": "phone-known",
}

ROW = pl.Schema(
    {
        "id": pl.Int32(),
        "task_id": pl.Int32(),
        "actor": pl.String(),
        "action": pl.String(),
        "from_status": pl.String(),
        "said": pl.String(),
    }
)
CONTACT = pl.Schema(
    {
        "task_id": pl.Int32(),
        "done_on": pl.String(),
        "channel": pl.String(),
        "outcome": pl.String(),
        "satisfaction": pl.String(),
        "note": pl.String(),
    }
)
TOLD = tuple(name for name in CONTACT if name != "task_id")
_SHAPE = pl.Schema({"transition_id": pl.Int32(), "field": pl.String(), "old": pl.String(), "new": pl.String()})
_REASON = pl.Schema({"id": pl.Int32(), "reason": pl.String(), "arguments": pl.String()})

_REOPENED = "action = 'reopened' AND from_status = 'done'"


def carry(connection: Connection) -> None:
    """Turn the sentences of all transitions into reasons and changes, a page at a time; contacts taken back as well."""
    reopened = _reopened(connection)
    agents = db.read_frame(
        connection, "SELECT id, agent_no FROM agents", pl.Schema({"id": pl.String, "agent_no": pl.String})
    )
    keys = dict(agents.select("agent_no", "id").rows())
    for rows in _pages(connection):
        done = _done(rows, _contacts_of(connection, rows), reopened)
        reasons, changes = _read(rows, keys)
        changes = pl.concat([changes, done])
        unsaid = pl.concat([reasons["id"], changes["transition_id"]]).unique().sort().to_frame("id")
        told = unsaid.join(reasons, on="id", how="left").with_columns(said=pl.lit(None, dtype=pl.String))
        db.update_frame(connection, "transitions", told, keys=["id"])
        db.insert_frame(connection, "changes", changes.sort("transition_id"))
    taken_back = _long(reopened.rename({"id": "transition_id"}), {name: (name, None) for name in TOLD})
    db.insert_frame(connection, "changes", taken_back.sort("transition_id"))
    _carry_messages(connection)


def _carry_messages(connection: Connection) -> None:
    """Turn the fact that removed a message, told in a sentence after `gone: `, into its code and arguments."""
    schema = pl.Schema({"id": pl.Int32(), "said": pl.String()})
    query = "SELECT id, substr(reason, 7) FROM messages WHERE reason LIKE 'gone: %'"
    reasons = pl.concat(_of_endings(db.read_frame(connection, query, schema)))
    fact = pl.concat_str(pl.lit("gone: "), "reason", pl.lit(" "), pl.col("arguments").fill_null("{}"))
    db.update_frame(connection, "messages", reasons.select("id", reason=fact), keys=["id"])


def _pages(connection: Connection) -> Iterator[pl.DataFrame]:
    newest = connection.exec_driver_sql("SELECT coalesce(max(id), 0) FROM transitions").scalar_one()
    for start in range(1, newest + 1, PAGE):
        page = f"id >= {start} AND id < {start + PAGE} AND said IS NOT NULL"
        yield db.read_frame(connection, f"SELECT {', '.join(ROW)} FROM transitions WHERE {page}", ROW)


def _groups(rows: pl.DataFrame, pattern: str) -> pl.DataFrame:
    """Return the rows that a pattern fits as a whole, with its groups as columns."""
    matching = rows.filter(pl.col("said").str.contains(pattern))
    return matching.with_columns(pl.col("said").str.extract_groups(pattern).alias("group")).unnest("group")


def _read(rows: pl.DataFrame, keys: Mapping[str, str]) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the reasons (`id`, `reason`, `arguments`) and the changes of what the system wrote."""
    action, of_release = pl.col("action"), pl.col("actor") == "release"
    again = (action == "reopened") & pl.col("from_status").is_in(["cancelled", "skipped", "missed"])
    moved = _with_agents(_groups(rows.filter(of_release & ((action == "moved") | again)), MOVE), keys)
    ended = rows.filter(of_release & action.is_in(["missed", "cancelled"]) | (pl.col("actor") == "messages"))
    assigned = _with_agents(_groups(rows.filter(action == "assigned"), ASSIGNED), keys)
    snoozed = _groups(rows.filter(action == "snoozed"), SNOOZED)
    changes = [
        _long(_keyed(moved), {name: (f"old_{name}", f"new_{name}") for name in (*FIELDS, "agent_id")}),
        _holders(moved),
        _long(_keyed(assigned), {"agent_id": ("old_agent_id", "new_agent_id")}),
        _long(_keyed(snoozed), {"snoozed_to": (None, "day")}),
    ]
    return pl.concat([*_of_endings(ended), _of_returns(moved)]), pl.concat(changes)


def _keyed(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.rename({"id": "transition_id"})


def _long(rows: pl.DataFrame, fields: Mapping[str, tuple[str | None, str | None]]) -> pl.DataFrame:
    """Return a row for each field of which one of its two columns (None: nothing) is not null."""
    parts = [_SHAPE.to_frame()]
    for name, (old, new) in fields.items():
        sides = [pl.lit(None, dtype=pl.String) if side is None else pl.col(side) for side in (old, new)]
        part = rows.select("transition_id", field=pl.lit(name), old=sides[0], new=sides[1])
        parts.append(part.filter(pl.col("old").is_not_null() | pl.col("new").is_not_null()))
    return pl.concat(parts)


def _holders(moved: pl.DataFrame) -> pl.DataFrame:
    """Return the changes of holders; who they were was not written down."""
    none = pl.lit(None, dtype=pl.String)
    held = moved.filter(pl.col("holder").is_not_null())
    return held.select(transition_id="id", field=pl.lit("customer_id"), old=none, new=none)


def _of_returns(moved: pl.DataFrame) -> pl.DataFrame:
    again = moved.filter(pl.col("again").is_not_null())
    counted = _arguments(anchor="anchor", before="before", due="again")
    recounted = pl.col("anchor").is_not_null()
    return again.select(
        "id",
        reason=pl.when(recounted).then(pl.lit("recounted")).otherwise(pl.lit("called-again")),
        arguments=pl.when(recounted).then(counted).otherwise(_arguments(due="again")),
    )


def _of_endings(rows: pl.DataFrame) -> list[pl.DataFrame]:
    dated = _groups(rows, DATED).filter(pl.col("phrase").is_in(list(OF_A_DAY)))
    paid, passed = _groups(rows, PAID), _groups(rows, PASSED)
    late = _arguments(due="due", latest="latest")
    was_due = pl.col("due").is_not_null()
    undated = rows.filter(pl.col("said").is_in(list(OF_NO_DAY)))
    return [
        _REASON.to_frame(),
        undated.select("id", reason=_code("said", OF_NO_DAY), arguments=pl.lit(None, dtype=pl.String)),
        dated.select("id", reason=_code("phrase", OF_A_DAY), arguments=_arguments(on="on")),
        paid.select(
            "id",
            reason=pl.lit("instalment-paid"),
            arguments=_arguments(instalment="instalment", on="on"),
        ),
        passed.select(
            "id",
            reason=pl.when(was_due).then(pl.lit("late")).otherwise(pl.lit("passed")),
            arguments=pl.when(was_due).then(late).otherwise(_arguments(latest="latest")),
        ),
    ]


def _arguments(**columns: str) -> pl.Expr:
    return pl.struct([pl.col(column).alias(name) for name, column in columns.items()]).struct.json_encode()


def _code(column: str, codes: Mapping[str, str]) -> pl.Expr:
    return pl.col(column).replace_strict(codes, return_dtype=pl.String)


def _with_agents(rows: pl.DataFrame, keys: Mapping[str, str]) -> pl.DataFrame:
    """Add the keys of the agents that `agents` names; rows that name one who is not known are left out."""
    texts = rows["agents"].unique().drop_nulls().to_list()
    pairs = [(text, *pair) for text in texts if (pair := _pair(text, keys)) is not None]
    schema = {"agents": pl.String, "old_agent_id": pl.String, "new_agent_id": pl.String}
    found = rows.join(pl.DataFrame(pairs, schema=schema, orient="row"), on="agents", how="left")
    told = pl.col("agents").is_null() | pl.col("agents").is_in([text for text, *_ in pairs])
    return found.filter(told)


def _pair(text: str, keys: Mapping[str, str]) -> tuple[str | None, str | None] | None:
    """Cut 'A -> B' where both are agents, or nobody; an agent's number may hold an arrow itself."""
    known: dict[str, str | None] = {"nobody": None, **keys}
    for arrow in re.finditer(" -> ", text):
        before, after = text[: arrow.start()], text[arrow.end() :]
        if before in known and after in known:
            return known[before], known[after]
    return None


def _done(rows: pl.DataFrame, contacts: pl.DataFrame, reopened: pl.DataFrame) -> pl.DataFrame:
    """Return the changes of what was done: the contact that stands, or the one that the next reopening took back.

    Day and channel are those of the sentence; what else is known only where the contact has the same.
    """
    dones = _groups(rows.filter(action="done"), DONE).select("id", "task_id", "done_on", "channel").sort("id")
    returns = reopened.select("task_id", "id", *(pl.col(name).alias(f"{name}_back") for name in TOLD))
    returns = returns.with_columns(back=pl.col("id")).sort("id")
    known = dones.join_asof(returns, on="id", by="task_id", strategy="forward", check_sortedness=False).join(
        contacts, on="task_id", how="left", suffix="_now"
    )
    taken_back = pl.col("back").is_not_null()
    now = {name: f"{name}_now" if name in {"done_on", "channel"} else name for name in TOLD}
    whole = known.with_columns(
        pl.when(taken_back).then(f"{name}_back").otherwise(now[name]).alias(f"{name}_then") for name in TOLD
    )
    same = (pl.col("done_on") == pl.col("done_on_then")) & (pl.col("channel") == pl.col("channel_then"))
    told = whole.with_columns(pl.when(same).then(f"{name}_then").alias(name) for name in ("outcome", "satisfaction"))
    names = ("done_on", "channel", "outcome", "satisfaction")
    return _long(_keyed(told), {name: (None, name) for name in names})


def _contacts_of(connection: Connection, rows: pl.DataFrame) -> pl.DataFrame:
    """Return the contacts that stand of the tasks of a page."""
    if rows.is_empty():
        return CONTACT.to_frame()
    ids = rows["id"].sort()
    keys = f"SELECT task_id FROM transitions WHERE action = 'done' AND id BETWEEN {ids[0]} AND {ids[-1]}"
    return db.read_frame(
        connection, f"SELECT {', '.join(CONTACT)} FROM contacts WHERE task_id IN ({keys})", CONTACT
    ).unique("task_id")


def _reopened(connection: Connection) -> pl.DataFrame:
    """Return the reopenings of what was done with the contact that each took back: `id`, `task_id`, `TOLD`.

    Of those before contacts were kept (migration 0004) day and channel are those of the sentence of the deed.
    """
    rows = _latest_first(db.read_frame(connection, f"SELECT {', '.join(ROW)} FROM transitions WHERE {_REOPENED}", ROW))
    schema = pl.Schema({"id": pl.Int32(), **CONTACT})
    query = f"SELECT {', '.join(schema)} FROM withdrawn_contacts"
    withdrawn = _latest_first(db.read_frame(connection, query, schema)).drop("id")
    tasks = f"SELECT task_id FROM transitions WHERE {_REOPENED}"
    query = f"SELECT {', '.join(ROW)} FROM transitions WHERE action = 'done' AND task_id IN ({tasks})"
    dones = _groups(db.read_frame(connection, query, ROW), DONE).sort("id")
    earlier = dones.select("id", "task_id", said_on="done_on", said_by="channel")
    found = rows.select("id", "task_id", "place").join(withdrawn, on=["task_id", "place"], how="left").sort("id")
    whole = found.join_asof(earlier, on="id", by="task_id", strategy="backward", check_sortedness=False)
    return whole.select(
        "id",
        "task_id",
        pl.coalesce("done_on", "said_on").alias("done_on"),
        pl.coalesce("channel", "said_by").alias("channel"),
        *(name for name in TOLD if name not in {"done_on", "channel"}),
    )


def _latest_first(rows: pl.DataFrame) -> pl.DataFrame:
    """Number the rows of each task from the last one on: `place`."""
    return rows.sort("id", descending=True).with_columns(place=pl.col("id").cum_count().over("task_id"))
