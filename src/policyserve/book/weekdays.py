"""Weekdays and days as lists name them: `1,3,5`, `Mon-Fri`, `周一、周三`, `周末`, `2026-12-24`.

They are kept in one way: weekdays by number (1 is Monday) in their order, then days, with commas: `1,3,2026-12-24`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from policyserve.locale import N_all, say, say_in

_NAMES = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_WEEKDAYS = N_all("day of the week", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_CHINESE = "一二三四五六日"
_WORDS = {"工作日": "1-5", "weekdays": "1-5", "周末": "6-7", "weekend": "6-7", "weekends": "6-7", "每天": "1-7"}
_PREFIX = r"(?:周|星期|礼拜)"
_BETWEEN = r"[,，、;；/|\s]+"
_TO = r"(?:-|~|—|–|至|到)"


def parse(text: str) -> str | None:
    """Return the days that a cell names as they are kept; None where it is not understood."""
    plain = re.sub(rf"\s*{_TO}\s*(?!\d\d)", "-", text.strip().lower())
    found: set[str] = set()
    for part in filter(None, re.split(_BETWEEN, plain)):
        told = list(_days(_WORDS.get(part, part)))
        if not told:
            return None
        found.update(told)
    return ",".join(sorted(found, key=lambda one: (len(one), one))) or None


def said(kept: str, language: str) -> str:
    """Write days, as they are kept, for people: Monday, Wednesday, 24 December 2026."""
    parts = kept.split(",")
    told = (say(language, _WEEKDAYS[int(one) - 1]) if len(one) == 1 else one for one in parts)
    return say_in(language, "between words of a list", ", ").join(told)


def _days(part: str) -> Iterator[str]:
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}", part):
        try:
            yield str(date.fromisoformat(part))
        except ValueError:
            return
        return
    first, dash, last = part.partition("-")
    if not dash:
        yield from map(str, _weekdays(first))
        return
    ends = _weekdays(first), _weekdays(last)
    if [len(one) for one in ends] != [1, 1]:
        return
    (start,), (end,) = ends
    yield from (str((day - 1) % 7 + 1) for day in range(start, end + (7 if end < start else 0) + 1))


def _weekdays(word: str) -> list[int]:
    """Read one weekday, or several that share a word: 周一三五; none where it is no weekday."""
    if re.fullmatch("[1-7]", word):
        return [int(word)]
    if word[:3] in _NAMES and re.fullmatch("(mon|tues?|wednes|wed|thu(rs?)?|fri|satur|sat|sun)(day)?", word):
        return [_NAMES.index(word[:3]) + 1]
    match = re.fullmatch(f"{_PREFIX}?([{_CHINESE}天1-7]+)", word)
    signs = match[1].replace("天", "日") if match else ""
    return [_CHINESE.index(sign) + 1 if sign in _CHINESE else int(sign) for sign in signs]
