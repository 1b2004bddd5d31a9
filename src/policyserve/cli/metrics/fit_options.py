"""What forecasts and the worth of service have in common: libraries, an interval, the book with its services."""

from __future__ import annotations

from importlib.util import find_spec

import rich_click as click

from policyserve import db
from policyserve.book.columns import Book
from policyserve.cli.options import Session
from policyserve.errors import PolicyserveError
from policyserve.metrics.services import first_year
from policyserve.operations.figures import read_book

LIBRARIES = {"numpy": "numpy", "sklearn": "scikit-learn", "lifelines": "lifelines"}
"""What forecasts and the worth of service are worked out with: modules, and what they are installed as."""

CONFIDENCE = click.option(
    "--confidence", type=click.FloatRange(0.5, 0.999), default=0.95, show_default=True, help="What an interval holds."
)


def check_libraries() -> None:
    """Raise PolicyserveError where a library is missing: it names it, and how it is installed."""
    missing = [name for module, name in LIBRARIES.items() if find_spec(module) is None]
    if missing:
        raise PolicyserveError(
            "This figure is worked out with libraries that are not installed ({missing}); install them with: "
            "pip install 'policyserve[forecast]'.",
            missing=", ".join(missing),
        )


def book_with_services(session: Session) -> Book:
    """Read the book with the services given to policies, as known on the day of the question."""
    with db.reading(session.engine) as connection:
        return first_year.with_policy_contacts(read_book(session.engine), connection, as_of=session.as_of)
