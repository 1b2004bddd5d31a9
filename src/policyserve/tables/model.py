"""The model that every table is one of: its names of constraints are fixed, so that both databases can change them."""

from sqlalchemy import MetaData, Table
from sqlmodel import SQLModel

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}
metadata: MetaData = SQLModel.metadata
metadata.naming_convention = NAMING


class Model(SQLModel):
    """A row of a table."""


def table(model: type[Model]) -> Table:
    """Return the table of a model, for statements."""
    return metadata.tables[str(model.__tablename__)]
