"""Occasions of messages, written in a test: rows as `occasions.occasions_of` gives them, and a folder of templates."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import polars as pl

from policyserve.book.columns import Gender
from policyserve.messages.generation.composition import NOTHING_HAD, compose
from policyserve.messages.generation.due_touches import CLASSES
from policyserve.settings_file import MessageSettings

Row = dict[str, Any]
DAY = date(2026, 5, 18)
MOBILE = "13900000001"

SCHEMA = pl.Schema(
    dict.fromkeys(("service", "subject_kind", "agent_no", "template", "kind", "phone", "customer_no"), pl.String())
    | dict.fromkeys(("subject_id", "ordinal", "customer_id", "policy_id", "agent_id", "place", "debt"), pl.Int32())
    | dict.fromkeys(("anchor", "due", "last_on", "owed_on", "birthday", "deceased_on"), pl.Date())
    | dict.fromkeys(("debit_on", "next_debit_on", "suspended_on", "issued_on", "ends_on"), pl.Date())
    | dict.fromkeys(("consent", "opted_out", "superseded"), pl.Boolean())
    | dict.fromkeys(("name", "policy_no", "product", "currency", "failure", "agent_name"), pl.String())
    | dict.fromkeys(("agent_phone", "previous_agent", "hotline", "festival", "news", "event"), pl.String())
    | dict.fromkeys(("amount", "rider_amount"), pl.Int64())
    | {"message_class": pl.Enum(CLASSES), "score": pl.Float64(), "gender": Gender}
)


def message(key: int = 1, message_class: str = "service", **fields: Any) -> Row:
    """Return a message about policy `key` of customer 1, who can be reached, has consented and refused nothing."""
    plain = {
        "service": f"service-{key}", "subject_kind": "policy", "subject_id": key, "policy_id": key, "ordinal": 1,
        "customer_id": 1, "customer_no": "C1", "agent_id": 1, "agent_no": "A1", "anchor": DAY, "due": DAY,
        "last_on": DAY, "message_class": message_class, "place": key, "score": 1.0, "template": "plain",
        "phone": MOBILE, "consent": True, "opted_out": False, "superseded": False, "policy_no": f"P-0000-{key:04}",
    }  # fmt: skip
    return plain | fields


def known(*rows: Row) -> pl.DataFrame:
    """Return the rows as `compose` takes them."""
    return pl.DataFrame([{name: row.get(name) for name in SCHEMA} for row in rows], schema=SCHEMA)


def had(
    today: int = 0, this_week: int = 0, all_today: int = 0, *, customer: int = 1, phone: Any = MOBILE
) -> pl.DataFrame:
    """Say what a customer has had besides, and on which phone."""
    row = {"customer_id": customer, "today": today, "this_week": this_week, "all_today": all_today, "phone": phone}
    return pl.DataFrame([row], schema=NOTHING_HAD.schema)


def templates(folder: Path, **sources: str) -> Path:
    """Write Chinese templates by name into a folder: `plain` says the policy, `+` is written `_and_`."""
    for name, source in {"plain": "{{ policy_tail }}", **sources}.items():
        (folder / f"{name.replace('_and_', '+').replace('_', '-')}.zh.j2").write_text(source, encoding="utf-8")
    return folder


def composed(settings: MessageSettings, *rows: Row, besides: pl.DataFrame = NOTHING_HAD) -> dict[str, Row]:
    """Compose the rows and return what became of each, by its service."""
    found = compose(known(*rows), besides, settings, DAY)
    assert found.height == len(rows)
    return {row["service"]: row for row in found.iter_rows(named=True)}


def fates(found: dict[str, Row]) -> dict[str, tuple[str, str | None]]:
    """Return outcome and reason by service."""
    return {service: (row["outcome"], row["reason"] or row["said"]) for service, row in found.items()}
