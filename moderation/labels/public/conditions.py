"""Say which rows of a public set carry which label: small conditions, read from TOML.

A condition is a table whose columns must all hold, or a list of tables of which one must hold:

    {corpus = "wikipedia", text_normalised = false}    both columns
    [{hd = 1}, {cv = 1}]                               either
    {share = {at_most = 0.34}}                         a number's bounds
    {sample = {word = "random"}}                       one of the words between `|`
    {votes = {votes = "off", at_least = 3}}            a count among `name:count` lines
    {}                                                 every row

Nothing in it is executed: only columns are looked up, and no expression is evaluated.
A missing value meets no condition.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from moderation.errors import LabelError

Condition = dict[str, Any] | list[dict[str, Any]]
_BOUNDS = {"at_least", "at_most", "word", "votes"}


def holds(condition: Condition, frame: pd.DataFrame, place: str) -> np.ndarray:
    """Rows of `frame` that meet `condition`: (n,) bool.

    `place` names the condition in an error ("labels/sources.toml, gab, slur.yes").

    >>> holds({"class": [0, 2]}, pd.DataFrame({"class": ["0", "1", None]}), "t").tolist()
    [True, False, False]
    """
    if isinstance(condition, list):
        any_of = np.zeros(len(frame), dtype=bool)
        for table in condition:
            any_of |= holds(table, frame, place)
        return any_of
    if not isinstance(condition, dict):
        raise LabelError(f"{place}: {condition!r} is not a condition; expected column = value")
    all_of = np.ones(len(frame), dtype=bool)
    for name, wanted in condition.items():
        all_of &= _meets(column(frame, name, place), wanted, f"{place}.{name}")
    return all_of


def column(frame: pd.DataFrame, name: str, place: str) -> pd.Series:
    """The named column, or a LabelError that lists those that are there."""
    if name not in frame.columns:
        there = ", ".join(map(str, frame.columns))
        raise LabelError(f"{place}: no column {name!r}; the file has {there}")
    return frame[name]


def _meets(values: pd.Series, wanted: Any, place: str) -> np.ndarray:
    if isinstance(wanted, dict):
        return _within(values, wanted, place)
    choices = wanted if isinstance(wanted, list) else [wanted]
    met = np.zeros(len(values), dtype=bool)
    for choice in choices:
        met |= _equal(values, choice)
    return met


def _equal(values: pd.Series, choice: Any) -> np.ndarray:
    """Equality by the TOML value's type: the files hold 0, "0", 0.0 and "False" for one thing."""
    if isinstance(choice, bool):
        return (_strings(values).str.lower() == str(choice).lower()).fillna(False).to_numpy(bool)
    if isinstance(choice, (int, float)):
        return np.equal(_numbers(values), choice)
    return (_strings(values) == str(choice)).fillna(False).to_numpy(bool)


def _within(values: pd.Series, wanted: dict[str, Any], place: str) -> np.ndarray:
    unknown = sorted(set(wanted) - _BOUNDS)
    if unknown or not wanted:
        raise LabelError(
            f"{place}: unknown key {', '.join(unknown) or 'nothing'}; "
            f"expected {', '.join(sorted(_BOUNDS))}"
        )
    if "word" in wanted:
        split = _strings(values).str.split("|")
        return np.array([wanted["word"] in words for words in split.map(_as_list)], dtype=bool)
    numbers = _votes(values, wanted["votes"]) if "votes" in wanted else _numbers(values)
    met = ~np.isnan(numbers)
    with np.errstate(invalid="ignore"):  # NaN is no number: it was ruled out above
        if "at_least" in wanted:
            met &= numbers >= wanted["at_least"]
        if "at_most" in wanted:
            met &= numbers <= wanted["at_most"]
    return met


def _votes(values: pd.Series, name: str) -> np.ndarray:
    """The count of `name` among `name:count` lines; a name without votes has no line."""
    counted = _strings(values).str.extract(rf"(?m)^{name}:(\d+)\s*$", expand=False)
    counts = np.nan_to_num(_numbers(counted))
    return np.where(values.isna().to_numpy(bool), np.nan, counts)


def _strings(values: pd.Series) -> pd.Series:
    return values.astype("object").map(str, na_action="ignore").astype("str")


def _numbers(values: pd.Series) -> np.ndarray:
    return pd.to_numeric(values, errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan)


def _as_list(words: Any) -> list[str]:
    return words if isinstance(words, list) else []
