"""The whole settings file."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from policyserve.settings_file.jobs import JobSettings, NoticeSettings
from policyserve.settings_file.lists import ListSettings
from policyserve.settings_file.messages import MessageSettings
from policyserve.settings_file.secrets import revealed
from policyserve.settings_file.section import Section, SettingsError, in_words
from policyserve.settings_file.sign_in import SignInSettings
from policyserve.settings_file.visits import VisitSettings


class SettingsFile(Section):
    """The whole file."""

    messages: MessageSettings = MessageSettings()
    gateways: Mapping[str, Mapping[str, Any]] = {}
    """By name: `kind`, `rate` (messages a second) and what that kind of gateway asks for."""
    notices: NoticeSettings = NoticeSettings()
    jobs: JobSettings = JobSettings()
    lists: ListSettings = ListSettings()
    visits: VisitSettings = VisitSettings()
    sign_in: SignInSettings = SignInSettings()


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
    for section in ("gateways", "sign_in"):
        if isinstance(given := document.get(section), dict):
            document[section] = {
                name: revealed(value, f"{section}.{name}", path, environment) for name, value in given.items()
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
