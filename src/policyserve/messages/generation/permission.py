"""Who gets what: consent, refusals, caps. Rules of domain 3.1, 3.3 and 3.4; the numbers are settings.

A duty or a service message needs no consent and no opt-out silences it (个人信息保护法 13); marketing needs a consent
and a phone that has not refused, and silence is a refusal. A cap never stops a duty.
"""

from __future__ import annotations

from datetime import date

import polars as pl

from policyserve.dates import months_later
from policyserve.messages.texts.values import CHILD
from policyserve.settings_file import Caps

_MARKETING = pl.col("message_class") == "marketing"


MOBILE = {"mainland": r"^1[3-9]\d{9}$", "international": r"^\+?\d{6,15}$"}
"""What a phone looks like that a route reaches: a landline is none."""


def withheld(day: date, route: str) -> pl.Expr:
    """Say why a message may not be made, as a code of `reasons`; null where it may.

    Reads `superseded`, `deceased_on`, `message_class`, `phone`, `consent`, `opted_out`, `birthday`.
    """
    is_child = months_later(pl.col("birthday"), CHILD * 12) > day
    return (
        pl.when("superseded")
        .then(pl.lit("superseded"))
        .when(pl.col("deceased_on") <= day)
        .then(pl.lit("deceased"))
        .when(_MARKETING & pl.col("opted_out").fill_null(value=False))
        .then(pl.lit("opted-out"))
        .when(_MARKETING & ~pl.col("consent").fill_null(value=False))
        .then(pl.lit("no-consent"))
        .when(_MARKETING & is_child.fill_null(value=False))
        .then(pl.lit("child"))
        .when(~pl.col("phone").str.contains(MOBILE[route]).fill_null(value=False))
        .then(pl.lit("no-phone"))
    )


def in_order(messages: pl.DataFrame) -> pl.DataFrame:
    """Put the messages first that are preferred: by class, by bearing on the targets, as the standard goes."""
    return messages.sort(
        "message_class", "score", "place", "due", "policy_id", "ordinal",
        descending=[False, True, False, False, False, False], nulls_last=False, maintain_order=True,
    )  # fmt: skip


def over_marketing_cap(caps: Caps) -> pl.Expr:
    """Say which cap keeps a marketing message back; null where none does.

    Reads `today` and `this_week` (marketing messages that the customer has had besides, the day itself in both), and
    what the customer's phone has had in `phone_today` and `phone_this_week`: several people may have one phone. Of
    messages that `in_order` has put in order.
    """
    own, phone = _before("customer_id", "message_class"), _before("phone_key", "message_class")
    return (
        pl.when(~_MARKETING)
        .then(None)
        .when(own + pl.col("today") >= caps.marketing_per_day)
        .then(pl.lit("cap-day"))
        .when(own + pl.col("this_week") >= caps.marketing_per_week)
        .then(pl.lit("cap-week"))
        .when(phone + pl.col("phone_today") >= caps.marketing_per_day)
        .then(pl.lit("cap-phone"))
        .when(phone + pl.col("phone_this_week") >= caps.marketing_per_week)
        .then(pl.lit("cap-phone"))
    )


def _before(*whose: str) -> pl.Expr:
    """Count the messages that come before each one for the same person or phone."""
    return (pl.col("service").cum_count().over(*whose) - 1).cast(pl.Int32)


def over_daily_cap(caps: Caps) -> pl.Expr:
    """Say whether the cap of all messages of a day keeps one back; null where it does not.

    Reads `all_today` and `phone_all_today` (messages that the customer, and the phone, have had on the day besides) of
    texts in order, merged ones as one.
    """
    own, phone = _before("customer_id") + pl.col("all_today"), _before("phone_key") + pl.col("phone_all_today")
    is_over = (pl.col("message_class") != "duty") & (pl.max_horizontal(own, phone) >= caps.all_per_day)
    return pl.when(is_over).then(pl.lit("cap-all"))
