"""Commission rates: a table that the user supplies, by kind of product, years of payment and policy year."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import polars as pl
import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from policyserve.config import fixture
from policyserve.errors import PolicyserveError
from policyserve.model_errors import UnfitError, clause, place

ANY = "any"
FOR_LIFE = 99
"""Years of payment of a policy that is paid as long as it lasts."""

Years = Annotated[int, Field(ge=1, le=FOR_LIFE)]
Share = Annotated[float, Field(ge=0, le=2)]


class Rate(BaseModel):
    """One line of the table."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: str
    """The kind of product, or `any` for those that no other line names."""
    pay_years: tuple[Years, Years]
    """From how many to how many years of payment, both included."""
    by_year: tuple[Share, ...] = Field(min_length=1)
    """The share of the premium of policy year 1, 2, ... that is commission; nothing after the last."""

    @model_validator(mode="after")
    def _in_order(self) -> Rate:
        if self.pay_years[1] < self.pay_years[0]:
            raise UnfitError("the first of pay_years is the smaller one")
        return self


class RateTable(BaseModel):
    """Commission rates; the first line that fits a policy holds."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    rates: tuple[Rate, ...] = Field(min_length=1)

    def lines(self) -> pl.DataFrame:
        """Lay the table out: `line` (from 0), `kind`, `first`, `last` (years of payment), `year`, `share`."""
        rows = [
            {"line": line, "kind": rate.kind, "first": rate.pay_years[0], "last": rate.pay_years[1], "year": year,
             "share": share}
            for line, rate in enumerate(self.rates)
            for year, share in enumerate(rate.by_year, start=1)
        ]  # fmt: skip
        schema = {"line": pl.Int32, "kind": pl.String, "first": pl.Int32, "last": pl.Int32, "year": pl.Int32}
        return pl.DataFrame(rows, schema={**schema, "share": pl.Float64})


def load_rates(path: Path | None = None) -> RateTable:
    """Read a table, the sample that ships where no file is given; raises PolicyserveError that names the field."""
    file = path or fixture("rates", "commission-cn.yaml")
    try:
        return RateTable.model_validate(yaml.safe_load(file.read_text(encoding="utf-8-sig")))
    except (OSError, UnicodeDecodeError) as error:
        raise PolicyserveError(
            "The rates {file} cannot be read; check the name, and that it is UTF-8.", file=file
        ) from error
    except yaml.YAMLError as error:
        raise PolicyserveError(
            "The rates {file} are no YAML; compare them with the sample that ships.", file=file
        ) from error
    except ValidationError as error:
        first = error.errors()[0]
        raise PolicyserveError(
            "The rates {file}: {where}: {wrong}; mend it and try again.",
            file=file,
            where=place(first, " > "),
            wrong=clause(first),
        ) from error
