"""The command that writes the report of a company, branch or team."""

from __future__ import annotations

from pathlib import Path

import rich_click as click

from policyserve.cli.options import Session, shared
from policyserve.cli.screen.output import show

FOLDER = click.Path(file_okay=False, path_type=Path)


@click.command()
@click.option("--out", type=FOLDER, required=True, help="The folder to write into; it is made where there is none.")
@click.option("--branch", metavar="NAME", help="Only what agents of this branch wrote and serve.")
@click.option("--team", metavar="NAME", help="Only this team; with --branch where several have one of that name.")
@shared
def report(session: Session, *, out: Path, branch: str | None, team: str | None) -> None:
    """Write report.html, report.pdf and tables.xlsx: figures, charts and lists for a branch manager.

    Without --branch and --team it is about the whole company.
    """
    from policyserve.operations import report as reports

    files = reports.report(
        session.engine,
        out,
        as_of=session.as_of,
        language=session.language,
        branch=branch,
        team=team,
        kept=session.kept_files,
    )
    rows = [{"file": str(path), "bytes": path.stat().st_size} for path in files]
    show(rows, session.form, columns=["file", "bytes"], language=session.language)


COMMANDS = [report]
