"""Rebuild reader-comment threads from dumps, flag spam, slurs, abuse and off-topic replies.

>>> import moderation
>>> dump = moderation.read("seeds/forum.jsonl")
>>> model = moderation.Model.load("default")
>>> scores = model.score(dump.comments, dump.threads)
>>> (scores > model.thresholds)[["slur", "abuse", "off_topic"]].sum().to_dict()
{'slur': 1, 'abuse': 1, 'off_topic': 0}
>>> advert = "Cheap replica watches, order now at www.watches-outlet.example"
>>> texts = ["Thank you for the recipe.", "You pathetic idiot", advert]
>>> (model.score(texts) > model.thresholds)[["spam", "abuse"]].to_numpy().tolist()
[[False, False], [False, True], [True, False]]

The public names are imported when first used, so that `import moderation` costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from moderation.errors import ModerationError
    from moderation.evaluation.evaluate import evaluate
    from moderation.features.vectorizer import CommentVectorizer
    from moderation.labels.read import read_labels
    from moderation.model.model import Model
    from moderation.readers import Dump, read
    from moderation.report import write_report
    from moderation.scoring import score
    from moderation.threads import thread
    from moderation.training.train import train

__version__ = "0.1.0"

_HOME = {
    "CommentVectorizer": "moderation.features.vectorizer",
    "Dump": "moderation.readers",
    "Model": "moderation.model.model",
    "ModerationError": "moderation.errors",
    "evaluate": "moderation.evaluation.evaluate",
    "read": "moderation.readers",
    "read_labels": "moderation.labels.read",
    "score": "moderation.scoring",
    "thread": "moderation.threads",
    "train": "moderation.training.train",
    "write_report": "moderation.report",
}

__all__ = [
    "CommentVectorizer",
    "Dump",
    "Model",
    "ModerationError",
    "evaluate",
    "read",
    "read_labels",
    "score",
    "thread",
    "train",
    "write_report",
]


def __getattr__(name: str) -> Any:
    if name in _HOME:
        return getattr(import_module(_HOME[name]), name)
    raise AttributeError(f"module 'moderation' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*globals(), *_HOME])
