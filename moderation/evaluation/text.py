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


def evaluation_text(evaluation: Evaluation, columns: int = 80) -> str:
    """For a terminal."""
    return "\n\n".join(_evaluation(evaluation, _plain(columns)))


def evaluation_markdown(evaluation: Evaluation) -> str:
    """For a file: headings and tables."""
    return "\n\n".join(_evaluation(evaluation, _markdown)) + "\n"


def comparison_text(comparison: Comparison, columns: int = 80) -> str:
    """For a terminal."""
    return "\n\n".join(_comparison(comparison, _plain(columns), columns))


def comparison_markdown(comparison: Comparison) -> str:
    """For a file."""
    return "\n\n".join(_comparison(comparison, _markdown, 400)) + "\n"


def suite_text(result: SuiteResult, columns: int = 80) -> str:
    """For a terminal."""
    return "\n\n".join(_suite(result, _plain(columns), columns))


def suite_markdown(result: SuiteResult) -> str:
    """For a file."""
    return "\n\n".join(_suite(result, _markdown, 400)) + "\n"


def with_interval(interval: Interval, number: str = ".3f") -> str:
    """`0.912 (0.880 to 0.940)`; a dash where undefined. number: how each is formatted."""
    if math.isnan(interval.value):
        return "–"
    value, low, high = (f"{x:{number}}" for x in (interval.value, interval.low, interval.high))
    return value if math.isnan(interval.low) else f"{value} ({low} to {high})"


def _evaluation(
    evaluation: Evaluation, show: Callable[[str, Sequence[str], Rows], str]
) -> list[str]:
    size = f"{plural(evaluation.rows, 'row')} in {plural(evaluation.groups, 'group')}"
    by = "group" if evaluation.groups > 1 else "row, since one group says nothing of others"
    parts = [f"{size}; intervals are 95%, by {by}."]
    for result in evaluation.labels:
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
    return [*parts, *evaluation.notes]


def _title(result: LabelResult) -> str:
    left = f", {result.cannot_tell:,} cannot be told" if result.cannot_tell else ""
    return (
        f"{result.label} at threshold {result.threshold:.3g}: {plural(result.rows, 'row')}, "
        f"{result.positives:,} positive ({_share(result)}){left}"
    )


def _share(result: LabelResult | Difference) -> str:
    return percent(result.positives / result.rows) if result.rows else "–"


def _metric(name: str, key: str, share: str) -> str:
    """The metric's name; precision states the share of positives, on which it depends."""
    return f"precision where {share} are so" if key == "precision" else name


def _slices(result: LabelResult) -> Rows:
    rows: Rows = []
    for part in result.slices[:SLICES]:
        areas = {name: value for name, value in part.metrics.items() if name.endswith("auc")}
        name = min(areas, key=lambda key: (math.isnan(areas[key].value), areas[key].value))
        rows.append(
            [
                f"{part.kind}: {part.name}",
                part.rows,
                part.positives,
                with_interval(areas[name]),
                name.removesuffix("_auc").replace("_", " ").replace("roc", "ROC"),
            ]
        )
    return rows


def _comparison(
    comparison: Comparison, show: Callable[[str, Sequence[str], Rows], str], width: int
) -> list[str]:
    verdict = [
        f"Verdict: {comparison.verdict}.",
        "",
        *(f"- {reason}" for reason in comparison.reasons),
    ]
    parts = [
        "\n".join(
            text_line for sentence in verdict for text_line in wrapped(sentence, width) or [""]
        )
    ]
    for label in comparison.labels:
        share = _share(label)
        rows: Rows = [
            [
                _metric(name, key, share),
                label.before[key],
                label.after[key],
                with_interval(label.change[key], "+.3f"),
            ]
            for name, key in SHOWN
        ]
        title = (
            f"{label.label}: {plural(label.rows, 'row')}, {label.positives:,} positive ({share}); "
            f"{label.mended:,} mended, {label.broken:,} broken"
        )
        rows.append(["flags per 100,000", "", "", f"{label.flags:+,.0f}"])
        parts.append(show(title, ["metric", "before", "after", "change (interval)"], rows))
        if label.slices:
            fallen: Rows = [
                [f"{kind}: {name}", with_interval(change, "+.3f")]
                for kind, name, change in label.slices
            ]
            parts.append(
                show(f"{label.label}: slices that fell", ["slice", "ROC AUC change"], fallen)
            )
    if comparison.flags_per_day is not None:
        parts.append(f"Flags a day: {comparison.flags_per_day:+,.1f}.")
    flips = f"{plural(len(comparison.flips), 'flag')} changed"
    header = ["", "label", "score", "text"]
    parts.append(
        show(flips, header, _flips(comparison.flips, width)) if comparison.flips else f"{flips}."
    )
    return [*parts, "\n".join(wrapped(f"Rules: {comparison.rules}", width))]


def _flips(flips: Iterable[Flip], width: int) -> Rows:
    rows: Rows = []
    for flip in list(flips)[:FLIPS]:
        word = "unjudged" if flip.answer is None else "mended" if flip.mended else "broken"
        rows.append(
            [
                word,
                flip.label,
                f"{_score(flip.before)} -> {_score(flip.after)}",
                line(flip.text, width),
            ]
        )
    return rows


def _score(value: float) -> str:
    return "–" if math.isnan(value) else f"{value:.2f}"


def _suite(
    result: SuiteResult, show: Callable[[str, Sequence[str], Rows], str], width: int
) -> list[str]:
    rows: Rows = [
        [
            case_class.name,
            case_class.cases,
            case_class.passed,
            with_interval(case_class.rate),
        ]
        for case_class in result.classes
    ]
    rows.append(["all", result.cases, result.passed, with_interval(result.rate)])
    parts = [show("", ["class", "cases", "passed", "rate (interval)"], rows)]
    failed: Rows = [
        [
            failure.group,
            failure.expected or "none",
            failure.flags or "none",
            line(failure.text, width),
        ]
        for failure in result.failures[:FAILURES]
    ]
    if failed:
        title = f"{plural(len(result.failures), 'case')} failed"
        parts.append(show(title, ["class", "expected", "flagged", "text"], failed))
    return parts


def _plain(columns: int) -> Callable[[str, Sequence[str], Rows], str]:
    def show(title: str, header: Sequence[str], rows: Rows) -> str:
        return "\n".join(filter(None, [title, table(header, rows, columns)]))

    return show


def _markdown(title: str, header: Sequence[str], rows: Rows) -> str:
    lines = [f"## {title}", ""] if title else []
    lines += [_row(header), _row(["---"] * len(header)), *(_row(map(_cell, row)) for row in rows)]
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
