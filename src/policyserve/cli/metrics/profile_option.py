"""The option `--profile`: a way of counting that ships, or a file of one's own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import rich_click as click

from policyserve.cli.screen.help import language_now
from policyserve.locale import N_, say
from policyserve.metrics.profiles.company_profiles import ENDINGS, read_profile
from policyserve.metrics.profiles.profile import PROFILES, Profile


class ProfileType(click.ParamType[Profile]):
    """A name of `PROFILES`, or a YAML file; faults of the file are no wrong usage, they fail the command."""

    name = "profile"

    def get_metavar(self, *_: object, **__: object) -> str:
        """Show the names."""
        return f"[{'|'.join(PROFILES)}|FILE.yaml]"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Profile:
        """Find or read the profile; a usage error names those there are."""
        if isinstance(value, Profile):
            return value
        if str(value).endswith(ENDINGS):
            return read_profile(Path(value))
        if value in PROFILES:
            return PROFILES[value]
        words = N_("There is no profile '{name}'. Choose one of: {known}; or name a file of your own (.yaml).")
        return self.fail(say(language_now(), words, name=value, known=", ".join(PROFILES)), param, ctx)


PROFILE = click.option(
    "--profile", type=ProfileType(), default="CN_COMPANY", show_default=True,
    help="How it is counted; docs/metrics/profiles.md says how to write a profile of your own.",
)  # fmt: skip
