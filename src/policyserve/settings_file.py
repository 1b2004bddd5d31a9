"""The settings file: what an installation decides about messages, gateways, notices, jobs and lists.

A TOML file with the sections `[messages]`, `[gateways.NAME]`, `[notices]`, `[jobs]` and `[lists.KIND]`; what is not
given keeps the default. Every default that comes from a rule or a habit of the market names it. `docs/messages.md`
lists all of them.
A value `{ env = "NAME" }` or `{ file = "PATH" }` in a gateway stands for a secret that is kept elsewhere.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import time
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar, get_args
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from policyserve.calendars.hours import MARKETING, SERVICE, ContactHours, Hours
from policyserve.errors import PolicyserveError
from policyserve.locale import N_, Listed, Sentence
from policyserve.model_errors import UnfitError, clause

MessageClass = Literal["duty", "service", "marketing"]
Times = Annotated[int, Field(ge=0, le=1000)]


class SettingsError(PolicyserveError):
    """A settings file that cannot be used; names the field and what is allowed."""


class Section(BaseModel):
    """A part of the file: frozen, and nothing unknown in it."""

    model_config = ConfigDict(frozen=True, extra="forbid")


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


class NoticeSettings(Section):
    """The agents' morning notices."""

    at: time = time(8, 0)
    """When they go out, unless an agent has an hour of their own."""
    most: Annotated[int, Field(ge=1, le=100)] = 10
    """Customers named in one notice; the rest is counted."""


class JobSettings(Section):
    """When the scheduler works, in the business time zone."""

    release_at: time = time(1, 30)
    generate_at: time = time(7, 0)
    send_every_minutes: Annotated[int, Field(ge=1, le=1440)] = 5
    notices_every_minutes: Annotated[int, Field(ge=1, le=1440)] = 5
    days: Annotated[int, Field(ge=0, le=366)] = 30
    """How many days ahead the nightly release reaches."""
    first_pause_minutes: Annotated[float, Field(gt=0, le=1440)] = 1
    """Before a job that failed is tried again; doubles with each further try, until it succeeds or the day is over."""
    longest_pause_minutes: Annotated[float, Field(gt=0, le=1440)] = 60
    """The longest of these pauses."""
    overdue_minutes: Annotated[float, Field(gt=0, le=10_080)] = 60
    """How long after it was due a job without success is called overdue."""


class ColumnSettings(Section):
    """What the columns of a branch's own lists are called, for one kind of list."""

    columns: Mapping[str, str] = {}
    """The field of the list for each header that is not known, like `--column`."""
    ignore: tuple[str, ...] = ()
    """Headers of columns that are left out, like `--ignore`."""


class ListSettings(Section):
    """How lists are read."""

    memory_mb: Annotated[int, Field(ge=100, le=1_000_000)] = 1500
    """The memory that reading a list takes at most; a larger one is refused."""
    agents: ColumnSettings = ColumnSettings()
    customers: ColumnSettings = ColumnSettings()
    policies: ColumnSettings = ColumnSettings()
    premiums: ColumnSettings = ColumnSettings()
    events: ColumnSettings = ColumnSettings()
    referrals: ColumnSettings = ColumnSettings()

    def of(self, kind: str) -> ColumnSettings:
        """Return what is said of the columns of one kind of list."""
        found: ColumnSettings = getattr(self, kind)
        return found


class SettingsFile(Section):
    """The whole file."""

    messages: MessageSettings = MessageSettings()
    gateways: Mapping[str, Mapping[str, Any]] = {}
    """By name: `kind`, `rate` (messages a second) and what that kind of gateway asks for."""
    notices: NoticeSettings = NoticeSettings()
    jobs: JobSettings = JobSettings()
    lists: ListSettings = ListSettings()


def read_file(path: Path, environment: Mapping[str, str]) -> SettingsFile:
    """Read a settings file; `environment` gives the secrets that it names.

    Raises SettingsError with the field and what is wrong.
    """
    try:
        document = tomllib.loads(path.read_text("utf-8-sig"))
    except FileNotFoundError as error:
        raise SettingsError("There is no settings file '{path}'.", path=path) from error
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError("The settings file '{path}' cannot be read; save it as a UTF-8 text.", path=path) from error
    except tomllib.TOMLDecodeError as error:
        raise SettingsError("The settings file '{path}' is not TOML: {error}.", path=path, error=error) from error
    if isinstance(gateways := document.get("gateways"), dict):
        document["gateways"] = {
            name: _revealed(value, f"gateways.{name}", path, environment) for name, value in gateways.items()
        }
    try:
        found = SettingsFile.model_validate(document)
    except ValidationError as error:
        raise SettingsError(
            "The settings file '{path}' is wrong: {error}.", path=path, error=in_words(error)
        ) from error
    return found if (own := found.messages.templates) is None else _with_templates(found, path, own)


def _with_templates(found: SettingsFile, path: Path, own: Path) -> SettingsFile:
    """Find the folder of templates from the settings file on: a cron job starts somewhere else than its writer."""
    folder = path.parent / own
    if not folder.is_dir():
        raise SettingsError(
            "{path}: messages.templates is '{own}', but there is no such folder; make it.", path=path, own=own
        )
    messages = found.messages.model_copy(update={"templates": folder})
    return found.model_copy(update={"messages": messages})


Options = TypeVar("Options", bound=Section)


def checked(options: type[Options], given: Mapping[str, Any], where: str) -> Options:
    """Read the options of one gateway or channel; `where` names them in the error.

    Raises SettingsError with the field and what is wrong.
    """
    try:
        return options.model_validate(dict(given))
    except ValidationError as error:
        raise SettingsError("{where} is wrong in the settings: {error}.", where=where, error=in_words(error)) from error


def in_words(error: ValidationError) -> Sentence:
    """Say what is wrong with each field; values are not repeated, for they may be secrets."""
    found = error.errors(include_url=False, include_input=False)
    return Listed(
        [
            Sentence(
                "{where}: {wrong}", where=".".join(map(str, one["loc"])) or Sentence("the file"), wrong=clause(one)
            )
            for one in found
        ],
        N_("; "),
    )


def _revealed(value: Any, where: str, path: Path, environment: Mapping[str, str]) -> Any:
    """Put secrets in the place of what names them."""
    if not isinstance(value, dict):
        return value
    if set(value) == {"env"}:
        if not (secret := environment.get(str(value["env"]))):
            raise SettingsError(
                "{path}: {where} is read from the environment, but {env} is not set.",
                path=path,
                where=where,
                env=value["env"],
            )
        return secret
    if set(value) == {"file"}:
        try:
            return (path.parent / str(value["file"])).read_text("utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise SettingsError(
                "{path}: {where} is read from the file '{file}', which fails.",
                path=path,
                where=where,
                file=value["file"],
            ) from error
    return {key: _revealed(one, f"{where}.{key}", path, environment) for key, one in value.items()}
