"""Show evaluations, comparisons and suites as text: for a terminal of 80 columns, or Markdown."""

from __future__ import annotations

import math
from textwrap import wrap as wrapped
from typing import TYPE_CHECKING

from moderation.model.figures import percent
from moderation.terminal import line, plural, table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from moderation.evaluation.compare import Comparison, Difference, Flip
    from moderation.evaluation.evaluate import Evaluation, LabelResult
    from moderation.evaluation.metrics import Interval
    from moderation.evaluation.suites import SuiteResult

Rows = list[list[object]]

SHOWN = (
    ("ROC AUC", "roc_auc"),
    ("average precision", "average_precision"),
    ("precision", "precision"),
    ("recall", "recall"),
    ("F1", "f1"),
    ("false positive rate", "false_positive_rate"),
    ("calibration error", "calibration_error"),
    ("Brier score", "brier"),
)
SLICES = 12  # worst slices that are shown
FLIPS = 20
FAILURES = 30


def evaluation_text(found: Evaluation, columns: int = 80) -> str:
    """For a terminal."""
    return "\n\n".join(_evaluation(found, _plain(columns)))


def evaluation_markdown(found: Evaluation) -> str:
    """For a file: headings and tables."""
    return "\n\n".join(_evaluation(found, _markdown)) + "\n"


def comparison_text(found: Comparison, columns: int = 80) -> str:
    """For a terminal."""
    return "\n\n".join(_comparison(found, _plain(columns), columns))


def comparison_markdown(found: Comparison) -> str:
    """For a file."""
    return "\n\n".join(_comparison(found, _markdown, 400)) + "\n"


def suite_text(found: SuiteResult, columns: int = 80) -> str:
    """For a terminal."""
    return "\n\n".join(_suite(found, _plain(columns), columns))


def suite_markdown(found: SuiteResult) -> str:
    """For a file."""
    return "\n\n".join(_suite(found, _markdown, 400)) + "\n"


def with_interval(one: Interval) -> str:
    """`0.912 (0.880 to 0.940)`; a dash where undefined."""
    if math.isnan(one.value):
        return "–"
    if math.isnan(one.low):
        return f"{one.value:.3f}"
    return f"{one.value:.3f} ({one.low:.3f} to {one.high:.3f})"


def _evaluation(found: Evaluation, show: Callable[[str, Sequence[str], Rows], str]) -> list[str]:
    size = f"{plural(found.rows, 'row')} in {plural(found.groups, 'group')}"
    parts = [f"{size}; intervals are 95%, by group."]
    for result in found.labels:
        share = _share(result)
        rows: Rows = [
            [_metric(name, key, share), with_interval(result.metrics[key])] for name, key in SHOWN
        ]
        parts.append(show(_title(result), ["metric", "value (interval)"], rows))
        counts = result.confusion
        parts.append(
            show(
                "",
                ["", "flagged", "not flagged"],
                [
                    [result.label, counts["true_positive"], counts["false_negative"]],
                    [f"not {result.label}", counts["false_positive"], counts["true_negative"]],
                ],
            )
        )
        if result.slices:
            parts.append(
                show(
                    f"{result.label}: worst slices",
                    ["slice", "rows", "positive", "area", "by"],
                    _slices(result),
                )
            )
    return [*parts, *found.notes]


def _title(result: LabelResult) -> str:
    left = f", {result.cannot_tell:,} cannot be told" if result.cannot_tell else ""
    return (
        f"{result.label} at threshold {result.threshold:.3g}: {plural(result.rows, 'row')}, "
        f"{result.positives:,} positive ({_share(result)}){left}"
    )


def _share(result: LabelResult | Difference) -> str:
    return percent(result.positives / result.rows) if result.rows else "–"


def _metric(name: str, key: str, share: str) -> str:
    """Precision is that of rows of which so many are positive, and another where others are."""
    return f"precision where {share} are so" if key == "precision" else name


def _slices(result: LabelResult) -> Rows:
    rows: Rows = []
    for one in result.slices[:SLICES]:
        areas = {name: value for name, value in one.metrics.items() if name.endswith("auc")}
        name = min(areas, key=lambda key: (math.isnan(areas[key].value), areas[key].value))
        rows.append(
            [
                f"{one.kind}: {one.name}",
                one.rows,
                one.positives,
                with_interval(areas[name]),
                name.removesuffix("_auc").replace("_", " ").replace("roc", "ROC"),
            ]
        )
    return rows


