"""What the settings say of a file gateway."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Final, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, Field

from policyserve.messages.gateways.gateway import State
from policyserve.model_errors import UnfitError
from policyserve.settings_file import Section

STATES: Final[Mapping[str, State]] = {
    "accepted": "accepted", "acceptd": "accepted", "已提交": "accepted",
    "delivered": "delivered", "delivrd": "delivered", "成功": "delivered", "已送达": "delivered",
    "failed": "failed", "undeliv": "failed", "expired": "failed", "rejectd": "failed", "失败": "failed",
    "unknown": "unknown", "未知": "unknown",
}  # fmt: skip
"""What platforms write into the column `state`, in small letters."""


def _is_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise UnfitError("is no time zone; a right one is Asia/Shanghai") from error
    return name


class FileOptions(Section):
    """A file gateway: `[gateways.NAME]` with kind = "file"."""

    folder: Path | None = None
    """Where the files go; `sms` in the user's data directory where it is not given."""
    rate: Annotated[float, Field(gt=0)] | None = None
    """Texts a second, over all senders together."""
    encoding: Literal["utf-8-sig", "utf-8", "gb18030"] = "utf-8-sig"
    """`utf-8-sig` is UTF-8 with the mark by which spreadsheets know it."""
    receipts: bool = False
    """Whether the platform drops receipts into `receipts`. Where it does not, `delivered` means: handed over."""
    states: Mapping[str, State] = STATES
    """What the words in a receipt's column `state` mean, case ignored."""
    settle_seconds: Annotated[float, Field(ge=0, le=3600)] = 5
    """A receipt file that was changed within so many seconds may still be being written; it is read later."""
    zone: Annotated[str, AfterValidator(_is_zone)] = "Asia/Shanghai"
    """The time zone of times in receipts that come without one."""
