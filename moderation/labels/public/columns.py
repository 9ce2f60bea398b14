"""Convert a public set's columns to a label table's: fields, groups, averages, cleaned text."""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from moderation.errors import LabelError
from moderation.labels.public.conditions import column
from moderation.readers.markup import plain

if TYPE_CHECKING:
    from collections.abc import Callable

_RETWEET = re.compile(r"^(?:[!\s\"“]*RT @\w+\s*:?\s*)+")
_WIKI_LINK = re.compile(r"\[WIKI_LINK: (?:[^\]@]*@)?([^\]]*)\]")
_WIKI_INDENT = re.compile(r"(?m)^[ \t]*[:*#]+[ \t]*")
_WIKI_HEADING = re.compile(r"^\s*=+\s*(.*?)\s*=*\s*$")


def field(frame: pd.DataFrame, spec: Any, place: str) -> pd.Series:
    """One string per row, None where missing: a column, several joined by ": ", or a part of one.

    spec: "column", ["column", "column"], or {column, before | last | spaces}.
    """
    if isinstance(spec, str):
        return _strings(column(frame, spec, place))
    if isinstance(spec, list):
        parts = pd.concat([field(frame, name, place) for name in spec], axis=1)
        joined = [": ".join(part for part in row if part) or None for row in parts.to_numpy()]
        return pd.Series(joined, dtype="object")
    if isinstance(spec, dict) and "column" in spec:
        return _part(column(frame, spec["column"], place), spec, place)
    raise LabelError(f"{place}: {spec!r} names no column")


def _part(values: pd.Series, spec: dict[str, Any], place: str) -> pd.Series:
    if "last" in spec:
        return pd.Series([_last(value) for value in values], dtype="object")
    strings = _strings(values)
    if "before" in spec:
        return strings.map(lambda text: text.split(spec["before"])[0], na_action="ignore")
    if "spaces" in spec:
        return strings.map(lambda text: text.replace(spec["spaces"], " "), na_action="ignore")
    raise LabelError(f"{place}: expected one of before, last, spaces beside column")


def _last(values: Any) -> str | None:
    return str(values[-1]) if isinstance(values, (list, np.ndarray)) and len(values) else None


def _strings(values: pd.Series) -> pd.Series:
    """Strings or None; a whole number stored as a float (12.0) becomes its digits (12)."""
    if pd.api.types.is_float_dtype(values.dtype):
        values = values.astype("Int64")
    return pd.Series(
        [None if value is pd.NA or value is None or value != value else str(value)
         for value in values.astype("object")],
        dtype="object",
    )  # fmt: skip


def grouped(frame: pd.DataFrame, specs: list[Any], place: str) -> pd.Series:
    """The values of the group columns as one string per row."""
    parts = [field(frame, spec, place).fillna("") for spec in specs]
    return pd.Series(["\x1f".join(row) for row in zip(*parts, strict=True)], dtype="object")


def paired(frame: pd.DataFrame, spec: list[str], place: str) -> pd.Series:
    """One string for both rows of a pair that name each other: the smaller id first."""
    ids, other = (field(frame, name, place).fillna("") for name in spec)
    return pd.Series(
        ["\x1f".join(sorted(pair)) for pair in zip(ids, other, strict=True)], dtype="object"
    )


def averaged(
    frame: pd.DataFrame, judgements: pd.DataFrame, spec: dict[str, Any], place: str
) -> pd.DataFrame:
    """`frame` with one row per key, and the judgements' columns averaged in it.

    spec: {key = [columns], columns = [columns of 0/1 or true/false]}.
    """
    numbers = pd.DataFrame({name: column(judgements, name, place) for name in spec["key"]})
    for name in spec["columns"]:
        values = column(judgements, name, place).astype("object")
        numbers[name] = pd.to_numeric(values.replace({"True": 1, "False": 0}), errors="coerce")
    means = numbers.groupby(spec["key"], sort=False, dropna=False).mean().reset_index()
    once = frame.drop(columns=[name for name in spec["columns"] if name in frame.columns])
    once = once.drop_duplicates(spec["key"])
    return once.merge(means, on=spec["key"], how="left", sort=False).reset_index(drop=True)


def cleaned(text: pd.Series, steps: list[str], remove: list[str], place: str) -> pd.Series:
    """The text as its writer saw it: entities decoded, place-holders and markup dropped."""
    unknown = [step for step in steps if step not in CLEANERS]
    if unknown:
        raise LabelError(f"{place}: unknown step {unknown[0]!r}; known are {', '.join(CLEANERS)}")
    for marker in remove:
        text = text.map(lambda text_, marker=marker: text_.replace(marker, " "), na_action="ignore")
    for step in steps:
        text = text.map(CLEANERS[step], na_action="ignore")
    # The byte order mark at a comment's end was put there by the collector's tool.
    return text.map(lambda text_: text_.replace("\ufeff", "").strip(), na_action="ignore")


def _retweet(text: str) -> str:
    return _RETWEET.sub("", text)


def wikitext(text: str) -> str:
    """Links by their shown words, lines without the marks of indentation."""
    return _WIKI_INDENT.sub("", _WIKI_LINK.sub(r"\1", text))


def heading(text: str) -> str:
    """`== Words ==` as `Words`."""
    return _WIKI_HEADING.sub(r"\1", text)


CLEANERS: dict[str, Callable[[str], str]] = {
    "html": plain,
    "entities": html.unescape,
    "retweet": _retweet,
    "wikitext": wikitext,
}
