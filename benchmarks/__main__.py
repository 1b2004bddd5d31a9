"""`python -m benchmarks [NAME ...] [--size POLICIES]`: run the benchmarks of this folder, all of them or some."""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from benchmarks.measuring import Figure

FOLDER = Path(__file__).parent
NAMES = sorted(path.stem for path in FOLDER.glob("*.py") if "\ndef run(" in path.read_text(encoding="utf-8"))


@click.command()
@click.argument("names", nargs=-1, type=click.Choice(NAMES))
@click.option("--size", default=1_000_000, show_default=True, help="Policies in the book.")
def main(names: tuple[str, ...], size: int) -> None:
    """Print each figure against its floor; exit with 1 where one misses its goal."""
    sys.path.append(str(FOLDER.parent / "tests"))  # the PostgreSQL server of the tests
    figures = [figure for name in names or NAMES for figure in import_module(f"benchmarks.{name}").run(size)]
    Console().print(table_of(figures))
    sys.exit(any(figure.ratio > figure.goal for figure in figures))


def table_of(figures: list[Figure]) -> Table:
    """Lay the figures out for people."""
    table = Table("work", title="times the floor")
    for heading in ("goal", "ours s", "floor s", "ratio", "peak MB"):
        table.add_column(heading, justify="right")
    for figure in figures:
        numbers = (f"{figure.ours:.3f}", f"{figure.floor:.3f}", f"{figure.ratio:.2f}", f"{figure.peak:.0f}")
        table.add_row(figure.work, f"{figure.goal:.2f}", *numbers)
    return table


if __name__ == "__main__":
    main()
