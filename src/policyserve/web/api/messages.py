"""Messages: what was sent to customers, what waits, and what was withheld and why."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import Query
from pydantic import Field

from policyserve.operations.message_list import messages_page
from policyserve.web.api.call import Asked
from policyserve.web.api.models import Answer, Cursor, Day, Most, Number
from policyserve.web.api.paging import page, place


class Message(Answer):
    """One message."""

    message_id: int = Field(examples=[12])
    service: str = Field(examples=["birthday"])
    customer_no: str
    channel: str
    text: str | None
    segments: int | None
    status: str = Field(examples=["sent"])
    due: Day
    reason: str | None = Field(description="Why it is as it is, in words.")
    message_class: str
    send_on: Day
    last_on: Day | None
    gateway: str | None
    provider_id: str | None
    attempts: int
    submitted_at: datetime | None
    merged_into_id: int | None


class MessageList(Answer):
    """Messages in the order in which they were made."""

    items: list[Message]
    next: str | None = Field(description="The cursor of the next page; null on the last one.")


OnDay = Annotated[Day | None, Query(description="Only those made for this day.")]
OfStatus = Annotated[list[Number], Query(description="Only these; may be repeated.", max_length=20)]
OfService = Annotated[Number | None, Query(description="Only of this service.")]
OfCustomer = Annotated[Number | None, Query(description="Only to this customer.")]


def get_messages(
    asked: Asked,
    *,
    date: OnDay = None,
    status: OfStatus = [],  # noqa: B006  # FastAPI copies it
    service: OfService = None,
    customer_no: OfCustomer = None,
    most: Most = 50,
    cursor: Cursor = None,
) -> MessageList:
    """List the messages to customers in your scope."""
    found = place(asked, cursor, int)
    rows = messages_page(
        asked.house.engine, asked.viewer, as_of=asked.as_of, language=asked.language, most=most + 1,
        after=found[0] if found else 0, day=date, statuses=status, service=service, customer_no=customer_no,
    )  # fmt: skip
    shown, following = page(asked, rows, most, "message_id")
    return MessageList(items=[Message(**row) for row in shown], next=following)
