"""Letters: what was made, posted and came back, and each one to print again."""

from __future__ import annotations

from dataclasses import replace

from policyserve.operations.letters import letter_document, letters_figure
from policyserve.web.pages.lists import SHOWN
from policyserve.web.tables import LINKS, table_of
from policyserve.web.visit import Answer, Download, Screen, Visit


def show(visit: Visit) -> Answer:
    """List the letters, the newest first; the file for Excel has all of them."""
    found = letters_figure(visit.house.engine, visit.viewer, as_of=visit.as_of)
    table = table_of(replace(found, rows=found.rows.head(SHOWN)), visit.language, LINKS)
    values = {"table": table, "cut": found.rows.height > SHOWN, "shown_rows": SHOWN}
    return Screen(template="letters", values=values, figures=lambda: [found])


def print_again(visit: Visit) -> Answer:
    """Give one letter as a PDF, as it was made."""
    number = str(visit.path["letter_no"])
    house = visit.house
    made = letter_document(house.engine, visit.viewer, house.settings, number, as_of=visit.as_of, at=visit.now)
    return Download(name=f"{number}.pdf", content=made, media="application/pdf")
