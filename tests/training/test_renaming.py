"""Copies of rows in which the names of groups are others."""

import numpy as np
import pandas as pd

from moderation.labels.table import label_frame
from moderation.training.renaming import Names, renamed
from moderation.training.tasks import RowOrigins
from moderation.training.train import train

NAMES = Names(["turk", "pole", "women", "jews", "jehovah's"])
ROWS = label_frame(
    pd.DataFrame(
        {
            "text": ["a Turk, a POLE and 2 women", "cats are vermin", "Jews were here", "ask Jews"],
            "slur": [0, 1, 1, None],
            "abuse": [0, 1, 0, 1],
            "group": [None, None, "debate", None],
            "weight": [None, 1, 2, 1],
        }
    ),
    "rows",
)


def test_a_name_becomes_one_of_its_kind_in_the_capitals_of_the_old():
    rng = np.random.default_rng(0)
    told = {NAMES.exchanged("Turk POLE women turkish", rng) for _ in range(60)}
    assert told == {
        f"{first} {second} {third} turkish"
        for first in ("Turk", "Pole")
        for second in ("TURK", "POLE")
        for third in ("women", "jews")
    }


def test_copies_are_judged_for_the_label_alone_and_count_less():
    found, places = renamed(ROWS, "slur", NAMES, 0.5, seed=4)
    assert places.tolist() == [0, 2]
    assert found["slur"].tolist() == [0, 1]
    assert found["abuse"].isna().all()
    assert found["weight"].tolist() == [0.5, 1.0]
    assert found["group"].tolist()[1] == "debate"
    assert (found["text"].to_numpy() != ROWS["text"][[0, 2]].to_numpy()).all()
    assert found.equals(renamed(ROWS, "slur", NAMES, 0.5, seed=4)[0])


def test_copies_are_learnt_from_and_not_measured():
    words = ["amber", "birch", "cedar", "dune", "elbow", "fjord", "grape", "heron", "inlet",
             "jetty", "kiosk", "lemon"]  # fmt: skip
    rows = pd.DataFrame({"text": [f"{end} {word}" for word in words for end in ("dull", "vile")]})
    table = label_frame(rows.assign(slur=[0, 1] * 12), "rows")
    copies = table[1::2].assign(text=table["text"][1::2].str.replace("vile", "grim"))
    both = pd.concat([table, copies.astype(table.dtypes)], ignore_index=True)
    origins = RowOrigins.none(both)._replace(copy_of=np.append(np.arange(24), np.arange(1, 24, 2)))
    model, plain = train(both, origins=origins, threads=1), train(table, threads=1)
    logits = [one.logits(["grim tidings"])[0, 0] for one in (plain, model)]
    assert logits[1] > logits[0] + 0.5
    assert model.heads[0].metrics["out_of_fold"]["prevalence"][0] == 0.5
