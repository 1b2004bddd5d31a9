"""The settings file: what an installation decides about messages, gateways, notices, jobs, lists and sign-in.

A TOML file with the sections `[messages]`, `[gateways.NAME]`, `[notices]`, `[jobs]`, `[lists.KIND]`, `[visits]` and
`[sign_in]`; what is not given keeps the default. Every default that comes from a rule or a habit of the market names
it. `docs/messages.md` lists them, those of sign-in `docs/pages.md`. A value `{ env = "NAME" }` or `{ file = "PATH" }`
in a gateway or a way to sign in stands for a secret that is kept elsewhere.
"""

from policyserve.settings_file.file import SettingsFile, read_file
from policyserve.settings_file.jobs import JobSettings, NoticeSettings
from policyserve.settings_file.lists import ColumnSettings, ListSettings
from policyserve.settings_file.messages import (
    Caps,
    ContactHoursSettings,
    MessageClass,
    MessageLanguage,
    MessageSettings,
    OpenHours,
    Sending,
    language_of_messages,
)
from policyserve.settings_file.section import Section, SettingsError, checked, in_words
from policyserve.settings_file.sign_in import OidcSettings, SignInSettings, WecomSettings
from policyserve.settings_file.visits import VisitSettings

__all__ = [
    "Caps", "ColumnSettings", "ContactHoursSettings", "JobSettings", "ListSettings", "MessageClass", "MessageLanguage",
    "MessageSettings", "NoticeSettings", "OidcSettings", "OpenHours", "Section", "Sending", "SettingsError",
    "SettingsFile", "SignInSettings", "VisitSettings", "WecomSettings", "checked", "in_words", "language_of_messages",
    "read_file",
]  # fmt: skip
