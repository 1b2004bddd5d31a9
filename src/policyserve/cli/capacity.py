"""The command that says whose days are over capacity."""

from __future__ import annotations

import rich_click as click

from policyserve.access.viewer import SYSTEM
from policyserve.cli.options import Session, shared
from policyserve.cli.screen.figures import print_figure
from policyserve.operations.crowded_days import crowded_days


@click.command()
@click.option("--days", type=click.IntRange(1, 366), default=30, show_default=True, help="How far ahead to look.")
@shared
def capacity(session: Session, days: int) -> None:
    """Whose coming visits go beyond capacity: by how much, from when, and which services make it."""
    settings = session.settings.file.visits
    found = crowded_days(session.engine, SYSTEM, settings, session.language, as_of=session.as_of, days=days)
    print_figure(found, session.form, session.language)


COMMANDS = [capacity]
