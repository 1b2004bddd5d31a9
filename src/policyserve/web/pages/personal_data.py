"""Personal data of a customer: a copy, a restriction, an erasure, as the customer has asked for it."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from policyserve.access.sent_forms import SentBeforeError
from policyserve.errors import PolicyserveError
from policyserve.operations import personal_data
from policyserve.web.visit import Answer, Download, Move, Screen, Visit
from policyserve.web.workbooks import MEDIA


def show(visit: Visit, refusal: PolicyserveError | None = None, form: str | None = None) -> Answer:
    """Show how the data stand, and what a customer can ask for."""
    asked = _asked(visit)
    stands = personal_data.standing_of(*asked, as_of=visit.as_of)
    values = {"stands": stands, "left": personal_data.told(stands), "retyped": visit.form.get("again", "")}
    return Screen(template="personal_data", values=values, refusal=refusal, refused_form=form)


def send(visit: Visit) -> Answer:
    """Do what was asked for; an erasure with the customer's number typed once more."""
    deed, asked = visit.form.get("deed", ""), _asked(visit)
    when: dict[str, Any] = {"as_of": visit.as_of, "at": visit.now}
    if deed in {"json", "xlsx"}:
        zone = ZoneInfo(visit.house.settings.time_zone)
        document, sheet = personal_data.copy_of(*asked, **when, language=visit.language, zone=zone)
        media = "application/json" if deed == "json" else MEDIA
        return Download(name=f"{asked[2]}.{deed}", content=document if deed == "json" else sheet, media=media)
    try:
        _do(deed, asked, when | {"form": visit.form_key}, visit.typed("again"))
    except SentBeforeError:
        pass
    except PolicyserveError as refusal:
        return show(visit, refusal, deed if deed == "erase" else None)
    return Move(to=visit.query["here"])


def _do(deed: str, asked: tuple[Any, ...], when: dict[str, Any], again: str | None) -> None:
    if deed == "erase":
        if again != asked[2]:
            raise PolicyserveError("This is not the customer's number; nothing was erased.")
        personal_data.erase(*asked, **when)
    elif deed in {"restrict", "lift"}:
        personal_data.restrict(*asked, **when, lift=deed == "lift")
    else:
        raise PolicyserveError("Choose one of the buttons.")


def _asked(visit: Visit) -> tuple[Any, ...]:
    return visit.house.engine, visit.viewer, str(visit.path["customer_no"])
