"""Sentences in the database: written as their words and values, and put into a language when they are read."""

from __future__ import annotations

import json
from typing import Any

from policyserve.locale.catalogue import Counted, Listed, Sentence


def written(sentence: Sentence) -> str:
    """Return a sentence as a text that `read` makes a sentence of again; values that JSON lacks become text."""
    if type(sentence) is Sentence and not sentence.values:
        return sentence.words
    return json.dumps(_as_json(sentence), ensure_ascii=False, default=str)


def read(text: str) -> Sentence:
    """Return a sentence from the database; a text that is no record is one without values."""
    if not text.startswith("{"):
        return Sentence(text)
    try:
        sentence = _from_json(json.loads(text))
    except ValueError:
        return Sentence(text)
    return sentence if isinstance(sentence, Sentence) else Sentence(text)


def _as_json(value: object) -> Any:
    if isinstance(value, Listed):
        return {"between": value.words, "parts": [_as_json(part) for part in value.parts]}
    if not isinstance(value, Sentence):
        return value
    values = {name: _as_json(one) for name, one in value.values.items()}
    counted = {"many": value.many, "n": value.n} if isinstance(value, Counted) else {}
    return {"words": value.words, **counted, "values": values}


def _from_json(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    if "parts" in value:
        return Listed([_from_json(part) for part in value["parts"]], value["between"])
    if "words" not in value:
        return value
    values = {name: _from_json(one) for name, one in value["values"].items()}
    if "many" in value:
        return Counted(value["words"], value["many"], value["n"], **values)
    return Sentence(value["words"], **values)