def _comparison(
    found: Comparison, show: Callable[[str, Sequence[str], Rows], str], width: int
) -> list[str]:
    said = [f"Verdict: {found.verdict}.", "", *(f"- {reason}" for reason in found.reasons)]
    parts = ["\n".join(one for sentence in said for one in wrapped(sentence, width) or [""])]
    for one in found.labels:
        share = _share(one)
        rows: Rows = [
            [
                _metric(name, key, share),
                one.before[key],
                one.after[key],
                _signed(one.change[key]),
            ]
            for name, key in SHOWN
        ]
        title = (
            f"{one.label}: {plural(one.rows, 'row')}, {one.positives:,} positive ({share}); "
            f"{one.mended:,} mended, {one.broken:,} broken"
        )
        rows.append(["flags per 100,000", "", "", f"{one.flags:+,.0f}"])
        parts.append(show(title, ["metric", "before", "after", "change (interval)"], rows))
        if one.slices:
            fallen: Rows = [
                [f"{kind}: {name}", _signed(change)] for kind, name, change in one.slices
            ]
            parts.append(
                show(f"{one.label}: slices that fell", ["slice", "ROC AUC change"], fallen)
            )
    if found.flags_per_day is not None:
        parts.append(f"Flags a day: {found.flags_per_day:+,.1f}.")
    flips = f"{plural(len(found.flips), 'flag')} changed"
    head = ["", "label", "score", "text"]
    parts.append(show(flips, head, _flips(found.flips, width)) if found.flips else f"{flips}.")
    return [*parts, "\n".join(wrapped(f"Rules: {found.rules}", width))]


def _flips(flips: Iterable[Flip], width: int) -> Rows:
    rows: Rows = []
    for one in list(flips)[:FLIPS]:
        word = "unjudged" if one.answer is None else "mended" if one.mended else "broken"
        rows.append(
            [word, one.label, f"{_score(one.before)} -> {_score(one.after)}", line(one.text, width)]
        )
    return rows


def _score(value: float) -> str:
    return "–" if math.isnan(value) else f"{value:.2f}"


def _suite(
    found: SuiteResult, show: Callable[[str, Sequence[str], Rows], str], width: int
) -> list[str]:
    rows: Rows = [
        [one.name, one.cases, one.passed, with_interval(one.rate)] for one in found.classes
    ]
    rows.append(["all", found.cases, found.passed, with_interval(found.rate)])
    parts = [show("", ["class", "cases", "passed", "rate (interval)"], rows)]
    failed: Rows = [
        [one.group, one.expected or "none", one.flags or "none", line(one.text, width)]
        for one in found.failures[:FAILURES]
    ]
    if failed:
        title = f"{plural(len(found.failures), 'case')} failed"
        parts.append(show(title, ["class", "expected", "flagged", "text"], failed))
    return parts


def _signed(one: Interval) -> str:
    if math.isnan(one.value):
        return "–"
    if math.isnan(one.low):
        return f"{one.value:+.3f}"
    return f"{one.value:+.3f} ({one.low:+.3f} to {one.high:+.3f})"


def _plain(columns: int) -> Callable[[str, Sequence[str], Rows], str]:
    def show(title: str, head: Sequence[str], rows: Rows) -> str:
        return "\n".join(filter(None, [title, table(head, rows, columns)]))

    return show


def _markdown(title: str, head: Sequence[str], rows: Rows) -> str:
    lines = [f"## {title}", ""] if title else []
    lines += [_row(head), _row(["---"] * len(head)), *(_row(map(_cell, row)) for row in rows)]
    return "\n".join(lines)


def _row(cells: Iterable[str]) -> str:
    return "| " + " | ".join(cells) + " |"


def _cell(value: object) -> str:
    """A comment's text must neither end the cell nor become markup."""
    if isinstance(value, float):
        return "–" if math.isnan(value) else f"{value:.3f}"
    if isinstance(value, int):
        return f"{value:,}"
    flat = " ".join(str(value).split())
    for mark in "\\`*_[]<>|":
        flat = flat.replace(mark, "\\" + mark)
    return flat
