"""The circle by commands alone: score, decide on 200 comments, train, compare, promote, score."""

import csv
import json
import re
import shutil

import numpy as np
import pytest
from places import ROOT, SHARED
from small_model import INSULTS, PLACES, trained

from moderation.labels.ledger import entries
from moderation.model.model import Model
from moderation.readers.written import read_table
from moderation.review import open_scored

FILES = ("model.json", "weights.safetensors")
SUBJECTS = (
    "ferry",
    "harbour",
    "bakery",
    "library",
    "orchard",
    "museum",
    "tramway",
    "swimming pool",
)
VERBS = ("closes", "opens late", "was painted", "costs more", "needs a roof", "has a new clock")
TIMES = ("on Monday", "in spring", "after the fair", "since May", "by night", "twice a year")
GOODS = ("glowcream", "zapberry", "slimtonic", "vitadrops")
RUDE = ("numbskull", "dimwit", "blockhead", "nitwit")


def comments(count=600, seed=0):
    """A made-up forum that sells and insults by other words than the small model knows."""
    rng = np.random.default_rng(seed)
    for number in range(count):
        subject, verb, time = (str(rng.choice(one)) for one in (SUBJECTS, VERBS, TIMES))
        text = f"The {subject} {verb} {time}, says neighbour {rng.choice(VERBS)} {number}"
        kind = rng.random()
        if kind < 0.12:
            goods = rng.choice(GOODS)
            text = f"my {subject} friend lost weight {time} with {goods}"  # too short to compare
        elif kind < 0.24:
            text = f"only a {rng.choice(RUDE)} says the {subject} {verb}, you {rng.choice(RUDE)}"
        yield {"id": str(number), "thread_id": f"t{number // 12}", "text": text}


def said(text):
    """What the moderator of the made-up forum decides."""
    return {
        "spam": int(any(word in text for word in (*GOODS, *PLACES))),
        "abuse": int(any(word in text for word in (*RUDE, *INSULTS))),
    }


def decide(queue, target, rule, who="ann"):
    """A file with what `who` decides on each comment of a queue; how many there are."""
    scored = open_scored(queue)
    rows = scored.listed.tolist()
    with target.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream)
        for number, (row, one) in enumerate(zip(rows, scored.records.take(rows), strict=True)):
            verdicts = rule(one["text"])
            if not number:
                writer.writerow(["thread_id", "id", "text", "annotator", "labelled_at", *verdicts])
            thread = scored.named["thread_id"][row]
            when = f"2026-03-01T12:{number // 60 % 60:02d}:{number % 60:02d}Z"
            writer.writerow([thread, one["id"], one["text"], who, when, *verdicts.values()])
    return len(rows)


