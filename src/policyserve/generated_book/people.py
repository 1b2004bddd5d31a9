"""Customers, in households: who they are, since when, who serves them and who brought them."""

from __future__ import annotations

from datetime import date

import polars as pl

from policyserve.calendars.lunar import to_lunar
from policyserve.generated_book.draws import Draws, days, known_by, number
from policyserve.generated_book.names import HOBBIES, OCCUPATIONS, POSTCODES, STREETS, given, phone, surname

HOUSEHOLDS = {"single": 56, "couple": 16, "couple+1": 16, "couple+2": 5, "parent+1": 7}
"""Kinds of household, of a hundred."""

SIZES = {"single": 1, "couple": 2, "couple+1": 3, "couple+2": 4, "parent+1": 2}
SPAN = 6 * 365
"""Days back to the first policy of the book."""
YEAR = 365.25


def people(draws: Draws, agents: pl.DataFrame, count: int, as_of: date) -> pl.DataFrame:
    """Return one row per customer, `person` being the row's index; customers of longer standing come first."""
    households = _served(draws, _households(draws, count, as_of), agents, as_of)
    named = _with_names(draws, _members(households, count), as_of)
    return _with_wishes(draws, _with_referrers(draws, _with_life(draws, named, as_of)))


def _households(draws: Draws, count: int, as_of: date) -> pl.DataFrame:
    """Return households enough for `count` people, in the order in which they came."""
    drawn = pl.DataFrame({"household": pl.int_range(count, dtype=pl.Int32, eager=True)}).with_columns(
        made_of=draws.pick("household.kind", HOUSEHOLDS)
    )
    sized = drawn.with_columns(size=pl.col("made_of").replace_strict(SIZES, return_dtype=pl.Int32))
    kept = sized.filter(pl.col("size").cum_sum() - pl.col("size") < count)
    ago = (1 + draws.share("household.since").pow(1.3) * SPAN).floor().cast(pl.Int32)
    return kept.with_columns(
        since=pl.lit(as_of) - days(ago.sort(descending=True)),
        surname=surname(draws, "household"),
        female=draws.happens("household.female", 0.5),
        start=pl.col("size").cum_sum() - pl.col("size"),
        grown=_age(draws, pl.col("made_of")),
    )


def _age(draws: Draws, made_of: pl.Expr) -> pl.Expr:
    """Draw the age in days at which the head of a household became a customer; parents are 25 to 46."""
    drawn = draws.share("household.age")
    alone, parent = made_of == "single", made_of.str.contains("+", literal=True)
    years = pl.when(alone).then(20 + drawn * 48).when(parent).then(25 + drawn * 21).otherwise(25 + drawn * 43)
    return (years * YEAR).cast(pl.Int32)


