"""A dump with everything that could come out otherwise in parts: written in several files."""

import json
import random
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

PROSE = """
    the recipe with less sugar was a nice idea but my oven runs hot and the crust burnt
    nobody asked for your stupid opinion you moron go away visit cash now win money click
    council votes on parking next week buses are late again trees by the river need water
"""
WORDS = PROSE.split()


def comments(threads=40, seed=0):
    """Records of `threads` threads: orphans, cycles, copies, repeats, no times, two titles."""
    rng = random.Random(seed)
    found = []
    for thread in range(threads):
        name = f"thread {thread}"
        for number in range(rng.randint(1, 30)):
            answers = rng.choice([None, *range(number), 99] if number else [None])
            found.append(
                {
                    "thread_id": name,
                    "id": f"{number}",
                    "parent_id": None if answers is None else f"{answers}",
                    "author": rng.choice(["ann", "bob", None]),
                    "created_at": rng.choice([None, f"2024-01-{1 + number % 28:02}T10:00:00Z"]),
                    "text": " ".join(rng.choices(WORDS, k=rng.randint(1, 30))),
                    "title": f"About {rng.choice(WORDS)} {rng.choice(WORDS)}",
                }
            )
    circle = {"thread_id": "circle", "text": "round and round", "title": "Circles"}
    found += [
        circle | {"id": one, "parent_id": other}
        for one, other in (("a", "b"), ("b", "c"), ("c", "a"))
    ]
    copies = [one | {"text": f"{one['text']} edited"} for one in found[::17]]
    repeats = [dict(one) for one in found[::23]]
    advert = "win a lot of money from home every day with this one simple trick at cash.example now"
    found += copies + repeats
    found += [
        {"thread_id": f"thread {k}", "id": f"ad{k}", "author": "seller", "text": f"{advert} {k}"}
        for k in range(0, threads, 3)
    ]
    return found


def write(folder, found, shuffle=None):
    """The records in three JSON lines files and one of Parquet; beside them two without threads."""
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    found = list(found)
    if shuffle is not None:
        random.Random(shuffle).shuffle(found)
    cuts = [len(found) * k // 4 for k in range(5)]
    for k in range(3):
        lines = [json.dumps(one) for one in found[cuts[k] : cuts[k + 1]]]
        if k == 1:
            lines.insert(5, "this line is damaged")
        (folder / f"{k}.jsonl").write_text("\n".join(lines) + "\n")
    names = ["thread_id", "id", "parent_id", "author", "created_at", "text", "title"]
    rows = [{name: one.get(name) for name in names} for one in found[cuts[3] :]]
    schema = pa.schema([(name, pa.string()) for name in names])
    pq.write_table(pa.Table.from_pylist(rows, schema), folder / "3.parquet", row_group_size=40)
    (folder / "page 1.csv").write_text(
        "id,parent_id,text\nx,,a page of its own with nothing around it\ny,x,this answers it\n"
    )
    (folder / "page 2.csv").write_text("id,parent_id,text\nz,y,and this answers from elsewhere\n")
    return str(folder)
