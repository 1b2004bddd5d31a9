"""Figures as a viewer sees them: the rows in scope, the worst first, with names and masks."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import polars as pl
from sqlalchemy import Connection, select

from policyserve.access.masks import shown_name, shown_phone
from policyserve.access.scope import AGENTS, CUSTOMERS, agents_of, sees_customers
from policyserve.access.viewer import Viewer
from policyserve.book.snapshot import load_agents
from policyserve.metrics.figure import Figure, Names
from policyserve.metrics.names import names_in


def list_in_scope(connection: Connection, viewer: Viewer, figure: Figure, day: date) -> Figure:
    """Return the rows of the agents, else of the policies or customers, that a viewer sees."""
    if "agent_no" in figure.rows.columns:
        return of_agents(figure, agents_seen(connection, viewer, day))
    return of_customers(connection, viewer, figure, day)


def agents_seen(connection: Connection, viewer: Viewer, day: date) -> pl.DataFrame:
    """Return every agent of the day with `seen`: `agent_no`, `team`, `branch`."""
    agents = agents_of(viewer.scope, day)
    frame = load_agents(connection, day).select("agent_no", "team", "branch")
    if agents is None:
        return frame.with_columns(seen=True)
    numbers = connection.scalars(select(AGENTS.c.agent_no).where(AGENTS.c.id.in_(agents))).all()
    return frame.with_columns(seen=pl.col("agent_no").is_in(list(numbers)))


def of_customers(connection: Connection, viewer: Viewer, figure: Figure, day: date) -> Figure:
    """Return the rows of the customers that a viewer sees; of others not even who referred them."""
    numbers = connection.scalars(select(CUSTOMERS.c.customer_no).where(sees_customers(viewer.scope, day))).all()
    mine = pl.col("customer_no").is_in(list(numbers))
    rows = figure.rows.filter(mine)
    if "referrer_no" in rows.columns:
        rows = rows.with_columns(pl.when(pl.col("referrer_no").is_in(list(numbers))).then("referrer_no"))
    return replace(figure, rows=rows)


def of_agents(figure: Figure, seen: pl.DataFrame) -> Figure:
    """Return the rows of the agents that are `seen` (as `agents_seen`), and of the teams of which all are."""
    if "agent_no" in figure.rows.columns:
        numbers = seen.filter("seen")["agent_no"]
        return replace(figure, rows=figure.rows.filter(pl.col("agent_no").is_in(numbers.implode())))
    whole = seen.group_by("branch", "team").agg(pl.col("seen").all()).filter("seen")
    return replace(figure, rows=figure.rows.join(whole, on=["branch", "team"], how="semi", maintain_order="left"))


def worst_first(figure: Figure) -> Figure:
    """Sort by cohort, and by what is judged: the lowest ratio, or count, first."""
    known = [name for name in ("cohort", *JUDGED) if name in figure.rows.columns]
    return replace(figure, rows=figure.rows.sort(known[:2], nulls_last=True, maintain_order=True)) if known else figure


JUDGED = ("ratio", "rate", "referred")
"""The fields by which teams and agents are compared; a figure has one of them."""


def named(connection: Connection, viewer: Viewer, figure: Figure) -> Figure:
    """Add the names, as far as the viewer sees them."""
    names: Names = names_in(connection, figure)
    people = {number: shown_name(viewer, name) or "" for number, name in names.get("customer", {}).items()}
    phones = {number: shown_phone(viewer, phone) or "" for number, phone in names.get("phone", {}).items()}
    return figure.named({**names, "customer": people, "phone": phones})
