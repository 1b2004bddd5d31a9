"""Secrets that the settings file names: `{ env = "NAME" }` or `{ file = "PATH" }` in their place."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from policyserve.settings_file.section import SettingsError


def revealed(value: Any, where: str, path: Path, environment: Mapping[str, str]) -> Any:
    """Put secrets in the place of what names them; raises SettingsError for one that is not there."""
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
    return {key: revealed(one, f"{where}.{key}", path, environment) for key, one in value.items()}
