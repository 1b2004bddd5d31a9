"""How a customer is addressed."""

from __future__ import annotations

import re

from policyserve.locale import N_, say, say_in

COMPOUND_SURNAMES = (
    "欧阳", "歐陽", "司马", "司馬", "上官", "诸葛", "諸葛", "司徒", "司空", "司寇", "皇甫", "尉迟",
    "尉遲", "公孙", "公孫", "公冶", "公良", "公西", "慕容", "令狐", "长孙", "長孫", "仲孙", "仲孫",
    "宇文", "夏侯", "东方", "東方", "东郭", "東郭", "东门", "東門", "西门", "西門", "南门", "南門",
    "南宫", "南宮", "南荣", "端木", "独孤", "獨孤", "轩辕", "軒轅", "闻人", "聞人", "申屠", "太叔",
    "澹台", "澹臺", "宗政", "濮阳", "濮陽", "淳于", "单于", "單于", "钟离", "鍾離", "鐘離", "呼延",
    "赫连", "赫連", "第五", "百里", "鲜于", "鮮于", "万俟", "萬俟", "拓跋", "夹谷", "夾谷", "谷梁",
    "穀梁", "漆雕", "乐正", "樂正", "壤驷", "段干", "归海", "羊舌", "微生", "梁丘", "左丘", "闾丘",
    "亓官", "巫马", "颛孙", "子车", "相里", "纳兰", "納蘭", "完颜", "完顏", "耶律", "叶赫",
)  # fmt: skip
"""Chinese surnames of two characters, also in traditional ones."""

_DOTS = re.compile(r"[·•・･‧∙⋅⸱．.●。﹒]")
_WITHOUT_SURNAME = re.compile(
    r"阿|迪丽|迪力|帕提|帕尔|古丽|买买提|麦麦提|吐尔|热合|艾力|艾山|木拉|努尔|玉素|依|伊力|哈力|哈斯|巴图|乌云|其其|娜仁|扎西|卓玛|"
    r"白玛|索南|巴桑|边巴|达瓦|洛桑|罗桑|平措|才让|拉姆|央金|德吉|格桑|尼玛|旦增|丹增|多吉|次仁|仁增|仁青|普布|米玛|贡布|强巴|晋美|云丹|旺堆"
)
_LONG = 4
_ENDS_WITHOUT = ("古丽", "买买提", "麦麦提", "卓玛", "拉姆", "多吉", "次仁", "旺姆", "央宗", "才让", "其其格")

_TITLES = {"female": N_("Ms {surname}"), "male": N_("Mr {surname}")}


def salutation(name: str | None, gender: str | None, language: str) -> str:
    """Address a customer by surname and title (欧阳女士, Mr Li): without a gender by name, without a name as 客户."""
    if not name:
        return say_in(language, "salutation", "Customer")
    title = _TITLES.get(gender or "")
    return name if title is None else say(language, title, surname=surname(name))


def surname(name: str) -> str:
    """Return the surname: the first character or a compound surname; the last word of a name in other letters.

    A name with a dot between its parts (阿依古丽·买买提), and one of a people without surnames, stays whole.
    """
    if name.strip()[:1] < "\u3400":  # no Chinese character
        return name.rsplit(maxsplit=1)[-1]
    bare = re.sub(r"\s|[（(].*", "", name)
    if _DOTS.search(bare) or _WITHOUT_SURNAME.match(bare) or bare.endswith(_ENDS_WITHOUT):
        return name
    if bare.startswith(COMPOUND_SURNAMES):
        return bare[:2]
    return bare[:1] if len(bare) < _LONG else name
