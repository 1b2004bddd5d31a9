"""How a customer is addressed."""

from __future__ import annotations

from policyserve.locale import N_, say, say_in

COMPOUND_SURNAMES = (
    "欧阳", "司马", "上官", "诸葛", "司徒", "皇甫", "尉迟", "公孙", "慕容", "令狐", "长孙", "宇文", "夏侯",
    "东方", "端木", "独孤", "南宫", "轩辕", "闻人", "申屠", "太叔", "澹台", "公冶", "宗政", "濮阳", "淳于",
    "单于", "钟离", "呼延", "赫连", "第五", "百里",
)  # fmt: skip
"""Chinese surnames of two characters."""

_TITLES = {"female": N_("Ms {surname}"), "male": N_("Mr {surname}")}


def salutation(name: str | None, gender: str | None, language: str) -> str:
    """Address a customer by surname and title (欧阳女士, Mr Li): without a gender by name, without a name as 客户."""
    if not name:
        return say_in(language, "salutation", "Customer")
    title = _TITLES.get(gender or "")
    return name if title is None else say(language, title, surname=surname(name))


def surname(name: str) -> str:
    """Return the surname: the first character or a compound surname; the last word of a name in other letters.

    A name with a dot between its parts (阿依古丽·买买提) has no surname, so it stays whole.
    """
    if "·" in name:
        return name
    if name[0] < "\u3400":  # no Chinese character
        return name.rsplit(maxsplit=1)[-1]
    return name[:2] if name.startswith(COMPOUND_SURNAMES) else name[:1]
