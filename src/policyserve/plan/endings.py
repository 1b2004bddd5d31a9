"""What keeps a touch from being: nobody to be served, an ending that came, a case in the family, a right of the person.

Looked at on the nominal day; `standing` asks too whether a touch that has fallen due still makes sense on `as_of`.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import polars as pl

from policyserve.plan.basis import Basis
from policyserve.plan.complaints import complained, is_unasked
from policyserve.plan.services import Services
from policyserve.plan.steps import Step, where
from policyserve.plan.triggers import ENDED_BY
from policyserve.standard.model import Service

RECENTLY = timedelta(days=180)
"""A service done so recently is not given again for another occasion."""

NOT_SERVED, NO_LONGER_SERVED = "not-served", "no-longer-served"
"""The subject may not be served on the nominal day, or not on `as_of`; `tasks.touch_absence` says which fact it is."""

REASONS = {"suspension-confirmed": "suspension_confirmed"}
"""The reasons of endings that are not called as the ending."""


def standing_steps(services: Services, basis: Basis, *, standing: bool) -> Iterator[Step]:
    """Yield what must hold: the subject may be served on the nominal day, and no ending has come by it."""
    nominal = pl.col("nominal")
    as_of = pl.lit(basis.facts.as_of)
    yield where(NOT_SERVED, (pl.col("start") <= nominal) & (nominal < pl.col("end")))
    if standing:
        yield where(NO_LONGER_SERVED, (nominal >= as_of) | pl.col("now"))
    looked_at = pl.max_horizontal(nominal, as_of) if standing else nominal
    for ending, column in ENDED_BY.items():
        if any(ends := [ending in one.ends_when for one in services.members]):
            came = (pl.col(column) > looked_at).fill_null(value=True)
            yield where(REASONS.get(ending, ending), came if all(ends) else came | ~services.each_of(ends), column)


def other_steps(services: Services, basis: Basis, *, standing: bool) -> Iterator[Step]:
    """Yield the steps that come after the audience: what was done, the family's troubles, what a person asked for."""
    yield from _recently_done(services, basis)
    yield from _family_cases(services, basis, standing=standing)
    yield from _rightful(services, basis)
    yield from _undisturbed(services, basis, standing=standing)


def _recently_done(services: Services, basis: Basis) -> Iterator[Step]:
    """Leave out touches of a service that was done for the subject on another occasion shortly before."""
    rules = [(one.code, rule) for rule, one in enumerate(services.members) if "done-recently" in one.ends_when]
    contacts = basis.facts.book.contacts
    if not rules or contacts.is_empty():
        return
    asked = pl.DataFrame(rules, schema={"service": pl.String, "rule": pl.UInt32}, orient="row")
    done = (
        contacts.filter(pl.col("done_on") > basis.days.start - RECENTLY, subject_kind=services.subject)
        .join(asked, on="service")
        .select("subject_id", "rule", "done_on", done_ordinal="ordinal")
    )

    def keep(touches: pl.LazyFrame) -> pl.LazyFrame:
        again = (
            touches.select("subject_id", "rule", "ordinal", "nominal")
            .join(done.lazy(), on=["subject_id", "rule"])
            .filter(
                pl.col("ordinal") != pl.col("done_ordinal"),
                pl.col("done_on") <= pl.col("nominal"),
                pl.col("done_on") > pl.col("nominal") - RECENTLY,
            )
        )
        return touches.join(again, on=["subject_id", "rule", "ordinal"], how="anti")

    yield Step("given-recently", keep)


def _family_cases(services: Services, basis: Basis, *, standing: bool) -> Iterator[Step]:
    """Leave out touches on days on which a death, claim or lapse is open in the family."""
    ends = services.asked(_stops_for_family)
    if not any(ends) or (cases := basis.cases).is_empty():
        return
    nominal, as_of = pl.col("nominal"), pl.lit(basis.facts.as_of)
    open_then = nominal.is_between("from", "to", closed="left")
    if standing:
        open_then |= (nominal < as_of) & as_of.is_between("from", "to", closed="left")

    def keep(touches: pl.LazyFrame) -> pl.LazyFrame:
        asked = touches if all(ends) else touches.filter(services.told(_stops_for_family))
        troubled = asked.select("customer_id", "rule", "nominal").join(cases.lazy(), on="customer_id").filter(open_then)
        return touches.join(troubled, on=["customer_id", "rule", "nominal"], how="anti")

    yield Step("family-case", keep)


def _stops_for_family(service: Service) -> bool:
    return "family-case" in service.ends_when


def _rightful(services: Services, basis: Basis) -> Iterator[Step]:
    """Leave out all touches of those whose data were erased, and marketing to those whose data are restricted."""
    rights = basis.facts.book.rights
    if rights.is_empty():
        return
    erased, all_of_them = rights.filter("erased")["customer_id"], rights["customer_id"]
    yield where("erased", ~pl.col("customer_id").is_in(erased.implode()))
    to_them = pl.col("customer_id").is_in(all_of_them.implode())
    yield where("restricted", ~(to_them & services.told(_is_marketing)))


def _undisturbed(services: Services, basis: Basis, *, standing: bool) -> Iterator[Step]:
    """Leave out what nobody asked for while a complaint of the household is open, and what still stands then."""
    waiting = complained(basis.facts.book)
    if waiting.is_empty() or not any(services.asked(is_unasked)):
        return
    opened = pl.col("customer_id").replace_strict(dict(waiting.iter_rows()), default=None, return_dtype=pl.Date())
    stops = opened.is_not_null() if standing else (pl.col("nominal") >= opened).fill_null(value=False)
    yield where("complained", ~(stops & services.told(is_unasked)))


def _is_marketing(service: Service) -> bool:
    return service.message_class == "marketing"
