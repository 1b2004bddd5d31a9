"""Invented names of people, places and teams, from characters that are common in them."""

from __future__ import annotations

import polars as pl

from policyserve.generated_book.draws import Draws

SURNAMES = {
    "李": 72, "王": 71, "张": 67, "刘": 54, "陈": 45, "杨": 31, "赵": 23, "黄": 22, "周": 21, "吴": 20, "徐": 17,
    "孙": 15, "胡": 13, "朱": 13, "高": 12, "林": 11, "何": 11, "郭": 11, "马": 10, "罗": 9, "梁": 8, "宋": 8, "郑": 8,
    "谢": 7, "韩": 7, "唐": 7, "冯": 6, "于": 6, "董": 6, "萧": 6, "程": 6, "曹": 6, "袁": 5, "邓": 5, "许": 5, "傅": 5,
    "沈": 5, "曾": 5, "彭": 5, "吕": 5, "苏": 5, "卢": 5, "蒋": 5, "蔡": 5, "贾": 4, "丁": 4, "魏": 4, "薛": 4, "叶": 4,
    "余": 4, "潘": 4, "杜": 4, "戴": 4, "夏": 4, "钟": 4, "汪": 4, "田": 4, "任": 4, "姜": 4, "范": 4, "方": 4,
    "欧阳": 1,
}  # fmt: skip
"""Surnames, each with its weight in about a thousand people."""

MALE = "伟强磊军勇杰涛明超刚平辉健俊浩宇轩博文斌建国志华峰鹏飞波毅海龙林东成康安宁泽晨睿凯鑫"
"""Characters of men's given names."""

FEMALE = "芳娜敏静丽艳娟霞秀英慧玲桂梅红燕倩雪琳洁婷颖欣怡佳悦萍兰云莹蕾薇月晶瑶琪淑珍思涵雅诗"
"""Characters of women's given names."""

CITIES = ("杭州", "宁波", "温州", "嘉兴", "湖州", "绍兴", "金华", "台州", "丽水", "衢州", "舟山", "义乌")
"""Where branches are."""

POSTCODES = {city: f"31{place:02}00" for place, city in enumerate(CITIES)}
"""The postcode of each city."""

STREETS = ("人民路", "解放路", "中山路", "建设路", "和平路", "文化路", "学院路", "滨江路", "新华路", "花园路")
"""Names of streets that many towns have."""

HOBBIES = ("书法", "摄影", "广场舞", "太极", "烘焙", "园艺", "旅游", "钓鱼", "羽毛球", "瑜伽", "阅读", "茶艺")
"""What events can be made of."""

OCCUPATIONS = {
    "企业职员": 22, "个体经营": 15, "教师": 8, "工程师": 8, "公务员": 7, "会计": 6, "护士": 4, "医生": 4, "司机": 6,
    "厨师": 4, "销售": 7, "家庭主妇": 5, "农民": 4,
}  # fmt: skip
"""Work of people of working age, each with its weight."""

_DIGITS = "零一二三四五六七八九"


def numeral(value: int) -> str:
    """Write a whole number from 1 to 999 in Chinese: 12 is 十二, 208 is 二百零八."""
    hundreds, rest = divmod(value, 100)
    if not hundreds:
        return _below_hundred(rest).removeprefix("一") if 10 <= rest < 20 else _below_hundred(rest)
    link = "零" if 0 < rest < 10 else ""
    return f"{_DIGITS[hundreds]}百{link}{_below_hundred(rest)}"


def _below_hundred(value: int) -> str:
    tens, ones = divmod(value, 10)
    return (f"{_DIGITS[tens]}十" if tens else "") + (_DIGITS[ones] if ones else "")


def surname(draws: Draws, name: str) -> pl.Expr:
    """Draw a surname."""
    return draws.pick(f"{name}.surname", SURNAMES)


def given(draws: Draws, name: str, female: pl.Expr) -> pl.Expr:
    """Draw a given name, of two characters more often than of one."""
    first, second = (_character(draws, f"{name}.{place}", female) for place in ("first", "second"))
    return first + pl.when(draws.happens(f"{name}.short", 0.25)).then(pl.lit("")).otherwise(second)


def _character(draws: Draws, name: str, female: pl.Expr) -> pl.Expr:
    return pl.when(female).then(draws.pick(f"{name}.female", FEMALE)).otherwise(draws.pick(f"{name}.male", MALE))


def phone(index: pl.Expr) -> pl.Expr:
    """Write a mobile number of eleven digits, one for each index below 100 million.

    154 is a prefix that no operator hands out, so that a message sent by mistake reaches nobody.
    """
    return pl.concat_str(pl.lit("154"), ((index.cast(pl.Int64) + 1) * 73_939_133 % 10**8).cast(pl.String).str.zfill(8))
