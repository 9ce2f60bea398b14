"""Run behaviour suites: cases that a model must or must not flag, with pass rates per class."""

from __future__ import annotations

import io
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from moderation.errors import InputError, LabelError
from moderation.evaluation.metrics import Interval
from moderation.labels.name import LABEL_NAME
from moderation.readers.source import Source
from moderation.terminal import plural

if TYPE_CHECKING:
    from collections.abc import Mapping

HATE = "slur"  # what HateCheck's "hateful" is among the default labels


@dataclass(frozen=True)
class Failure:
    """A case that failed: what was expected, what was flagged, and all scores."""

    group: str
    text: str
    expected: str
    flags: str
    scores: dict[str, float | None]


@dataclass(frozen=True)
class ClassResult:
    """Cases of one class. rate: share that passed, with its interval (Wilson 1927)."""

    name: str
    cases: int
    passed: int
    rate: Interval


@dataclass(frozen=True)
class SuiteResult:
    """All classes, worst first, and the total; failures in the suite's order."""

    cases: int
    passed: int
    rate: Interval
    classes: list[ClassResult]
    failures: list[Failure]

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self)


def read_suite(path: str | Path, hate: str = HATE) -> pd.DataFrame:
    """The cases of a CSV file: text, expected and class, all strings.

    expected: labels that must be flagged, joined by ";"; empty or "none": nothing may be;
    "not X": X may not be. Also understood: text, label, kind (a trap: "not label"), and
    HateCheck's functionality, test_case, label_gold, whose hateful cases expect `hate` and
    whose others "not hate" (Röttger et al. 2021).
    Raises InputError naming the line that has no text or an unreadable expectation.
    """
    text, _ = Source(path).text()
    try:
        cases = pd.read_csv(io.StringIO(text), dtype="str", keep_default_na=False)
    except (ValueError, pd.errors.ParserError) as error:
        raise InputError(
            f"{path}: cannot be read as CSV: {' '.join(str(error).split())}"
        ) from error
    suite = _known(cases, str(path), hate)
    empty = np.flatnonzero(suite["text"].str.strip() == "")
    if empty.size:
        raise InputError(f"{path}: case {empty[0] + 1} has no text")
    for row, expected in enumerate(suite["expected"], start=1):
        for label in _wanted(expected)[0] | _wanted(expected)[1]:
            if not LABEL_NAME.fullmatch(label):
                raise InputError(
                    f"{path}: case {row} expects {expected!r}; "
                    "expected labels joined by ';', 'not LABEL', or nothing"
                )
    return suite


def _known(cases: pd.DataFrame, path: str, hate: str) -> pd.DataFrame:
    names = set(cases.columns)
    if {"text", "expected", "class"} <= names:
        columns = {name: cases[name] for name in ("text", "expected", "class")}
    elif {"text", "label", "kind"} <= names:
        columns = {
            "text": cases["text"],
            "expected": "not " + cases["label"],
            "class": cases["kind"],
        }
    elif {"functionality", "test_case", "label_gold"} <= names:
        gold = cases["label_gold"].str.strip().str.lower()
        hateful = gold.isin(["hateful", "1"])
        columns = {
            "text": cases["test_case"],
            "expected": pd.Series(np.where(hateful, hate, f"not {hate}")),
            "class": cases["functionality"],
        }
    else:
        raise InputError(
            f"{path}: the columns are {', '.join(cases.columns)}; expected text, expected, class "
            "or HateCheck's functionality, test_case, label_gold"
        )
    return pd.DataFrame(columns).astype("str")


def run_suite(
    suite: pd.DataFrame, scores: pd.DataFrame, thresholds: Mapping[str, float]
) -> SuiteResult:
    """Flag each case and compare the flags with what is expected.

    scores: (cases) one float column per label, in the suite's order; NaN is not flagged.
    Raises LabelError when a case expects a label that the model does not have.
    """
    if len(suite) != len(scores):
        raise LabelError(f"{plural(len(suite), 'case')} but {len(scores):,} scored ones")
    labels = [str(name) for name in scores.columns]
    numbers = scores.to_numpy(dtype=np.float64, na_value=np.nan)
    flagged = numbers >= np.array([float(thresholds[name]) for name in labels])
    passed, failures = [], []
    for row, (text, expected, group) in enumerate(
        suite[["text", "expected", "class"]].itertuples(index=False)
    ):
        flags = {name for at, name in enumerate(labels) if flagged[row, at]}
        passed.append(_passes(expected, flags, labels))
        if not passed[-1]:
            scores_of = {
                name: None if np.isnan(value) else round(float(value), 4)
                for name, value in zip(labels, numbers[row], strict=True)
            }
            failures.append(Failure(group, text, expected, ";".join(sorted(flags)), scores_of))
    ok = pd.Series(passed, dtype=bool).groupby(suite["class"].to_numpy())
    classes = [
        ClassResult(str(name), len(oks), int(oks.sum()), wilson(int(oks.sum()), len(oks)))
        for name, oks in ok
    ]
    classes.sort(key=lambda class_result: (class_result.rate.value, class_result.name))
    total = sum(passed)
    return SuiteResult(len(suite), total, wilson(total, len(suite)), classes, failures)


def _passes(expected: str, flags: set[str], labels: list[str]) -> bool:
    wanted, unwanted = _wanted(expected)
    unknown = sorted((wanted | unwanted) - set(labels))
    if unknown:
        raise LabelError(
            f"a case expects {unknown[0]!r}; the model's labels are {', '.join(labels)}"
        )
    if not wanted and not unwanted:
        return not flags
    return wanted <= flags and not unwanted & flags


def _wanted(expected: str) -> tuple[set[str], set[str]]:
    """Labels that must be flagged, and labels that must not."""
    wanted, unwanted = set(), set()
    for part in expected.split(";"):
        word = part.strip()
        if word.startswith("not "):
            unwanted.add(word[4:].strip())
        elif word not in ("", "none"):
            wanted.add(word)
    return wanted, unwanted


def wilson(passed: int, cases: int) -> Interval:
    """Share of passed cases with its 95 % score interval; NaN for no cases.

    >>> wilson(9, 10).low > 0.55
    True
    """
    if not cases:
        return Interval(float("nan"), float("nan"), float("nan"))
    z = 1.959964  # 97.5 % point of the normal distribution
    share = passed / cases
    middle = (share + z * z / (2 * cases)) / (1 + z * z / cases)
    half = z / (1 + z * z / cases) * np.sqrt(share * (1 - share) / cases + (z / cases / 2) ** 2)
    return Interval(share, float(max(0.0, middle - half)), float(min(1.0, middle + half)))
