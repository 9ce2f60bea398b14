"""A full training weighs the user's decisions against the rest, and says what they bought."""

from datetime import UTC, datetime

import numpy as np
import pandas as pd
import pytest
from small_model import lexicon, recipe, table

from moderation.labels.ledger import Decision, append, entries, retract
from moderation.labels.table import label_frame, stack
from moderation.training.decisions.gain import bought
from moderation.training.tasks import FACTORS, RowOrigins, decided, task_of
from moderation.training.train import train

FILES = ("model.json", "weights.safetensors")
WORDS = ("tonic", "elixir", "potion", "brew", "draught", "syrup", "balm", "salve", "lotion", "tea")
DAYS = ("monday", "tuesday", "friday", "sunday", "winter", "summer")


def remarks():
    for number, word in enumerate(WORDS):
        for day in DAYS:
            yield f"by {day} order {word} {number}{day[:2]} from our shop", 1
            yield f"on {day} we read of {word} {number}{day[-2:]} in school", 0


def own_rows(flip=False):
    rows = pd.DataFrame(list(remarks()), columns=["text", "spam"])
    if flip:
        rows["spam"] = np.random.default_rng(0).permutation(rows["spam"])
    return label_frame(rows.assign(source="ledger"), "own")


def both(own):
    frame = stack([table(), own])
    return frame, np.arange(len(frame)) >= len(table())


def made(own):
    frame, mine = both(own)
    return train(
        frame,
        recipe=recipe(),
        lexicon=lexicon(),
        origins=RowOrigins.none(frame)._replace(decisions=mine),
        threads=1,
    )


@pytest.fixture(scope="module")
def model():
    return made(own_rows())


def test_decisions_that_teach_are_said_to(model):
    stated = model.heads[0].metrics["decisions"]
    assert (stated["positives"], stated["negatives"]) == (60, 60)
    assert stated["factor"] in FACTORS
    assert stated["held_out"]["after"] > stated["held_out"]["before"] + 0.1
    (line,) = bought(model)
    assert line.startswith("spam: 120 decisions closed ")
    assert line.endswith(f"-> {stated['held_out']['after']:.3f}, held out")
    assert "decisions" not in model.heads[1].metrics


def test_decisions_at_random_count_less_than_good_ones(model):
    random = made(own_rows(flip=True)).heads[0].metrics["decisions"]
    assert random["factor"] == FACTORS[0] < model.heads[0].metrics["decisions"]["factor"]
    assert random["held_out"]["closed"][1] < 0.2


def test_their_held_out_scores_stay_in_the_model(model):
    found = model.held.find(own_rows()["text"])
    assert not np.isnan(found[:, 0]).any()
    assert np.isnan(found[:, 1]).all()
    assert np.isnan(model.held.find(table()["text"])).all()


def test_decisions_that_the_rest_knew_measure_nothing():
    copies = table().assign(source="ledger")
    stated = made(copies).heads[1].metrics["decisions"]
    assert (stated["positives"], stated["negatives"]) == (40, 125)
    assert stated["held_out"]["closed"] == [None, None, None]


def test_too_few_decisions_count_as_one_more_set():
    few = own_rows().iloc[:9]
    frame, mine = both(few)
    task = task_of(frame, "spam", recipe().of("spam"), mine, 0)
    assert not task.own.any()
    assert (task.cost[mine] > 0).all()
    assert decided(frame, mine) == {"spam": [5, 4]}
    (line,) = bought(made(few))
    assert line == (
        "spam: 9 decisions (5 yes, 4 no): learnt with the rest; too few to weigh or to measure"
    )


def test_the_rest_costs_the_same_whatever_was_decided():
    frame, mine = both(own_rows())
    with_own = task_of(frame, "spam", recipe().of("spam"), mine, 0)
    alone = task_of(table(), "spam", recipe().of("spam"), np.zeros(len(table()), bool), 0)
    assert np.array_equal(with_own.cost[~mine], alone.cost)
    assert with_own.without_own().cost[mine].sum() == 0
    assert np.array_equal(with_own.weighed(4.0).cost[mine], with_own.cost[mine] * 4)


def test_what_was_retracted_was_never_there(moderation, tmp_path):
    table().to_csv(tmp_path / "table.csv", index=False)
    at = datetime(2026, 3, 1, tzinfo=UTC)

    def ledger(name, said):
        path = tmp_path / name / "ledger.jsonl"
        append(path, [Decision(label="spam", value=bool(v), text=t, annotator=a, at=at)
                      for t, v, a in said])  # fmt: skip
        return path

    good = [(text, value, "ann") for text, value in remarks()]
    bad = [(text, 1 - value, "eve") for text, value in remarks()]
    never, whole = ledger("never", good[1:]), ledger("whole", [*bad, *good])
    key = next(
        one["key"]
        for one in entries(whole)
        if one["annotator"] == "ann" and one["text"] == good[0][0]
    )
    retract(whole, annotator="eve", by="ann", at=at)
    retract(whole, key=key, by="ann", at=at)
    for path in (never, whole):
        ran = moderation("train", tmp_path / "table.csv", path, "-o", path.parent / "model")
        assert ran.status == 0, ran.err
        assert "spam: 119 decisions closed" in ran.err
    one, two = (
        [(path.parent / "model" / name).read_bytes() for name in FILES] for path in (never, whole)
    )
    assert one == two
