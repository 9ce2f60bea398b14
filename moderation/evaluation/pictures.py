"""Draw an evaluation's curves as SVG: precision and recall, reliability, threshold sweep."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

import numpy as np

from moderation.terminal import plural

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from moderation.evaluation.evaluate import LabelResult

WIDTH, HEIGHT = 480, 360
LEFT, RIGHT, TOP, BOTTOM = 56, 16, 36, 48

# Okabe and Ito's colours, which colour-blind readers tell apart; each line has its own dashes too.
COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7")
DASHES = ("none", "6 3", "2 3", "8 3 2 3")


def pictures(result: LabelResult) -> dict[str, str]:
    """SVG texts of one label by name: precision-recall, reliability, threshold-sweep."""
    return {
        "precision-recall": precision_recall(result),
        "reliability": reliability(result),
        "threshold-sweep": threshold_sweep(result),
    }


def precision_recall(result: LabelResult) -> str:
    """Precision against recall, with the threshold in use as a dot."""
    points = [(point[2], point[1]) for point in result.curve]
    dot = (result.metrics["recall"].value, result.metrics["precision"].value)
    body = _line(points, 0) + _dot(dot, f"threshold {result.threshold:.3g}")
    area = result.metrics["average_precision"].value
    return _axes(f"{result.label}: average precision {area:.3f}", "recall", "precision", body)


def reliability(result: LabelResult) -> str:
    """Share of positives against score: a calibrated model follows the diagonal."""
    most = max((rows for _, _, rows in result.bins), default=1)
    bars = "".join(
        f'<rect x="{_x(score) - 4:.1f}" y="{_y(0) - 60 * rows / most:.1f}" width="8" '
        f'height="{60 * rows / most:.1f}" fill="#bbb"><title>{plural(rows, "row")}</title></rect>'
        for score, _, rows in result.bins
    )
    points = [(score, share) for score, share, _ in result.bins]
    body = bars + _line([(0, 0), (1, 1)], 2, "#888") + _line(points, 0)
    body += "".join(_dot(point, "") for point in points)
    error = result.metrics["calibration_error"].value
    title = f"{result.label}: calibration error {error:.3f}"
    return _axes(title, "score (grey: rows)", "share of positives", body)


def threshold_sweep(result: LabelResult) -> str:
    """Precision, recall and the share of comments flagged, at each threshold."""
    names = (("precision", 1), ("recall", 2), ("flagged", 4))
    body = "".join(
        _line([(point[0], point[at]) for point in result.curve], number) + _key(name, number)
        for number, (name, at) in enumerate(names)
    )
    if 0 <= result.threshold <= 1:
        x = _x(result.threshold)
        body += (
            f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{_y(0):.1f}" y2="{_y(1):.1f}" '
            'stroke="#444" stroke-dasharray="1 2"/>'
        )
    return _axes(f"{result.label}: threshold {result.threshold:.3g}", "threshold", "share", body)


def _axes(title: str, across: str, up: str, body: str) -> str:
    ticks = "".join(
        f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{_y(at):.1f}" y2="{_y(at):.1f}" '
        'stroke="#e4e4e4"/>'
        f'<text x="{LEFT - 6}" y="{_y(at) + 4:.1f}" text-anchor="end">{at:.1f}</text>'
        f'<text x="{_x(at):.1f}" y="{HEIGHT - BOTTOM + 18}" text-anchor="middle">{at:.1f}</text>'
        for at in (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)
    )
    middle = (TOP + HEIGHT - BOTTOM) / 2
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
        f'width="{WIDTH}" height="{HEIGHT}" role="img" aria-label="{escape(title)}" '
        'font-family="system-ui, sans-serif" font-size="12" fill="#222">'
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>'
        f'<text x="{LEFT}" y="20" font-size="14">{escape(title)}</text>{ticks}{body}'
        f'<text x="{(LEFT + WIDTH - RIGHT) / 2:.0f}" y="{HEIGHT - 10}" text-anchor="middle">'
        f"{escape(across)}</text>"
        f'<text transform="translate(14 {middle:.0f}) rotate(-90)" text-anchor="middle">'
        f"{escape(up)}</text></svg>\n"
    )


def _line(points: Iterable[tuple[float, float]], number: int, colour: str = "") -> str:
    known = [(x, y) for x, y in points if not np.isnan(x) and not np.isnan(y)]
    path = " ".join(f"{_x(x):.1f},{_y(y):.1f}" for x, y in known)
    return (
        f'<polyline points="{path}" fill="none" stroke="{colour or COLOURS[number]}" '
        f'stroke-width="2" stroke-dasharray="{DASHES[number]}"/>'
    )


def _dot(point: Sequence[float], title: str) -> str:
    if np.isnan(point).any():
        return ""
    inside = f"<title>{escape(title)}</title>" if title else ""
    return f'<circle cx="{_x(point[0]):.1f}" cy="{_y(point[1]):.1f}" r="4">{inside}</circle>'


def _key(name: str, number: int) -> str:
    y = TOP + 14 + 16 * number
    x = WIDTH - RIGHT - 100
    return (
        f'<rect x="{x - 4}" y="{y - 13}" width="106" height="17" fill="#fff" opacity="0.85"/>'
        f'<line x1="{x}" x2="{x + 24}" y1="{y - 4}" y2="{y - 4}" stroke="{COLOURS[number]}" '
        f'stroke-width="2" stroke-dasharray="{DASHES[number]}"/>'
        f'<text x="{x + 30}" y="{y}">{escape(name)}</text>'
    )


def _x(share: float) -> float:
    return LEFT + min(max(share, 0.0), 1.0) * (WIDTH - LEFT - RIGHT)


def _y(share: float) -> float:
    return HEIGHT - BOTTOM - min(max(share, 0.0), 1.0) * (HEIGHT - TOP - BOTTOM)
