"""Pictures drawn while the next figures are still being worked out: drawing is a third of a report's time."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from typing import Self

from policyserve.reporting.charts import drawn
from policyserve.reporting.pictures import Picture
from policyserve.reporting.sections import Section


class Pen:
    """Draws the pictures of sections, one after the other in a thread of its own; matplotlib bears no second one."""

    def __init__(self) -> None:
        """Nothing is drawn yet; use it in a `with` block."""
        self._thread = ThreadPoolExecutor(max_workers=1)
        self._drawn: list[Future[str]] = []

    def __enter__(self) -> Self:
        """Take it in hand."""
        return self

    def __exit__(self, *_: object) -> None:
        """Put it down; what is not drawn yet stays undrawn."""
        self._thread.shutdown(cancel_futures=True)

    def begin(self, section: Section) -> None:
        """Begin with the pictures of the next section."""
        for picture in section.pictures:
            self._drawn.append(self._thread.submit(drawn, picture, len(self._drawn) + 1))

    def finished(self, _picture: Picture, number: int) -> str:
        """Return a picture by its number in the report, once it is drawn; raises what drawing it raised."""
        return self._drawn[number - 1].result()
