"""How each label is trained: costs, and how much each source counts. Read from TOML.

The defaults below are what left-one-set-out runs chose (docs/model-notebook.md, "What was tried").
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from moderation.errors import LabelError
from moderation.features.ngrams import NgramConfig
from moderation.labels.files import read_toml

KINDS = ("text", "context")


@dataclass(frozen=True)
class Settings:
    """One label's training.

    kind: "text" reads the comment's own words, "context" how it fits its conversation.
    For a context label. threads: sets of whole threads whose comments are moved. talks: labelled
    sets that keep a comment's thread or parent, whose comments are moved too. strays: the label
    whose positives belong to no conversation. strangers: sets none of whose texts do.
    cost: penalty of a row's loss against |w|^2 / 2, for a row of average weight.
    balance: 0 leaves a source's positives and negatives as they are, 1 gives both the same mass.
    size_power: a source of n rows counts with n to this power.
    offset: value of the feature "this source", which is dropped at scoring; 0 = none.
    phrases: whether the label learns from phrases (moderation/features/phrases.py).
    sources: factor per source, 1 where not named; 0 leaves one out.
    clean: sources whose rows nobody judged for this label and which count as negatives, with the
    number of rows that are taken.
    renamed: how much a copy of a row counts in which the names of groups are others, against the
    row itself (`training.renaming`); 0 = there are none.
    contrast: n-grams are multiplied by this power of their log-count ratio (`training.contrast`);
    0 = not at all.
    alternatives: other values of cost and contrast, one of which is taken where it does clearly
    better on rows held out (`training.choice`).
    prevalence: share of positives that calibration and goals assume, None = as in the rows.
    elsewhere: the score from which it may speak of languages that it has not learnt; None = never.
    goal: the sentence that chooses the threshold; None: `thresholds.DEFAULT_GOAL`, or the best F1
    where that is out of reach.
    """

    kind: str = "text"
    threads: list[str] = field(default_factory=list)
    talks: list[str] = field(default_factory=list)
    strays: str | None = None
    strangers: list[str] = field(default_factory=list)
    cost: float = 1.0
    balance: float = 0.5
    size_power: float = 0.5
    offset: float = 0.5
    phrases: bool = True
    renamed: float = 0.0
    contrast: float = 0.0
    alternatives: list[dict[str, float]] = field(default_factory=list)
    sources: dict[str, float] = field(default_factory=dict)
    clean: dict[str, int] = field(default_factory=dict)
    prevalence: float | None = None
    elsewhere: float | None = None
    goal: str | None = None


@dataclass(frozen=True)
class Recipe:
    """Settings by label, and what all labels share.

    word_ngrams, char_ngrams, bits, fold: see NgramConfig.
    idf_power: exponent of the inverse document frequency. min_df: n-grams in fewer texts are left
    out. dense_scale: length of a dense feature at its maximum, against 1 for the n-grams.
    disguise_scale: the same for those that tell how a text is disguised (`features.DISGUISES`):
    short, so that hiding a word changes its comment's score little. link_scale: the same for those
    that count links, addresses and sums: ordinary comments have them too.
    longest: characters of a text that training reads. named: sets that are read although they are
    `only_when_named`. same: sets that count as part of another: {part: whole}.
    """

    labels: dict[str, Settings] = field(default_factory=dict)
    default: Settings = field(default_factory=Settings)
    word_ngrams: tuple[int, int] | None = (1, 2)
    char_ngrams: tuple[int, int] | None = (2, 5)
    bits: int = 18
    fold: bool = True
    idf_power: float = 1.0
    min_df: int = 3
    dense_scale: float = 0.5
    disguise_scale: float = 0.03
    link_scale: float = 0.15
    longest: int = 6000
    named: tuple[str, ...] = ()
    same: dict[str, str] = field(default_factory=dict)

    def of(self, label: str) -> Settings:
        """The label's settings, or the default ones."""
        return self.labels.get(label, self.default)

    @property
    def ngrams(self) -> NgramConfig:
        """Which n-grams there are."""
        return NgramConfig(self.word_ngrams, self.char_ngrams, self.bits, self.fold)

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self)

    @classmethod
    def read(cls, toml: str | Path) -> Recipe:
        """From a TOML file: [shared], [default] and one table per label.

        Raises LabelError that names the file, the table and the key.
        """
        path = Path(toml)
        tables = read_toml(path, "a training recipe")
        shared, default = tables.pop("shared", {}), tables.pop("default", {})
        known = {setting.name for setting in fields(cls)} - {"labels", "default"}
        _check(shared, known, f"{path}: [shared]")
        base = _settings(Settings(), default, f"{path}: [default]")
        labels = {
            name: _settings(base, table, f"{path}: [{name}]") for name, table in tables.items()
        }
        for key in {"named", "word_ngrams", "char_ngrams"} & set(shared):
            shared[key] = tuple(shared[key])
        return cls(labels=labels, default=base, **shared)


def _settings(base: Settings, table: dict[str, Any], place: str) -> Settings:
    _check(table, {setting.name for setting in fields(Settings)}, place)
    if table.get("kind", "text") not in KINDS:
        raise LabelError(f"{place}: kind is {table['kind']!r}; expected {' or '.join(KINDS)}")
    for changes in table.get("alternatives", ()):
        _check(changes, {"cost", "contrast"}, f"{place}: alternatives")
    return replace(base, **table)


def _check(table: Any, known: set[str], place: str) -> None:
    if not isinstance(table, dict):
        raise LabelError(f"{place}: expected a table")
    unknown = sorted(set(table) - known)
    if unknown:
        raise LabelError(
            f"{place}: unknown key {unknown[0]!r}; known are {', '.join(sorted(known))}"
        )
