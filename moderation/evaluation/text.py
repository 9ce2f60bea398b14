"""Show evaluations, comparisons and suites as text: for a terminal of 80 columns, or Markdown."""

from __future__ import annotations

import math
from textwrap import wrap as wrapped
from typing import TYPE_CHECKING

from moderation.model.figures import percent
from moderation.terminal import line, table
from moderation.translation import language, marked, said_again_in, tr, trn

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from moderation.evaluation.compare import Comparison, Difference, Flip
    from moderation.evaluation.evaluate import Evaluation, LabelResult
    from moderation.evaluation.metrics import Interval
    from moderation.evaluation.suites import SuiteResult

Rows = list[list[object]]

SHOWN = (
    ("ROC AUC", "roc_auc"),
    (marked("average precision"), "average_precision"),
    (marked("precision"), "precision"),
    (marked("recall"), "recall"),
    ("F1", "f1"),
    (marked("false positive rate"), "false_positive_rate"),
    (marked("calibration error"), "calibration_error"),
    (marked("Brier score"), "brier"),
)
FORMS = (
    marked("{label}: no row is both judged and scored"),
    marked("{label}: {share} of the rows belong to one group: its intervals are rough"),
    marked("{label}: the model has no such label"),
    marked("{label}: cannot tell {share} more rows"),
    marked("{label}: roc auc {before} -> {after} ({change}, 95% interval {low} to {high})"),
    marked(
        "{label}: average precision {before} -> {after} ({change}, 95% interval {low} to {high})"
    ),
    marked("{label}: precision {before} -> {after} ({change}, 95% interval {low} to {high})"),
    marked("{label}: recall {before} -> {after} ({change}, 95% interval {low} to {high})"),
    marked("{label}: f1 {before} -> {after} ({change}, 95% interval {low} to {high})"),
    marked(
        "worse: a label is gone; or it cannot tell over 1% more rows; or on any label ROC AUC fell "
        "by over 0.002, average precision by over 0.005, or precision or recall at the threshold "
        "by over 0.01, with the 95% interval of the paired difference below 0. better: not worse, "
        "and ROC AUC, average precision or F1 of a label rose, its interval above 0. same: neither "
        "was shown."
    ),
)
"""What the figures' own notes say, which are English in JSON."""
VERDICTS = {"worse": marked("worse"), "better": marked("better"), "same": marked("same")}
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
    if math.isnan(interval.low):
        return value
    return tr("{value} ({low} to {high})", value=value, low=low, high=high)


def _evaluation(
    evaluation: Evaluation, show: Callable[[str, Sequence[str], Rows], str]
) -> list[str]:
    rows_said = trn("{n} row", "{n} rows", evaluation.rows)
    groups = trn("{n} group", "{n} groups", evaluation.groups)
    by_group = marked("{rows} in {groups}; intervals are 95%, by group.")
    by_row = marked(
        "{rows} in {groups}; intervals are 95%, by row, since one group says nothing of others."
    )
    parts = [tr(by_group if evaluation.groups > 1 else by_row, rows=rows_said, groups=groups)]
    for result in evaluation.labels:
        share = _share(result)
        rows: Rows = [
            [_metric(name, key, share), with_interval(result.metrics[key])] for name, key in SHOWN
        ]
        parts.append(show(_title(result), [tr("metric"), tr("value (interval)")], rows))
        counts = result.confusion
        parts.append(
            show(
                "",
                ["", tr("flagged"), tr("not flagged")],
                [
                    [result.label, counts["true_positive"], counts["false_negative"]],
                    [
                        tr("not {label}", label=result.label),
                        counts["false_positive"],
                        counts["true_negative"],
                    ],
                ],
            )
        )
        if result.slices:
            parts.append(
                show(
                    tr("{label}: worst slices", label=result.label),
                    [tr("slice"), tr("rows"), tr("positive"), tr("area"), tr("by")],
                    _slices(result),
                )
            )
    return [*parts, *map(_said, evaluation.notes)]


def _said(note: str) -> str:
    return said_again_in(language(), note, *FORMS)


def _title(result: LabelResult) -> str:
    told = {
        "label": result.label,
        "threshold": f"{result.threshold:.3g}",
        "rows": trn("{n} row", "{n} rows", result.rows),
        "positives": result.positives,
        "share": _share(result),
    }
    if not result.cannot_tell:
        return tr(
            "{label} at threshold {threshold}: {rows}, {positives} positive ({share})", **told
        )
    return tr(
        "{label} at threshold {threshold}: {rows}, {positives} positive ({share}), {left} cannot "
        "be told",
        left=result.cannot_tell,
        **told,
    )


def _share(result: LabelResult | Difference) -> str:
    return percent(result.positives / result.rows) if result.rows else "–"


def _metric(name: str, key: str, share: str) -> str:
    """The metric's name; precision states the share of positives, on which it depends."""
    return tr("precision where {share} are so", share=share) if key == "precision" else tr(name)


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
        tr("Verdict: {verdict}.", verdict=tr(VERDICTS[comparison.verdict])),
        "",
        *(f"- {_said(reason)}" for reason in comparison.reasons),
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
        title = tr(
            "{label}: {rows}, {positives} positive ({share}); {mended} mended, {broken} broken",
            label=label.label,
            rows=trn("{n} row", "{n} rows", label.rows),
            positives=label.positives,
            share=share,
            mended=label.mended,
            broken=label.broken,
        )
        rows.append([tr("flags per 100,000"), "", "", f"{label.flags:+,.0f}"])
        head = [tr("metric"), tr("before"), tr("after"), tr("change (interval)")]
        parts.append(show(title, head, rows))
        if label.slices:
            fallen: Rows = [
                [f"{kind}: {name}", with_interval(change, "+.3f")]
                for kind, name, change in label.slices
            ]
            parts.append(
                show(
                    tr("{label}: slices that fell", label=label.label),
                    [tr("slice"), tr("ROC AUC change")],
                    fallen,
                )
            )
    if comparison.flags_per_day is not None:
        parts.append(tr("Flags a day: {n}.", n=f"{comparison.flags_per_day:+,.1f}"))
    flips = trn("{n} flag changed", "{n} flags changed", len(comparison.flips))
    header = ["", tr("label"), tr("score"), tr("text")]
    parts.append(
        show(flips, header, _flips(comparison.flips, width)) if comparison.flips else f"{flips}."
    )
    rules = tr("Rules: {rules}", rules=_said(comparison.rules))
    return [*parts, "\n".join(wrapped(rules, width))]


def _flips(flips: Iterable[Flip], width: int) -> Rows:
    rows: Rows = []
    for flip in list(flips)[:FLIPS]:
        judged = tr("mended") if flip.mended else tr("broken")
        word = tr("unjudged") if flip.answer is None else judged
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
    rows.append([tr("all"), result.cases, result.passed, with_interval(result.rate)])
    parts = [show("", [tr("class"), tr("cases"), tr("passed"), tr("rate (interval)")], rows)]
    failed: Rows = [
        [
            failure.group,
            failure.expected or tr("none"),
            failure.flags or tr("none"),
            line(failure.text, width),
        ]
        for failure in result.failures[:FAILURES]
    ]
    if failed:
        title = trn("{n} case failed", "{n} cases failed", len(result.failures))
        head = [tr("class"), tr("expected"), tr("flagged"), tr("text")]
        parts.append(show(title, head, failed))
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
