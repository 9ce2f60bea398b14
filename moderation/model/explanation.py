"""How one comment is scored, label by label: for a terminal and for a notebook."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from moderation.features.kernel import DENSE_FEATURES
from moderation.notebooks import cell, marked
from moderation.translation import tr

if TYPE_CHECKING:
    from moderation.evidence.words import Evidence


@dataclass(frozen=True)
class Parts:
    """`raw logit = intercept + sum of spans + sum of features`; spans are (start, end, share).

    The intercept is that of a comment of usual length; see `evidence.USUAL`.
    """

    intercept: float
    spans: list[tuple[int, int, float]]
    features: dict[str, float]


def parts_of(evidence: Evidence) -> list[Parts]:
    """The terms of one comment by label. evidence: of that comment alone."""
    spans = list(zip(evidence.start.tolist(), evidence.end.tolist(), strict=True))
    return [
        Parts(
            float(evidence.start_logit[k]),
            [(*span, share) for span, share in zip(spans, shares, strict=True)],
            {
                name: float(part)
                for name, part in zip(DENSE_FEATURES, evidence.dense[0, :, k], strict=True)
                if part
            },
        )
        for k, shares in enumerate(evidence.shares.T.tolist())
    ]


@dataclass(frozen=True)
class Explanation:
    """One label's score of one text; `str()` is a short paragraph. score: None = cannot tell.

    parts: of a text label. sentence: of a context label, what the text shares with what is above.
    short: how many words it would take, where the text has fewer. language: the text's, where the
    label has not learnt it.
    """

    label: str
    text: str
    score: float | None
    threshold: float
    parts: Parts | None
    sentence: str | None = None
    short: int = 0
    language: str | None = None

    def _repr_html_(self) -> str:
        spans = self.parts.spans if self.parts is not None else []
        causes = [(start, end, share) for start, end, share in spans if share > 0]
        return f"<p>{cell(str(self).splitlines()[0])}</p>{marked(self.text, causes)}"

    def __str__(self) -> str:
        if self.score is None and not self.text.strip():
            return tr("{label}: cannot tell (the comment has no words)", label=self.label)
        if self.score is None and self.language is not None:
            return tr(
                "{label}: cannot tell (it has not learnt the language, {language})",
                label=self.label,
                language=self.language,
            )
        if self.score is None and self.short:
            return tr("{label}: cannot tell (fewer than {n} words)", label=self.label, n=self.short)
        if self.score is None:
            return tr(
                "{label}: cannot tell (no title, article, parent or siblings to compare)",
                label=self.label,
            )
        shown = {
            "label": self.label,
            "score": f"{self.score:.3f}",
            "threshold": f"{self.threshold:.3f}",
        }
        header = (
            tr("{label}: {score}, flagged (threshold {threshold})", **shown)
            if self.score >= self.threshold
            else tr("{label}: {score}, not flagged (threshold {threshold})", **shown)
        )
        if self.parts is None:
            return f"{header}\n  {self.sentence}" if self.sentence else header
        shares = [(self.text[a:b], share) for a, b, share in self.parts.spans]
        shares += list(self.parts.features.items())
        shares.sort(key=lambda part: -abs(part[1]))
        words = ", ".join(f"{_short(word)} {share:+.2f}" for word, share in shares[:8])
        total = self.parts.intercept + sum(share for _, share in shares)
        why = tr(
            "{total} before calibration: start {start}; {words}",
            total=f"{total:+.2f}",
            start=f"{self.parts.intercept:+.2f}",
            words=words,
        )
        return f"{header}\n  {why}"


def _short(word: str) -> str:
    """A span in one line, of at most 40 characters."""
    flat = " ".join(word[:200].split())
    return flat if len(flat) <= 40 and len(word) <= 200 else flat[:39] + "…"
