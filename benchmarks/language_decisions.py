"""What 300 decisions on a language that the model has not learnt close of what is missing.

    python -m benchmarks.language_decisions DATA [-m MODEL] [--sets tr_offenseval2020 ...]

Of each set of DATA/languages 30 % of the rows are left out, near-duplicates together; of the others
300 whose language is told (a few words without a thread are in none) are drawn three times and
learnt as decisions (`train --from`), and all of them once as a public set would be. Areas under the
ROC curve for abuse: of the English model, after 300, after all; and which share of the way from the
first to the last the 300 went. A part that the model has for the language is left out.
"""

import argparse
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from moderation.evaluation.metrics import roc_auc
from moderation.features.unicode_forms import composed
from moderation.labels.splits import folds
from moderation.labels.table import label_frame
from moderation.model.model import Model
from moderation.training.decisions.by_language import learn_decisions
from moderation.training.language_parts import RECIPE, part_for
from moderation.training.languages import spoken_in
from moderation.training.recipe import Recipe

SETS = (
    *("tr_offenseval2020", "ru_vk_2ch_mix", "hi_macd"),
    *("es_offendes", "fa_parsoffensive", "he_olah"),
)
LEFT_OUT = 3  # of ten folds
DECISIONS = 300
DRAWS = 3
LABELS = Path(__file__).parents[1] / "labels"


def rows_of(data, name):
    """Judged rows of a set as a label table."""
    found = pd.read_parquet(data / "languages" / name / "data.parquet")
    found = found[found["abuse"].notna()][["text", "abuse"]]
    return label_frame(found.assign(source=name).reset_index(drop=True), name)


def area(model, rows):
    """Of the raw logits for abuse; a part reads composed texts."""
    column = [head.name for head in model.text_heads].index("abuse")
    texts = composed(rows["text"], model.table.config.fold)
    return roc_auc((rows["abuse"] == 1).to_numpy(), model.logits(texts)[:, column])


def closed(model, language, rows, recipe):
    """English area, area after each draw of decisions, area after the whole set."""
    fold = folds(rows, 10, seed=5)
    left_out = rows[fold < LEFT_OUT]
    others = rows[fold >= LEFT_OUT].reset_index(drop=True)
    told = others[spoken_in(others["text"]) == language]
    after = []
    for seed in range(DRAWS):
        drawn = told.sample(DECISIONS, random_state=seed).reset_index(drop=True)
        taught = learn_decisions(model, drawn)
        after.append(area(taught.by_language[language], left_out))
    whole = part_for(model, language, others, recipe=recipe)
    return area(model, left_out), after, area(whole, left_out)


def main():
    asked = argparse.ArgumentParser()
    asked.add_argument("data", type=Path)
    asked.add_argument("-m", "--model", default="default")
    asked.add_argument("--sets", nargs="*", default=SETS)
    given = asked.parse_args()
    model = Model.load(given.model)
    recipe = Recipe.read(LABELS / RECIPE)
    print(f"{'set':20} {'rows':>6} English  {DECISIONS} decisions          whole set  closed")
    for name in given.sets:
        language = name.split("_")[0]
        parts = {one: part for one, part in model.by_language.items() if one != language}
        rows = rows_of(given.data, name)
        before, after, whole = closed(replace(model, by_language=parts), language, rows, recipe)
        share = (np.mean(after) - before) / (whole - before)
        drawn = " ".join(f"{one:.3f}" for one in after)
        print(f"{name:20} {len(rows):6} {before:.3f}    {drawn}      {whole:.3f}      {share:.0%}")


if __name__ == "__main__":
    main()
