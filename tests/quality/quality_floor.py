"""Measure the shipped model against pinned floors.

    PYTHONPATH=.:tests/helpers python tests/quality/quality_floor.py [--raise [--lower]]

Without a flag it says where the model stands; --raise pins what has become better; --raise --lower
pins everything as it is now, worse or not.

`quality_floor.json` has, per measure, the floor and the digest of the data it was measured on:
another digest is another measure, and fails until it is pinned anew.
"""

import argparse
import hashlib
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
from disguises import WAYS, disguised
from places import HELPERS, ROOT, SHARED

from moderation.evaluation.metrics import roc_auc
from moderation.model.model import Model

HERE = Path(__file__).parent
FLOORS = HERE / "quality_floor.json"
DATA = SHARED / "data"
LABELS = ("spam", "slur", "abuse")
ROUNDED = 3  # digits of a floor: another processor may rank two comments the other way


def digest(*paths):
    found = hashlib.sha256()
    for path in sorted(paths, key=lambda path: path.name):
        found.update(path.read_bytes())
    return found.hexdigest()[:16]


def behaviour(model):
    """Ranking and right flags on the functional cases, per label."""
    path = HERE / "behaviour.csv"
    cases = pd.read_csv(path, keep_default_na=False)
    scores = model.score_texts(cases["text"])
    for column, head in enumerate(model.text_heads):
        wanted = cases["expected"].str.split(";").map(lambda names, n=head.name: n in names)
        flagged = scores[:, column] >= head.threshold
        auc = roc_auc(wanted.to_numpy(bool), scores[:, column])
        yield f"functional cases, {head.name}, area under the curve", auc, digest(path)
        yield f"functional cases, {head.name}, accuracy", (flagged == wanted).mean(), digest(path)


def groups(model):
    """Ranking and right flags for slur on statements about groups of people, never trained on."""
    column = model.labels.index("slur")
    for what, name in (("statements about groups", "groups"), ("plain statements", "statements")):
        path = HERE / f"{name}.csv"
        cases = pd.read_csv(path, keep_default_na=False)
        wanted = (cases["expected"] == "slur").to_numpy(bool)
        scores = model.score_texts(cases["text"])[:, column]
        right = (scores >= model.text_heads[column].threshold) == wanted
        yield f"{what}, slur, area under the curve", roc_auc(wanted, scores), digest(path)
        yield f"{what}, slur, accuracy", right.mean(), digest(path)


def traps(model):
    """Share of the harmless look-alikes that are not flagged with their label."""
    path = HERE / "traps.csv"
    cases = pd.read_csv(path, keep_default_na=False)
    scores = model.score_texts(cases["text"])
    for column, head in enumerate(model.text_heads):
        own = (cases["label"] == head.name).to_numpy(bool)
        calm = (scores[own, column] < head.threshold).mean()
        yield f"traps, {head.name}, not flagged", calm, digest(path)


def disguises(model):
    """By way of hiding words: steadiness of scores, and flags that stay, on the functional cases.

    The change of recall can be of either sign; a gain counts as none lost.
    """
    path, how = HERE / "behaviour.csv", HELPERS / "disguises.py"
    cases = pd.read_csv(path, keep_default_na=False)
    plain, limits = model.score_texts(cases["text"]), list(model.thresholds.values())
    wanted = [
        cases["expected"].str.split(";").map(lambda names, n=head.name: n in names).to_numpy(bool)
        for head in model.text_heads
    ]
    for way in WAYS:
        hidden = model.score_texts(disguised(cases["text"], way))
        steady = 1 - abs(hidden - plain).mean(axis=0).max()
        lost = [
            (plain[rows, k] >= limits[k]).mean() - (hidden[rows, k] >= limits[k]).mean()
            for k, rows in enumerate(wanted)
        ]
        yield f"{way}, 1 - mean change of score", steady, digest(path, how)
        yield f"{way}, 1 - recall lost", 1 - max(*lost, 0), digest(path, how)


def scripts(model):
    """Share of ordinary sentences in other scripts that are not flagged, folded or not."""
    path = HERE / "clean_scripts.csv"
    cases = pd.read_csv(path)
    limits = np.array([head.threshold for head in model.text_heads])
    for language, rows in cases.groupby("language"):
        calm = [
            (one.score_texts(rows["text"]) < limits).all(axis=1).mean()
            for one in (model, unfolded(model))
        ]
        yield f"{language} sentences, not flagged", calm[0], digest(path)
        yield (
            f"{language} sentences, not flagged more for folding",
            1 - max(calm[1] - calm[0], 0),
            digest(path),
        )


def unfolded(model):
    """The model as it would score if disguises were not undone."""
    config = replace(model.table.config, fold=False)
    return replace(model, table=replace(model.table, config=config))


def unseen_sets(model):
    """Area under the curve on sets that may not go into a model; empty where they are absent."""
    files = sorted(DATA.glob("youtube_spam_extra/*.csv"))
    if files:
        rows = pd.concat([pd.read_csv(path) for path in files])
        scores = model.score_texts(rows["CONTENT"].astype(str).tolist())
        auc = roc_auc(rows["TAG"].to_numpy() == 1, scores[:, model.labels.index("spam")])
        yield (
            "comments of more videos, overlapping the training set, spam, area under the curve",
            auc,
            digest(*files),
        )
    path = DATA / "hateval2019_en.parquet"
    if path.exists():
        rows = pd.read_parquet(path)
        scores = model.score_texts(rows["text"].astype(str).tolist())
        auc = roc_auc(rows["HS"].to_numpy() == 1, scores[:, model.labels.index("slur")])
        yield "tweets on women and migrants, slur, area under the curve", auc, digest(path)


def measured(model):
    """{measure: (value, digest of the data)}, of what is there."""
    parts = (
        behaviour(model),
        groups(model),
        traps(model),
        disguises(model),
        scripts(model),
        unseen_sets(model),
    )
    return {
        name: (round(float(value), ROUNDED), data) for part in parts for name, value, data in part
    }


def floors():
    """{measure: (floor, digest)} as pinned."""
    return {name: tuple(pinned) for name, pinned in json.loads(FLOORS.read_text("utf-8")).items()}


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--raise", dest="higher", action="store_true")
    parser.add_argument("--lower", action="store_true", help="only together with --raise")
    chosen = parser.parse_args()
    if chosen.lower and not chosen.higher:
        parser.error("--lower only together with --raise")
    now = measured(Model.load(ROOT / "models" / "default"))
    pinned = floors() if FLOORS.exists() else {}
    for name, (value, data) in now.items():
        floor, on = pinned.get(name, (None, data))
        print(f"{value:.3f}  floor {floor if floor is None else format(floor, '.3f')}  {name}")
        better = floor is None or (value > floor and on == data)
        if (chosen.higher and better) or chosen.lower:
            pinned[name] = (value, data)
    if chosen.higher:
        FLOORS.write_text(json.dumps(pinned, indent=1, sort_keys=True) + "\n", "utf-8")


if __name__ == "__main__":
    main()
