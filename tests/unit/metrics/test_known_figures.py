from __future__ import annotations

from datetime import timedelta

import polars as pl

import figures


def test_second_premiums_of_the_half_year_add_up() -> None:
    assert sum(figures.COLLECTED) == 11_170_000
    assert sum(figures.SURRENDERED) == 130_000
    assert sum(figures.SUSPENDED) == 2_410_000


def test_the_half_year_is_the_first_of_2026_and_its_grace_is_over() -> None:
    lists = figures.half_year()
    second = lists["premiums"].filter(pl.col("instalment") == 2)
    assert second["due_on"].dt.year().unique().to_list() == [2026]
    assert second["due_on"].dt.month().unique().sort().to_list() == [1, 2, 3, 4, 5, 6]
    assert second["amount"].sum() == 13_710_000
    assert second.filter(pl.col("paid_on").is_not_null())["amount"].sum() == 11_170_000
    assert second.filter(pl.col("due_on") + timedelta(days=60) >= figures.HALF_YEAR_AS_OF).is_empty()
    assert lists["agents"].height == 156


def test_the_circle_of_influence_adds_up() -> None:
    policies = figures.influence()["policies"]
    assert policies.height == 20
    assert policies["premium"].sum() == 389_307
    assert policies.filter(pl.col("customer_no") != "C1")["premium"].sum() == 387_353
