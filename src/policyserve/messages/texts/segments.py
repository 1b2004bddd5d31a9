"""How long a text is and how many segments a route charges for it.

Mainland routes charge by the character: up to 70 are one segment, more are 67 to the segment, whatever the characters.
Other routes use the GSM 7-bit alphabet where every character is in it (160, else 153 to the segment; those of its
extension table take two places), and UCS-2 for the whole text otherwise (70, else 67, in UTF-16 units). A character of
two places is never split over two segments.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

GSM_EXTENSION = frozenset("\f^{}\\[~]|€")
"""Characters of the extension table of GSM 03.38; each takes two places."""

GSM_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
"""The basic table of GSM 03.38, without the escape."""

_GSM = GSM_BASIC | GSM_EXTENSION

Encoding = Literal["gsm7", "ucs2"]
Counting = Literal["characters", "places"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Segments:
    """What a text costs on a route."""

    encoding: Encoding
    length: int
    """Places taken: characters, septets or UTF-16 units, as the route counts."""
    segments: int
    """How many messages are charged; at least one."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Route:
    """A way to the carriers: how it counts, what it takes, how it writes the signature."""

    name: str
    counting: Counting
    """`characters`: every character is one place; `places`: GSM-7 or UCS-2 places."""
    limit: int
    """The greatest length of a whole text."""
    opens: str = ""
    """Stands before the signature."""
    closes: str = ""
    """Stands after the signature."""

    def signed(self, signature: str) -> str:
        """Write the signature as it stands before a body."""
        return f"{self.opens}{signature}{self.closes}"

    def count(self, text: str) -> Segments:
        """Count a whole text, signature and opt-out included."""
        encoding = self._encoding(text)
        single, part = _SIZES[encoding]
        length = len(text) + self._wide(text, encoding)
        if length <= single:
            return Segments(encoding=encoding, length=length, segments=1)
        whole = length == len(text)
        return Segments(
            encoding=encoding, length=length, segments=-(-length // part) if whole else len(self.parts(text))
        )

    def parts(self, text: str) -> tuple[str, ...]:
        """Split a whole text into what each segment carries."""
        encoding = self._encoding(text)
        single, part = _SIZES[encoding]
        widths = [1 + self._wide(character, encoding) for character in text]
        return (text,) if sum(widths) <= single else tuple(_filled(text, widths, part))

    def _encoding(self, text: str) -> Encoding:
        return "gsm7" if self.counting == "places" and _GSM.issuperset(text) else "ucs2"

    def _wide(self, text: str, encoding: Encoding) -> int:
        """Count the characters that take two places."""
        if self.counting == "characters":
            return 0
        if encoding == "gsm7":
            return sum(map(text.count, GSM_EXTENSION))
        return len(text.encode("utf-16-le", "surrogatepass")) // 2 - len(text)


_SIZES: dict[Encoding, tuple[int, int]] = {"gsm7": (160, 153), "ucs2": (70, 67)}
"""Places of a text in one segment, and of each segment of a longer one."""

MAINLAND = Route(name="mainland", counting="characters", limit=500, opens="【", closes="】")
"""Routes of the carriers in mainland China."""

INTERNATIONAL = Route(name="international", counting="places", limit=1600, closes=": ")
"""Routes elsewhere."""

ROUTES = {route.name: route for route in (MAINLAND, INTERNATIONAL)}
"""Routes by name."""


def _filled(text: str, widths: list[int], size: int) -> Iterator[str]:
    start = used = 0
    for place, width in enumerate(widths):
        if used + width > size:
            yield text[start:place]
            start, used = place, 0
        used += width
    yield text[start:]
