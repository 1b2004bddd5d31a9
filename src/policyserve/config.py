"""Settings, frozen once read; the only reader of the environment."""

from __future__ import annotations

import getpass
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from platformdirs import user_config_path, user_data_path

from policyserve.errors import PolicyserveError
from policyserve.locale.languages import language_named, language_of_system, languages
from policyserve.settings_file import SettingsFile, read_file

DEFAULT_ZONE: Final = "Asia/Shanghai"
"""The business time zone where none is set."""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What differs from one installation to the next."""

    database_url: str
    """Where the book and the tasks are."""
    time_zone: str = DEFAULT_ZONE
    """The business time zone: which day is today."""
    language: str = "en"
    """The language of screens, one of `policyserve.locale.languages`."""
    calendar: str = "cn"
    """The calendar of festivals and days off in `fixtures/calendars`."""
    file: SettingsFile = field(default_factory=SettingsFile)
    """What the settings file says of messages, gateways, notices and jobs."""
    settings_path: Path | None = None
    """The settings file, where there is one."""

    def today(self) -> date:
        """The business day; only entrances call this."""
        return datetime.now(ZoneInfo(self.time_zone)).date()


def read_settings(environment: Mapping[str, str] | None = None, *, database_url: str | None = None) -> Settings:
    """Read the settings from the environment; `database_url`, where given, goes before it.

    Raises PolicyserveError for a time zone or a language that does not exist.
    """
    env = os.environ if environment is None else environment
    zone = env.get("POLICYSERVE_TIME_ZONE", DEFAULT_ZONE)
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise PolicyserveError(
            "POLICYSERVE_TIME_ZONE is '{zone}', which is no time zone; a right one is Asia/Shanghai.", zone=zone
        ) from error
    return Settings(
        database_url=_database_url(env) if database_url is None else _named(database_url, "--db"),
        time_zone=zone,
        language=language_of(env),
        calendar=env.get("POLICYSERVE_CALENDAR", "cn"),
        file=SettingsFile() if (path := _settings_path(env)) is None else read_file(path, env),
        settings_path=path,
    )


def language_of(environment: Mapping[str, str]) -> str:
    """Return the language of screens: POLICYSERVE_LANG, else that of the system's locale, else English.

    POLICYSERVE_LANGUAGE is the former name. Raises PolicyserveError for a language that is not spoken here.
    """
    name = next((name for name in ("POLICYSERVE_LANG", "POLICYSERVE_LANGUAGE") if environment.get(name)), None)
    if name is None:
        return language_of_system(environment)
    if (language := language_named(environment[name])) is None:
        raise PolicyserveError(
            "{name} is '{language}'; it can be one of: {known}.",
            name=name,
            language=environment[name],
            known=", ".join(languages()),
        )
    return language


def variables_given(environment: Mapping[str, str] | None = None) -> frozenset[str]:
    """Return the names of the variables of ours that the environment gives."""
    env = os.environ if environment is None else environment
    return frozenset(name for name, value in env.items() if name.startswith("POLICYSERVE_") and value)


def password_of(environment: Mapping[str, str]) -> str | None:
    """Return the password of a user that a script gives."""
    return environment.get("POLICYSERVE_PASSWORD") or None


def metrics_token(environment: Mapping[str, str]) -> str:
    """Return with what Prometheus reads the numbers from another machine; empty where only this one may."""
    return environment.get("POLICYSERVE_METRICS_TOKEN", "")


def secret_keys(environment: Mapping[str, str]) -> tuple[str, ...]:
    """Return the keys with which secrets are encrypted in the database, the one in use first; none without encryption.

    Raises PolicyserveError for a file that cannot be read.
    """
    given = environment.get("POLICYSERVE_SECRET_KEY", "")
    if not given and (file := environment.get("POLICYSERVE_SECRET_KEY_FILE")):
        try:
            given = Path(file).read_text("utf-8-sig")
        except (OSError, ValueError) as error:
            raise PolicyserveError(
                "POLICYSERVE_SECRET_KEY_FILE is '{file}', which cannot be read; it is a file with the key.", file=file
            ) from error
    return tuple(given.replace(",", " ").split())


def user_of_system() -> str:
    """Name who runs the program, for the records."""
    try:
        return getpass.getuser()
    except (KeyError, ImportError, OSError):  # a container without a name for its user
        return "command line"


def _settings_path(env: Mapping[str, str]) -> Path | None:
    """Locate the file that POLICYSERVE_SETTINGS names, else `policyserve.toml` in the user's folder of settings."""
    if (given := env.get("POLICYSERVE_SETTINGS")) is not None:
        return Path(_named(given, "POLICYSERVE_SETTINGS"))
    usual = user_config_path("policyserve", appauthor=False) / "policyserve.toml"
    return usual if usual.is_file() else None


def _database_url(env: Mapping[str, str]) -> str:
    given = env.get("POLICYSERVE_DATABASE_URL")
    if given is not None:
        return _named(given, "POLICYSERVE_DATABASE_URL")
    if (file := env.get("POLICYSERVE_DATABASE_URL_FILE")) is None:
        return default_database_url()
    try:
        return _named(Path(file).read_text("utf-8-sig").strip(), "POLICYSERVE_DATABASE_URL_FILE")
    except (OSError, ValueError) as error:
        raise PolicyserveError(
            "POLICYSERVE_DATABASE_URL_FILE is '{file}', which cannot be read; it is a file with the URL.", file=file
        ) from error


def _named(url: str, where: str) -> str:
    """Refuse an empty name: a script whose variable is not set must not write into another book."""
    if not url.strip():
        raise PolicyserveError(
            "{where} is empty; name what it stands for, or leave it out for the one in your own directory.",
            where=where,
        )
    return url


def default_database_url() -> str:
    """Name an SQLite file in the user's data directory."""
    return f"sqlite:///{user_data_path('policyserve', appauthor=False) / 'policyserve.sqlite3'}"


def data_folder(*parts: str) -> Path:
    """Locate a folder in the user's data directory."""
    return user_data_path("policyserve", appauthor=False).joinpath(*parts)


def fixture(*parts: str) -> Path:
    """Locate a file of `fixtures/`, in the wheel or in the source tree."""
    return _shipped("fixtures").joinpath(*parts)


def template_folder(*parts: str) -> Path:
    """Locate a folder of `templates/`, in the wheel or in the source tree."""
    return _shipped("templates").joinpath(*parts)


def _shipped(folder: str) -> Path:
    packaged = Path(__file__).parent / folder
    return packaged if packaged.is_dir() else Path(__file__).parents[2] / folder
