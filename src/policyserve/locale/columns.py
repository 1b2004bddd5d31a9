"""Sentences in columns: the words in one, their values as JSON in another; each pair is put into a language once."""

from __future__ import annotations

import json

import polars as pl

from policyserve.locale.catalogue import Sentence


def values(**columns: str | pl.Expr) -> pl.Expr:
    """Write columns as the values of a sentence, by the names of its places."""
    named = [(pl.col(one) if isinstance(one, str) else one).alias(name) for name, one in columns.items()]
    return pl.struct(named).struct.json_encode()


def sentence(words: str, arguments: str | None) -> Sentence:
    """Return the sentence of a row; `arguments` is JSON, an object, or nothing."""
    return Sentence(words, **json.loads(arguments or "{}"))


def told(frame: pl.DataFrame, language: str, *, words: str = "reason", arguments: str = "arguments") -> pl.DataFrame:
    """Put the sentences of a frame into a language: the column `words` becomes that, `arguments` goes."""
    pairs = frame.select(words, arguments).unique()
    known = pairs.with_columns(
        pl.Series("told", [sentence(*row).told(language) for row in pairs.iter_rows()], pl.String)
    )
    joined = frame.join(known, on=[words, arguments], how="left", nulls_equal=True, maintain_order="left")
    return joined.with_columns(pl.col("told").alias(words)).drop("told", arguments)
