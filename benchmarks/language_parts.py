"""How good the parts of a model for languages are, on sets that they were not trained on.

    python -m benchmarks.language_parts DATA [-m MODEL] [--messages /usr/share/locale]

A row per language, as in models/README.md: held-out rows of its own sets; then, on each other set
of DATA/languages in the language, the area under the ROC curve, recall and false flags per 1,000 at
the label's threshold, and recall where a threshold chosen there had 20 false flags per 1,000; of
sets that judge another label, the flags per 1,000 of what is not that; then false flags on up to
4,000 sentences of translated program messages.
"""

import argparse
import gettext
import re
from pathlib import Path

import numpy as np
import pandas as pd

from moderation.evaluation.metrics import roc_auc
from moderation.features.unicode_forms import composed
from moderation.model.model import Model

EACH = 4_000
LABELS = ("abuse", "slur", "spam")
FOLDER = {"pt": "pt_BR", "zh": "zh_CN"}
PLACEHOLDER = re.compile(r"%[-#0-9.$l]*[a-z]|\\n|[<>{}]")
SHORT_SCRIPTS = ("zh", "ko", "ja", "th")


def messages(folder, language):
    """Translated messages of more than 20 letters (8 in scripts of few), in random order."""
    least = 8 if language in SHORT_SCRIPTS else 20
    found = set()
    for file in sorted((folder / FOLDER.get(language, language)).glob("LC_MESSAGES/*.mo")):
        try:
            with file.open("rb") as opened:
                catalogue = gettext.GNUTranslations(opened)._catalog
        except (OSError, UnicodeDecodeError, ValueError, IndexError):
            continue
        for original, text in catalogue.items():
            if isinstance(text, str) and original and text != original:
                plain = " ".join(PLACEHOLDER.sub(" ", text).split())
                if sum(char.isalpha() for char in plain) > least:
                    found.add(plain)
    every = sorted(found)
    order = np.random.default_rng(0).permutation(len(every))[:EACH]
    return [every[place] for place in order]


def scores_of(part, texts, label):
    column = part.labels.index(label)
    return part.score_texts(composed(texts, part.table.config.fold))[:, column]


def other_sets(data, language, learnt):
    prefix = "ur_latn" if language == "ur-Latn" else language
    for file in sorted(data.glob(f"languages/{prefix}_*/data.parquet")):
        if file.parent.name not in learnt and not file.parent.name.endswith("_mt"):
            yield file.parent.name, pd.read_parquet(file)


def compared(rows, name, answers, scores, limit):
    """How the scores of a set stand to its answers, and the recall at 20 false flags in 1,000."""
    positive, negative = answers == 1, answers == 0
    if not positive.any():
        others = [one for one in LABELS if one in rows and rows[one].notna().any()]
        clean = (rows[others] == 0).all(axis=1).to_numpy()
        return f"false {1000 * (scores[clean] >= limit).mean():.0f} of what is not {others[0]}", []
    judged = positive | negative
    at_two = (scores[positive] >= np.quantile(scores[negative], 0.98)).mean()
    return (
        f"{roc_auc(positive[judged], scores[judged]):.3f}, "
        f"recall {(scores[positive] >= limit).mean():.2f}, "
        f"false {1000 * (scores[negative] >= limit).mean():.0f}, at 20 {at_two:.2f}"
    ), [at_two]


def main():
    asked = argparse.ArgumentParser()
    asked.add_argument("data", type=Path)
    asked.add_argument("-m", "--model", default="default")
    asked.add_argument("--messages", type=Path)
    given = asked.parse_args()
    model = Model.load(given.model)
    clean, held_out, recalls, recalls_elsewhere = [], [], [], {}
    for language, part in sorted(model.by_language.items()):
        learnt = {source["name"] for source in part.sources}
        for label in part.text_heads:
            limit, area = model.thresholds[label.name], label.metrics["out_of_fold"]["roc_auc"]
            said = [f"held out {area[0]:.3f}, recall {label.operating['recall']:.2f}"]
            held_out.append(area[0])
            recalls.append(label.operating["recall"])
            for name, rows in other_sets(given.data, language, learnt):
                scores = scores_of(part, rows["text"], label.name)
                answers = rows[label.name].to_numpy(float, na_value=np.nan)
                told, elsewhere = compared(rows, label.name, answers, scores, limit)
                recalls_elsewhere.setdefault(label.name, []).extend(elsewhere)
                said.append(f"{name} {told}")
            texts = messages(given.messages, language) if given.messages else []
            if texts:
                clean.append(1000 * (scores_of(part, texts, label.name) >= limit).mean())
                said.append(f"messages {clean[-1]:.1f}")
            print(f"{language:8} {label.name:6} {'; '.join(said)}")
    print(f"held out: mean area {np.mean(held_out):.3f}, recall {np.mean(recalls):.2f}")
    for name, found in recalls_elsewhere.items():
        if found:
            print(f"{name}, other sets: mean recall at 20 false flags {np.mean(found):.3f}")
    if clean:
        print(f"flags per 1,000 messages: mean {np.mean(clean):.2f}, worst {np.max(clean):.1f}")


if __name__ == "__main__":
    main()