@pytest.fixture
def place(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    trained().save(tmp_path / "models/default")
    lines = "".join(json.dumps(one) + "\n" for one in comments())
    (tmp_path / "dump.jsonl").write_text(lines)
    return tmp_path


def ok(ran):
    assert ran.status == 0, ran.err
    return ran


def circle(moderation, place, rule, labels):
    """Every step of it; the average score of what the rule calls each label, before and after."""
    ok(moderation("score", "dump.jsonl", "-o", "scored.parquet"))
    ok(moderation("queue", "scored.parquet", "-n", "200", "-o", "queue.parquet"))
    assert decide(place / "queue.parquet", place / "decided.csv", rule) == 200
    ok(moderation("labels", "import", "decided.csv"))
    train = ("train", "labels/ledger.jsonl", "--from", "default", "-o", "models/mine")
    ok(moderation(*train))
    compare = ("evaluate", "models/mine", "labels/ledger.jsonl", "--against", "default")
    assert (
        "200 rows that mine learnt from count with held-out scores" in ok(moderation(*compare)).err
    )
    promoted = ok(moderation("promote", "models/mine"))
    assert "models/default is now models/mine" in promoted.err
    ok(moderation("score", "dump.jsonl", "-o", "again.parquet"))
    measured = ok(moderation("queue", "again.parquet", "-n", "20"))
    assert [line.split()[0] for line in measured.out.splitlines()[-len(labels) :]] == labels
    asked = {one["text"] for one in entries("labels/ledger.jsonl")}
    means = {}
    for file in ("scored.parquet", "again.parquet"):
        table = read_table(file)[0].to_pandas()
        fresh = table[~table["text"].isin(asked)]
        for label in labels:
            is_one = [rule(text)[label] == 1 for text in fresh["text"]]
            means[file, label] = float(fresh[label][is_one].mean())
    return means


def test_two_hundred_decisions_make_a_better_model_by_commands_alone(moderation, place):
    means = circle(moderation, place, said, ["spam", "abuse"])
    for label in ("spam", "abuse"):
        assert means["again.parquet", label] > means["scored.parquet", label] + 0.2
    ok(moderation("promote", "--rollback"))
    ok(moderation("score", "dump.jsonl", "-o", "back.parquet"))
    first, back = (read_table(name)[0] for name in ("scored.parquet", "back.parquet"))
    assert back.equals(first)


def test_a_retracted_annotator_leaves_the_bytes_of_a_model_that_never_saw_them(moderation, place):
    ok(moderation("score", "dump.jsonl", "-o", "scored.parquet"))
    ok(moderation("queue", "scored.parquet", "-n", "200", "-o", "queue.parquet"))
    decide(place / "queue.parquet", place / "ann.csv", said)
    decide(place / "queue.parquet", place / "eve.csv", lambda text: {
        label: 1 - value for label, value in said(text).items()}, "eve")  # fmt: skip
    ok(moderation("labels", "import", "ann.csv", "--labels", "clean.jsonl"))
    for one in ("eve.csv", "ann.csv"):
        ok(moderation("labels", "import", one))
    ok(moderation("labels", "retract", "--annotator", "eve"))
    key = entries("clean.jsonl")[7]["key"]
    for path in ("labels/ledger.jsonl", "clean.jsonl"):
        ok(moderation("labels", "retract", key, "--labels", path))
    for ledger, target in (("labels/ledger.jsonl", "models/one"), ("clean.jsonl", "models/two")):
        ok(moderation("train", ledger, "--from", "default", "-o", target))
    assert [(place / "models/one" / name).read_bytes() for name in FILES] == [
        (place / "models/two" / name).read_bytes() for name in FILES
    ]
    never = "".join(
        line + "\n"
        for line in (place / "clean.jsonl").read_text().splitlines()
        if key not in line and '"retraction"' not in line
    )
    (place / "never.jsonl").write_text(never)
    ok(moderation("train", "never.jsonl", "--from", "default", "-o", "models/three"))
    assert [(place / "models/one" / name).read_bytes() for name in FILES] == [
        (place / "models/three" / name).read_bytes() for name in FILES
    ]


def test_a_model_that_learnt_the_opposite_is_refused(moderation, place):
    ok(moderation("score", "dump.jsonl", "-o", "scored.parquet"))
    ok(moderation("queue", "scored.parquet", "-n", "200", "-o", "queue.parquet"))
    decide(place / "queue.parquet", place / "ann.csv", said)
    ok(moderation("labels", "import", "ann.csv"))
    ok(moderation("train", "labels/ledger.jsonl", "--from", "default", "-o", "models/mine"))
    ok(moderation("promote", "models/mine"))
    decide(place / "queue.parquet", place / "eve.csv", lambda text: {
        label: 1 - value for label, value in said(text).items()}, "eve")  # fmt: skip
    ok(moderation("labels", "import", "eve.csv", "--labels", "eve.jsonl"))
    ok(moderation("train", "eve.jsonl", "--from", "default.previous", "-o", "models/eve"))
    before = Model.load("models/default").digest
    ran = moderation("promote", "models/eve")
    assert ran.status == 1
    assert "not promoted: it is worse" in ran.err
    assert Model.load("models/default").digest == before


# ---- a real dump, the shipped model --------------------------------------------------------------

RUDE_WORDS = re.compile(
    r"\b(?:idiots?|morons?|stupid|dumb(?:ass)?|assholes?|loser|pathetic|shut up|retard\w*|scum"
    r"|fuck (?:you|off)|bullshit|liar|clown|trash)\b",
    re.IGNORECASE,
)


def test_the_circle_with_the_shipped_model(moderation, place):
    shutil.rmtree(place / "models/default")
    shutil.copytree(ROOT / "models/default", place / "models/default")
    means = circle(moderation, place, said, ["spam", "abuse"])
    for label in ("spam", "abuse"):
        assert means["again.parquet", label] > means["scored.parquet", label]


@pytest.mark.skipif(not (SHARED / "data/threads").exists(), reason="no real dump is here")
def test_the_circle_on_a_real_dump_with_the_shipped_model(moderation, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    shutil.copytree(ROOT / "models/default", tmp_path / "models/default")
    table = read_table(SHARED / "data/threads/reddit_2026.parquet")[0].slice(0, 4000).to_pandas()
    lines = [
        json.dumps({"id": str(row), "thread_id": post, "text": text, "title": title})
        for row, (post, text, title) in enumerate(
            zip(table["post_id"], table["comment_text"], table["post_title"], strict=True)
        )
    ]
    (tmp_path / "dump.jsonl").write_text("\n".join(lines))
    means = circle(
        moderation,
        tmp_path,
        lambda text: {"abuse": int(bool(RUDE_WORDS.search(text)))},
        ["abuse"],
    )
    assert means["again.parquet", "abuse"] > means["scored.parquet", "abuse"]