def _served(draws: Draws, households: pl.DataFrame, agents: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """Give each household its agent, as many in a round as the agent has turns, and who serves it now.

    Half of the households of an agent who left are handed over (`handed_on`); the others are orphans.
    """
    turns = agents.select("agent", turn=pl.int_ranges(0, 1 + draws.whole("agent.turns", 0, 2))).explode("turn")
    handed = pl.when(draws.happens("agent.handed", 0.5)).then(pl.col("left_on") + days(draws.whole("agent.gap", 3, 25)))
    return (
        households.with_columns(
            first_agent=pl.lit(turns["agent"]).gather(pl.col("household") % len(turns)),
            referrer=_referrer(draws, len(turns)),
        )
        .join(
            agents.select("agent", "left_on", "heir", "branch"),
            left_on="first_agent",
            right_on="agent",
            maintain_order="left",
        )
        .with_columns(
            handed_on=known_by(handed, pl.lit(as_of)),
            referrer_since=pl.col("since").gather("referrer"),
            referrer=pl.col("start").gather("referrer"),
        )
        .with_columns(agent=pl.when(pl.col("handed_on").is_null()).then("first_agent").otherwise("heir"))
        .with_columns(city=pl.col("branch").str.strip_suffix("分公司"), address=_address(draws))
    )


def _address(draws: Draws) -> pl.Expr:
    """Draw where a household lives, in the town of its agent's branch; of one in twenty it is not known."""
    street = pl.concat_str(
        pl.col("branch").str.strip_suffix("分公司"), pl.lit("市"), draws.pick("house.street", STREETS)
    )
    number, stair, door = (
        draws.whole("house.no", 1, 399),
        draws.whole("house.stair", 1, 9),
        draws.whole("house.door", 1, 30),
    )
    told = pl.format("{}{}号{}幢{}室", street, number, stair, door * 100 + draws.whole("house.side", 1, 4))
    return pl.when(~draws.happens("house.unknown", 0.05)).then(told)


def _referrer(draws: Draws, turns: int) -> pl.Expr:
    """Draw the household that named this one: an earlier one of the same agent, often a centre of influence."""
    rank = pl.col("household") // turns
    earlier = (rank * draws.share("referral.earlier")).floor().cast(pl.Int32)
    centre = pl.when(draws.happens("referral.centre", 0.5)).then(earlier // 9 * 9).otherwise(earlier)
    return pl.when((rank > 0) & draws.happens("referral", 0.48)).then(centre * turns + pl.col("household") % turns)


def _members(households: pl.DataFrame, count: int) -> pl.DataFrame:
    """Return one row per person: `member` 0 heads the household, who is a `child` is not the head or the spouse."""
    spouse = (pl.col("member") == 1) & pl.col("made_of").str.starts_with("couple")
    return (
        households.with_columns(member=pl.int_ranges(0, pl.col("size"), dtype=pl.Int32))
        .explode("member")
        .head(count)
        .with_columns(person=pl.int_range(pl.len(), dtype=pl.Int32), spouse=spouse)
        .with_columns(child=(pl.col("member") > 0) & ~pl.col("spouse"), head=pl.col("person") - pl.col("member"))
    )


def _with_names(draws: Draws, members: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """Add gender, name and birthday; children bear the name of the household, and so do its men."""
    female = pl.when("child").then(draws.happens("child.female", 0.5)).otherwise(pl.col("female") ^ pl.col("spouse"))
    own = pl.col("female") & ~pl.col("child")
    return (
        members.with_columns(female=female)
        .with_columns(
            surname=pl.when(own).then(surname(draws, "person")).otherwise("surname"),
            given=given(draws, "person", pl.col("female")),
            birthday=_birthday(draws, as_of),
        )
        .with_columns(name=pl.col("surname") + pl.col("given"))
    )


def _birthday(draws: Draws, as_of: date) -> pl.Expr:
    """Draw a birthday: a spouse's about the head's, a child's when the head was 22 or more, and below 18 today."""
    head = pl.col("since") - days(pl.col("grown"))
    parent = (pl.lit(as_of) - head).dt.total_days() - int(22 * YEAR)
    young = 40 + draws.share("child.age") * (pl.min_horizontal(parent, int(17.9 * YEAR)) - 40)
    spouse = head + days(draws.whole("spouse.age", -1500, 1500))
    child = pl.lit(as_of) - days(young.cast(pl.Int32))
    return pl.when("child").then(child).when("spouse").then(spouse).otherwise(head)


def _with_life(draws: Draws, members: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """Add what an adult's life brings: a phone, work, hobbies, rank, the lunar birthday kept, death."""
    today, child = pl.lit(as_of), pl.col("child")
    age = (today - pl.col("birthday")).dt.total_days() / YEAR
    work = pl.when(age >= 60).then(pl.lit("退休")).otherwise(draws.pick("person.work", OCCUPATIONS))
    pupil = pl.when(age >= 6).then(pl.lit("学生"))
    death = today - days(draws.whole("person.death", 5, 1000))
    dies = (
        ~child & draws.happens("person.dies", (age - 30).clip(0) / 2500) & (death > pl.col("since") + days(pl.lit(90)))
    )
    lunar = (age >= 45) & draws.happens("person.lunar", 0.25)
    return members.with_columns(
        phone=pl.when(~child & ~draws.happens("person.unreachable", 0.02)).then(phone(pl.col("person"))),
        occupation=pl.when(child).then(pupil).otherwise(work),
        hobbies=pl.when(~child).then(_hobbies(draws)),
        vip=pl.when(~child & draws.happens("person.vip", 0.05)).then(
            draws.pick("person.rank", ("金卡", "白金", "钻石"))
        ),
        deceased_on=pl.when(dies).then(death),
        lunar_birthday=pl.when(lunar).then("birthday"),
    ).with_columns(lunar_birthday=_lunar(pl.col("lunar_birthday")))


def _hobbies(draws: Draws) -> pl.Expr:
    """Draw none, one or two hobbies."""
    first, second = draws.pick("person.hobby", HOBBIES[:6]), draws.pick("person.other", HOBBIES[6:])
    some = pl.when(draws.happens("person.both", 0.4)).then(first + "、" + second).otherwise(first)
    return pl.when(draws.happens("person.hobbies", 0.7)).then(some)


def _lunar(day: pl.Expr) -> pl.Expr:
    """Write a Date as people write the lunar one: `1968-08-15`, in a leap month `1968-闰07-15`."""
    return day.map_batches(_lunar_texts, return_dtype=pl.String)


def _lunar_texts(birthdays: pl.Series) -> pl.Series:
    texts = {day: str(to_lunar(day)) for day in birthdays.drop_nulls().unique()}
    return birthdays.replace_strict(texts, default=None, return_dtype=pl.String)


def _with_referrers(draws: Draws, members: pl.DataFrame) -> pl.DataFrame:
    """Add who named the customer, and when: the head another household's head, a spouse the own one at times."""
    before = pl.max_horizontal(pl.col("since") - days(draws.whole("referral.before", 5, 40)), "referrer_since")
    by_head = pl.col("spouse") & draws.happens("referral.spouse", 0.3)
    return members.with_columns(
        referred_by=pl.when(pl.col("member") == 0).then("referrer").when(by_head).then("head"),
        named_on=pl.when(pl.col("member") == 0).then(before).otherwise("since"),
    ).with_columns(referred_on=pl.when(pl.col("referred_by").is_not_null()).then("named_on"))


def _with_wishes(draws: Draws, members: pl.DataFrame) -> pl.DataFrame:
    """Add what an adult agreed to: marketing by three in five, and not asked yet here and there; few want no SMS."""
    consent = pl.when(~draws.happens("person.unasked", 0.15)).then(draws.happens("person.consent", 0.71))
    return members.with_columns(
        marketing_consent=pl.when(~pl.col("child")).then(consent),
        sms_optout=pl.when(~pl.col("child")).then(draws.happens("person.optout", 0.03)),
        preferred_days=pl.when(~pl.col("child") & draws.happens("person.suits", 0.1)).then(
            draws.pick("person.days", {"6,7": 5, "1,2,3,4,5": 3, "3": 1, "2,4": 1})
        ),
        quiet_days=pl.when(~pl.col("child") & draws.happens("person.quiet", 0.06)).then(
            draws.pick("person.quiet.days", {"7": 3, "1": 2, "6,7": 1})
        ),
        language=pl.when(~pl.col("child")).then(draws.pick("person.language", {"普通话": 985, "粤语": 5, "英语": 10})),
    )


def customer_list(members: pl.DataFrame, agent_numbers: pl.Series) -> pl.DataFrame:
    """Return the list `customers`; the agents' numbers are in the order of their index."""
    return members.select(
        customer_no=customer_no(pl.col("person")),
        name="name",
        gender=pl.when("female").then(pl.lit("female")).otherwise(pl.lit("male")),
        birthday="birthday",
        lunar_birthday="lunar_birthday",
        deceased_on="deceased_on",
        phone="phone",
        vip="vip",
        occupation="occupation",
        hobbies="hobbies",
        family_no=pl.when(pl.col("size") > 1).then(number("F", pl.col("household"), 6)),
        agent_no=pl.when(~pl.col("child")).then(pl.lit(agent_numbers).gather("agent")),
        referred_by=customer_no(pl.col("referred_by")),
        referred_on="referred_on",
        marketing_consent="marketing_consent",
        sms_optout="sms_optout",
        address="address",
        postcode=pl.when(pl.col("address").is_not_null()).then(pl.col("city").replace_strict(POSTCODES)),
        preferred_days="preferred_days",
        quiet_days="quiet_days",
        language="language",
        region="city",
    )


def customer_no(person: pl.Expr) -> pl.Expr:
    """Write a customer's index as the customer's number."""
    return number("C", person, 6)
