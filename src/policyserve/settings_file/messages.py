"""The section `[messages]`: what texts say, to whom they may go, and how they are sent."""

from __future__ import annotations

from datetime import time
from pathlib import Path
from typing import Annotated, Literal, get_args
from zoneinfo import ZoneInfo

from pydantic import Field, model_validator

from policyserve.calendars.hours import MARKETING, SERVICE, ContactHours, Hours
from policyserve.model_errors import UnfitError
from policyserve.settings_file.section import Section

MessageClass = Literal["duty", "service", "marketing"]
Times = Annotated[int, Field(ge=0, le=1000)]


class OpenHours(Section):
    """Hours of a class of messages, half-open: `opens` is the first minute, `closes` no longer one of them."""

    opens: time
    closes: time

    @model_validator(mode="after")
    def _in_order(self) -> OpenHours:
        if self.opens >= self.closes:
            raise UnfitError("the hours must open before they close")
        return self

    def hours(self) -> Hours:
        """The same as the calendar's hours."""
        return Hours(opens=self.opens, closes=self.closes)


class ContactHoursSettings(Section):
    """When messages of a class may reach a customer, in the business time zone (the narrowest hours of the vendors)."""

    marketing: OpenHours = OpenHours(opens=MARKETING.opens, closes=MARKETING.closes)
    service: OpenHours = OpenHours(opens=SERVICE.opens, closes=SERVICE.closes)
    duty: OpenHours = OpenHours(opens=SERVICE.opens, closes=SERVICE.closes)


class Caps(Section):
    """How many messages one customer gets at most; a cap never stops a duty."""

    marketing_per_day: Times = 1
    marketing_per_week: Times = 3
    """Within seven days, the day itself included."""
    all_per_day: Times = 5


class Sending(Section):
    """How the outbox sends."""

    batch: Annotated[int, Field(ge=1, le=5000)] = 200
    """Messages that one sender claims at once."""
    lease_minutes: Annotated[float, Field(gt=0, le=1440)] = 10
    """A claim without an answer for so long belongs to a sender that died: its messages are in doubt."""
    attempts: Annotated[int, Field(ge=1, le=100)] = 5
    """Tries for failures that may pass (too many at once, the vendor's own fault); others are never tried again."""
    first_wait_seconds: Annotated[float, Field(ge=0, le=86_400)] = 60
    """The wait before the second try; it doubles with each further one."""
    receipt_hours: Annotated[float, Field(gt=0, le=720)] = 72
    """Without a receipt for so long what became of a message stays unknown (vendors push receipts within 72 hours)."""


MessageLanguage = Literal["zh", "en"]
"""The languages in which texts to customers are written: those of their templates."""


def language_of_messages(language: str) -> MessageLanguage:
    """Return the language of texts that goes with one of screens: the same where there are templates, else English."""
    return next((one for one in get_args(MessageLanguage) if one == language), "en")


class MessageSettings(Section):
    """What the texts say and to whom they may go."""

    language: MessageLanguage = "zh"
    signature: Annotated[str, Field(min_length=1, max_length=40)] = "安心人寿"
    hotline: str | None = "95500"
    route: Literal["mainland", "international"] = "mainland"
    opt_out: Annotated[str, Field(min_length=1, max_length=60)] | None = None
    """What a marketing text ends with; the language's own wording where it is not given."""
    opt_out_words: tuple[str, ...] = (
        "R", "T", "TD", "N", "QX", "0000", "退订", "拒收", "取消", "STOP", "UNSUBSCRIBE",
    )  # fmt: skip
    """Replies that refuse further marketing; compared without regard to width, case and space."""
    approval: tuple[MessageClass, ...] = ()
    """Classes of messages that a manager approves before they go out."""
    merge: bool = True
    """Several service texts of one customer on one day go as one where there is a combined template."""
    templates: Path | None = None
    """A folder of your own templates, beside the settings file; one that is not in it is the shipped one."""
    price_per_segment: Annotated[float, Field(ge=0, le=1000)] = 0.05
    """What a segment costs, for previews."""
    currency: str = "CNY"
    data_task: str = "contact-data"
    """The service of the task that an agent gets where a customer has no phone."""
    gateway: str = "file"
    """Which of the gateways sends."""
    hours: ContactHoursSettings = ContactHoursSettings()
    caps: Caps = Caps()
    sending: Sending = Sending()

    def contact_hours(self, zone: str) -> ContactHours:
        """Return the hours of each class in a time zone."""
        hours = self.hours
        return ContactHours(
            zone=ZoneInfo(zone),
            marketing=hours.marketing.hours(),
            service=hours.service.hours(),
            duty=hours.duty.hours(),
        )
