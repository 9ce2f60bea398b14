"""A model's card as a page, in the layout of the Hugging Face Hub: front matter, then Markdown.

Every figure is from the model's own card, so the page cannot say another than the model does. The
front matter is JSON by the key, which YAML reads as it is.

Source: huggingface.co/docs/hub/model-cards, "Model card metadata"; Mitchell et al. 2019, "Model
Cards for Model Reporting".
"""

from __future__ import annotations

import json
import shutil
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from moderation.errors import OutputError
from moderation.language.identify import ENGLISH
from moderation.model.figures import figures
from moderation.model.folder import CARD, WEIGHTS
from moderation.terminal import safe

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from moderation.model.labels import ContextLabel, TextLabel
    from moderation.model.model import Model

OTHER = "other"
PAGE, MODEL = "README.md", "model"
AREAS = {"roc_auc": "area under the ROC curve", "average_precision": "average precision"}
_HELD_OUT = {"type": "held-out", "name": "held-out comments of the training sets"}
_ABOUT = """Scores reader comments for {labels} by a linear model of words, characters and
phrases, and says which words carry each score. Digest: `{digest}`.
"""
_HOW = """At the thresholds of the model, on comments that it was not trained on; in brackets the
95 % interval.
"""
_USE = """**Use it to** sort a queue for human moderators, to look through an archive, or as the
start of a model of your own; two hundred decisions on your own site are worth more than this page.

**Do not use it to** remove comments without a person looking, to judge people rather than
comments, or in languages that are not below: the program knows them, and does not score what it
has not learnt.
"""
_LOAD = """## Use

```sh
pip install moderation
moderation score DUMP -m FOLDER/model --report report.html
```

```python
import moderation

model = moderation.Model.load("FOLDER/model")
model.score(["Thank you for the recipe."])
```

FOLDER is where these files are. The model is safetensors and JSON: nothing of it is run when it
is read, and every entry is checked.
"""
_LIMITS = """## Limits

- The model is linear. It sees words and how they are put together, not what is meant: it finds
  insults better than irony.
- It learnt the views of those who labelled its data. Dialects and talk within groups are flagged
  more often than they should be; look at the slices of `moderation evaluate` before you act.
- Precision depends on how common a label is; each is given for a share.
- Held-out comments of the training sets are easier than another site: `moderation queue` and
  `moderation evaluate` measure it on yours.
"""


def card(model: Model, name: str, licence: str = OTHER) -> str:
    """The page. licence: of the weights, as the hub knows it, such as mit."""
    front = _front_matter(model, name, licence)
    lines = [f"{key}: {json.dumps(value, ensure_ascii=False)}" for key, value in front.items()]
    labels = ", ".join(f"`{label}`" for label in model.labels)
    parts = [
        "---\n" + "\n".join(lines) + "\n---\n",
        f"# {_cell(name)} ({model.digest[:12]})\n",
        _ABOUT.format(labels=labels, digest=model.digest),
        _USE,
        _LOAD,
        "## How good it is\n",
        _HOW,
        _table(_FIGURES, [_figures_row(head) for head in model.heads]),
    ]
    if model.by_language:
        rows = [
            (language, *_figures_row(head))
            for language, part in sorted(model.by_language.items())
            for head in part.heads
        ]
        parts += ["## Other languages\n", _table(("language", *_FIGURES), rows)]
    parts += ["## What it was trained on\n", _table(_SETS, list(_sets(model))), _LIMITS]
    return "\n".join(parts)


def _front_matter(model: Model, name: str, licence: str) -> dict[str, Any]:
    spoken = [ENGLISH, *sorted(model.by_language)]
    found: dict[str, Any] = {"language": list(dict.fromkeys(code.split("-")[0] for code in spoken))}
    found["license"] = licence
    if licence == OTHER:
        found |= {
            "license_name": "see-the-training-sets",
            "license_link": "#what-it-was-trained-on",
        }
    results = [_result(head, ENGLISH) for head in model.heads]
    for language, part in sorted(model.by_language.items()):
        results += [_result(head, language) for head in part.heads]
    return found | {
        "library_name": "moderation",
        "pipeline_tag": "text-classification",
        "tags": ["content-moderation", "comments", "spam", "abuse", "linear", "cpu"],
        "metrics": [*AREAS, "precision", "recall"],
        "model-index": [{"name": name, "results": [one for one in results if one["metrics"]]}],
    }


