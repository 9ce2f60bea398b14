"""How well languages are told, and what is flagged in those that were not learnt.

    python -m benchmarks.languages DATA [-m MODEL] [--messages /usr/share/locale]

Each set of DATA/languages is named by its language. Only comments of more than 20 letters count;
flags are counted on those that nobody judged to be anything. English sets: any `text` column of
Parquet files in DATA. Messages: flags on up to 1,000 translated program messages of each locale
that has 200.
"""

import argparse
import time
from collections import Counter
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa

from benchmarks.language_parts import messages
from moderation.language.identify import languages
from moderation.model.model import Model

EACH = 1_500
ENGLISH = {
    "blogs/everyday.parquet": "text",
    "c3_half.parquet": "comment_text",
    "crisislex_t6.parquet": "tweet",
    "hatexplain_binary.parquet": "tweet",
    "hateval2019_en.parquet": "text",
    "implicit_hate_stg1.parquet": "post",
    "semeval2016_cqa.parquet": "comment",
}


def sample(texts):
    texts = texts.dropna().astype(str)
    texts = texts[texts.map(lambda text: sum(c.isalpha() for c in text) > 20)]
    return texts.sample(min(EACH, len(texts)), random_state=1)


def told(texts):
    """Languages of the texts, and microseconds each."""
    column = pa.array(texts, pa.large_string())
    begin = time.process_time()
    found = languages(column).to_pylist()
    return found, 1e6 * (time.process_time() - begin) / max(len(texts), 1)


def flags_per_1000(model, texts):
    scores = model.score(texts)
    return [1000 * (scores[h.name].fillna(0) >= h.threshold).mean() for h in model.text_heads]


def on_messages(model, folder):
    """Flags per 1,000 program messages by locale; a language's locales count once, by the worst."""
    found = {}
    for place in filter(Path.is_dir, sorted(folder.iterdir())):
        texts = messages(folder, place.name)[:1000]
        if len(texts) >= 200:
            language = place.name.split("_")[0].split("@")[0]
            rates = flags_per_1000(model, texts)
            found[language] = np.maximum(found.get(language, np.zeros(len(rates))), rates)
    worst = sorted(found.items(), key=lambda one: -max(one[1]))[:6]
    print(f"messages of {len(found)} languages: mean", np.mean([*found.values()], axis=0).round(2))
    print("worst:", ", ".join(f"{name} {np.round(rates, 1)}" for name, rates in worst))


def main():
    asked = argparse.ArgumentParser()
    asked.add_argument("data", type=Path)
    asked.add_argument("-m", "--model", default="default")
    asked.add_argument("--messages", type=Path)
    given = asked.parse_args()
    model = Model.load(given.model)
    languages(pa.array(["load the tables"]))
    if given.messages:
        on_messages(model, given.messages)
    print(f"{'set':24} {'right':>6} {'us':>6}  flags of 1,000 clean ones; most often taken for")
    by_language, flags = {}, []
    for file in sorted(given.data.glob("languages/*/data.parquet")):
        name = file.parent.name
        language = "ur-Latn" if name.startswith("ur_latn") else name.split("_")[0]
        rows = pd.read_parquet(file)
        found, cost = told(sample(rows["text"]).tolist())
        right = np.mean([one == language for one in found])
        by_language.setdefault(language, []).append(right)
        judged = [label for label in ("spam", "slur", "abuse") if label in rows]
        clean = sample(rows[~(rows[judged] == 1).any(axis=1)]["text"])
        flags.append(flags_per_1000(model, clean.tolist()))
        others = Counter(one for one in found if one != language).most_common(3)
        print(f"{name:24} {right:6.3f} {cost:6.1f}  {np.round(flags[-1], 1)} {others}")
    print(
        "languages", len(by_language), "mean", np.mean([np.mean(v) for v in by_language.values()])
    )
    print(
        "flags: mean", np.round(np.mean(flags, axis=0), 2), "worst", np.max(flags, axis=0).round(1)
    )
    for file, column in ENGLISH.items():
        found, cost = told(sample(pd.read_parquet(given.data / file)[column]).tolist())
        other = Counter(one for one in found if one not in ("en", None))
        print(
            f"{file:28} English {np.mean([one == 'en' for one in found]):.4f} {cost:.1f} us {other}"
        )


if __name__ == "__main__":
    main()
