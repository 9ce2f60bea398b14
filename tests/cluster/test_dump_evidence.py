"""What only a dump knows: counted over partitions as in memory, and told in the written file."""

import json
import random

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from partitioned_runs import run, scored
from places import MODEL

from moderation.cluster import dump_evidence, part
from moderation.model.model import Model
from moderation.readers import read
from moderation.scoring import score
from moderation.tables import write_table

WEATHER = ["rain", "snow", "wind", "bus", "tram", "oil", "gas", "road", "street", "tree"]
PRAISE = (
    "what a wonderful article, my {} told me of it and we read it twice at breakfast, {} see {}"
)


def records():
    """A campaign of spun praise, links, numbers, adverts for names, regulars; repeats of some."""
    rng = random.Random(5)
    found = []
    for k in range(60):
        text = PRAISE.format(rng.choice(["brother", "aunt"]), k, f"http://sofa.example/{k}")
        found.append({"thread_id": f"t{k % 25}", "author": f"n{k % 40}", "text": text})
    for k in range(150):
        text = " ".join(rng.choices(WEATHER, k=9))
        text += rng.choice(["", " call 0800 123 4567", f" http://host{k % 30}.example/", " +1"])
        found.append({"thread_id": f"t{k % 25}", "author": f"u{k % 11}", "text": text})
    for k in range(20):
        name = ["Cheap Jerseys Online", "http://a.example/x", "", None, "=cmd|x"][k % 5]
        found.append({"thread_id": f"t{k}", "author": name, "text": "Thanks for sharing this"})
    for k in range(30):
        title = {"title": "News", "article": "News", "url": f"http://own{k % 2}.example/{k % 3}"}
        text = f"page {k} has it: http://own{k % 3}.example/p{k}"
        found.append({"thread_id": f"o{k % 9}", "author": f"o{k}", "text": text} | title)
    for k in range(40):  # nameless, most of a kind in one thread
        text = f"{WEATHER[k % 4]} trader {k} doubled all I had within a month, so write to her now"
        found.append({"thread_id": f"m{k % 4 if k < 30 else k}", "text": text})
    for k, one in enumerate(found):
        one["id"] = str(k)
        one["created_at"] = f"2024-01-01T1{k % 3}:0{k % 9}:00Z"
    return found + [dict(one) for one in found[::9]]


def write(path, rows):
    path.write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    return str(path)


@pytest.fixture(scope="module")
def model():
    return Model.load(MODEL)


def written(folder, model):
    """The table that a run in memory writes."""
    dump = read(write(folder / "d.jsonl", records()))
    write_table(score(dump, model), folder / "all.parquet")
    return pq.read_table(folder / "all.parquet")


@pytest.fixture(scope="module")
def expected(tmp_path_factory, model):
    """The rows of the run in memory, in the order of the partitions."""
    whole = written(tmp_path_factory.mktemp("whole"), model)
    return whole.take(pa.array(part.hash_order(whole["thread_id"]))).combine_chunks()


@pytest.mark.parametrize("partitions", [1, 2, 3, 7, 64])
def test_any_number_of_partitions_says_the_same(model, expected, tmp_path, partitions):
    run([write(tmp_path / "d.jsonl", records())], tmp_path / "out", model, partitions)
    assert scored(tmp_path / "out").equals(expected)


def test_another_order_and_small_slices_say_the_same(model, expected, tmp_path, monkeypatch):
    monkeypatch.setattr(dump_evidence, "SLICE_ROWS", 50)
    rows = records()
    random.Random(1).shuffle(rows)
    run([write(tmp_path / "d.jsonl", rows)], tmp_path / "out", model, 3)
    assert scored(tmp_path / "out").equals(expected)


def test_the_written_file_says_why(model, tmp_path):
    low = model.with_thresholds({"spam": 0.2})  # the shipped one moves with every training
    rows = {row["id"]: row for row in written(tmp_path, low).to_pylist()}
    said = json.loads(rows["0"]["why"])["spam"]
    assert set(said["dump"]) == {"same text elsewhere", "same link elsewhere"}
    assert said["sentence"] == (
        "Nearly the same text stands under 24 other articles by 40 authors; "
        "a link to the same site stands under 24 other articles by 40 authors."
    )
    names = json.loads(rows["211"]["why"])["spam"]
    assert names["sentence"] == "The author's name is a link."