def _result(head: TextLabel | ContextLabel, language: str) -> dict[str, Any]:
    metrics = [
        {"type": area, "value": value[0], "name": f"{head.name}, {told}"}
        for area, told in AREAS.items()
        if (value := _measured(head, area))
    ]
    at = figures(head)
    if at is not None:
        share = f"where {at.share:.0%} of the comments have it"
        metrics += [
            {
                "type": "precision",
                "value": round(at.precision, 4),
                "name": f"{head.name}, precision {share}",
            },
            {"type": "recall", "value": round(at.recall, 4), "name": f"{head.name}, recall"},
        ]
    return {
        "task": {"type": "text-classification", "name": head.name},
        "dataset": {**_HELD_OUT, "config": language, "split": "held-out"},
        "metrics": metrics,
    }


def _measured(head: TextLabel | ContextLabel, area: str) -> Sequence[float] | None:
    """The value and its interval, where the model keeps one."""
    known = head.metrics.get("out_of_fold", {})
    value = known.get(area) if isinstance(known, dict) else None
    return value if isinstance(value, list) and len(value) == 3 else None


_FIGURES = ("label", "goal", "threshold", "recall", "precision", "share with it", "ROC area")


def _figures_row(head: TextLabel | ContextLabel) -> tuple[str, ...]:
    at, area = figures(head), _measured(head, "roc_auc")
    recall = precision = share = "–"
    if at is not None:
        recall, share = f"{at.recall:.0%}", f"{at.share:.0%}"
        precision = f"{at.precision:.0%} ({at.precision_low:.0%} to {at.precision_high:.0%})"
    known = f"{area[0]:.3f} ({area[1]:.3f} to {area[2]:.3f})" if area else "–"
    goal = str(head.operating.get("goal", "–"))
    return head.name, goal, f"{head.threshold:.3f}", recall, precision, share, known


_SETS = ("set", "licence", "rows", "language", "where")


def _sets(model: Model) -> Iterator[tuple[str, ...]]:
    for language, part in [(ENGLISH, model), *sorted(model.by_language.items())]:
        for source in part.sources:
            named = source.get("title") or source.get("name") or source.get("file", "")
            rows = source.get("rows", source.get("words", ""))
            where = source.get("url") or ("with the program" if not source.get("licence") else "")
            cells = (named, source.get("licence") or "", rows, language, where)
            yield tuple(map(str, cells))


def _table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [header, ["---"] * len(header), *rows]
    return "".join(f"| {' | '.join(map(_cell, line))} |\n" for line in lines)


def _cell(text: str) -> str:
    """As text that is neither Markdown's nor HTML's; a model's card may be a stranger's."""
    inert = escape(safe(" ".join(text.split())), quote=False)
    for mark in ("\\", "|", "`", "*", "[", "]"):
        inert = inert.replace(mark, f"\\{mark}")
    return inert


def write_hub_folder(folder: Path, out: Path, page: str) -> None:
    """Write a folder that is ready to be uploaded: the page as README.md, and the model in MODEL.

    The model is a folder of its own, for nothing but its two files may be in one.

    Raises OutputError if the folder holds anything else.
    """
    if out.exists() and (not out.is_dir() or {one.name for one in out.iterdir()} - {PAGE, MODEL}):
        raise OutputError(f"{out}: holds other files; give a new folder")
    (out / MODEL).mkdir(parents=True, exist_ok=True)
    for name in (CARD, WEIGHTS):
        shutil.copyfile(folder / name, out / MODEL / name)
    (out / PAGE).write_text(page, encoding="utf-8")
