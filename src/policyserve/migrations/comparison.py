"""The schema that a database really has beside the one that the tables declare: what is missing or otherwise."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Column, Connection, Constraint, ForeignKeyConstraint, Index, Table, UniqueConstraint, inspect

from policyserve.locale import N_, Sentence
from policyserve.tables import metadata

TABLE, COLUMN = N_("the table '{table}'"), N_("the column '{column}' of '{table}'")
INDEX, KEY = N_("the index '{index}' of '{table}'"), N_("the primary key of '{table}'")
UNIQUE, REFERENCE = N_("the uniqueness of {columns} in '{table}'"), N_("the reference of {columns} in '{table}'")


def missing(connection: Connection) -> list[Sentence]:
    """Name what the tables declare and the database has not, or has otherwise; what it has besides does no harm."""
    context = MigrationContext.configure(connection, opts={"compare_server_default": True})
    found = [*_named(compare_metadata(context, metadata)), *_of_present_tables(connection)]
    gone = {one.values["table"] for one in found if one.words == TABLE}
    kept = (one for one in found if one.words == TABLE or one.values["table"] not in gone)
    return list({str(one): one for one in kept}.values())


def _named(differences: Iterable[Any]) -> Iterator[Sentence]:
    for one in differences:
        if isinstance(one, list):  # what is otherwise of a column: ("modify_type", schema, table, column, ...)
            yield from (Sentence(COLUMN, column=part[3], table=part[2]) for part in one)
        elif one[0].startswith("add_"):
            yield _part(one[1:])


def _part(found: Sequence[Any]) -> Sentence:
    thing = found[-1]
    if isinstance(thing, Table):
        return Sentence(TABLE, table=thing.name)
    if isinstance(thing, Column):
        return Sentence(COLUMN, column=thing.name, table=found[-2])
    if isinstance(thing, Index):
        return _index(thing)
    return _constraint(thing)


def _index(index: Index) -> Sentence:
    assert index.table is not None
    return Sentence(INDEX, index=index.name, table=index.table.name)


def _constraint(constraint: Constraint) -> Sentence:
    assert isinstance(constraint, UniqueConstraint | ForeignKeyConstraint)
    words = UNIQUE if isinstance(constraint, UniqueConstraint) else REFERENCE
    columns = ", ".join(column.name for column in constraint.columns)
    return Sentence(words, columns=columns, table=constraint.table.name)


def _of_present_tables(connection: Connection) -> Iterator[Sentence]:
    """Compare what Alembic does not: primary keys, and the conditions of indexes."""
    inspector, where = inspect(connection), f"{connection.dialect.name}_where"
    present = set(inspector.get_table_names())
    for table in (table for table in metadata.sorted_tables if table.name in present):
        key = [column.name for column in table.primary_key.columns]
        if key != inspector.get_pk_constraint(table.name)["constrained_columns"]:
            yield Sentence(KEY, table=table.name)
        conditions = {one["name"]: where in one.get("dialect_options", {}) for one in inspector.get_indexes(table.name)}
        for index in table.indexes:
            declared = index.dialect_options[connection.dialect.name]["where"] is not None
            if conditions.get(index.name, declared) != declared:
                yield _index(index)
