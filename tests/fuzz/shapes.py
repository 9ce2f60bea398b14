"""Random JSON shapes of systems that nobody knows: ids, texts and parents under any names.

    python -m tests.fuzz.shapes --files 100 --seed 1

Each file is read and compared with what it was made of: the text of each comment, the text that
it answers, and the thread. A file counts as `right`, `asked` (a map is asked for), `warned` (wrong,
but a note, a reject or a warning says that something may be) or `wrong`.
"""

import argparse
import json
import random
import tempfile
import uuid
from collections import Counter
from pathlib import Path

from moderation.errors import InputError
from moderation.readers import read

WORDS = [
    "the",
    "a",
    "this",
    "that",
    "we",
    "they",
    "you",
    "garden",
    "bus",
    "school",
    "price",
    "water",
    "light",
    "dog",
    "teacher",
    "street",
    "council",
    "summer",
    "winter",
    "train",
    "ticket",
    "bread",
    "song",
    "film",
    "river",
    "bridge",
    "late",
    "early",
    "good",
    "bad",
    "never",
    "always",
    "often",
    "think",
    "know",
    "like",
    "see",
    "read",
    "wrote",
    "said",
    "agree",
    "disagree",
    "really",
    "maybe",
    "because",
    "although",
    "thanks",
    "please",
]
NAMES = [
    "Ada",
    "Bo",
    "Cleo",
    "Dan",
    "Eve",
    "Finn",
    "Gus",
    "Hana",
    "Ivo",
    "Jun",
    "Kai",
    "Lea",
    "Max",
    "Nia",
    "Oto",
    "Pia",
]
KINDS = "rows lines envelope keyed pages page-mapping nested nested-bare nested-pages holders"
USUAL = {
    "id": "id comment_id _id uid cid key no commentId ID uuid",
    "text": "text body content message comment msg Kommentar comentario 评论内容 текст review",
    "parent": "parent parent_id reply_to pid in_reply_to answerTo replied_id Antwort_auf 父评论",
    "author": "author user name nickname by poster 用户名 autor",
    "time": "time created_at date timestamp posted 时间 fecha ts",
    "thread": "thread page_id article_url topic url post_key 页面 story",
    "replies": "replies children answers sub kids responses 回复 respuestas",
}


def words(rng, most=30):
    return " ".join(rng.choice(WORDS) for _ in range(rng.randint(4, most)))


def name(rng, role):
    """A usual name for the field, or one that means nothing."""
    if rng.random() < 0.5:
        return rng.choice(USUAL[role].split())
    return "".join(rng.choice("bcdfghjklmnpqrstvwxz") for _ in range(rng.randint(2, 6)))


def ids(rng, count):
    """Names of comments, in one of the ways that systems make them."""
    kind = rng.choice(["number", "large", "hex", "uuid", "letters"])
    first = rng.randint(1, 5000)
    made = {
        "number": lambda n: first + n,
        "large": lambda n: 10**15 + first * 7 + n * rng.randint(3, 9) * 1000 + n,
        "hex": lambda n: f"{rng.getrandbits(96):024x}",
        "uuid": lambda n: str(uuid.UUID(int=rng.getrandbits(128))),
        "letters": lambda n: f"c{first + n}",
    }[kind]
    return [made(n) for n in range(count)]


def comments(rng):
    """A few threads of comments: dicts of `id`, `text`, `parent` (an index), `page` and others."""
    count, pages = rng.randint(12, 60), rng.choice([1, 1, 2, 4])
    own = ids(rng, count)
    rows = []
    for n in range(count):
        page = rng.randrange(pages)
        before = [row["n"] for row in rows if row["page"] == page]
        parent = rng.choice(before) if before and rng.random() < 0.55 else None
        rows.append(
            {
                "n": n,
                "id": own[n],
                "text": f"{words(rng)} {n}",
                "parent": parent,
                "page": page,
                "author": rng.choice(NAMES),
                "time": 1600000000 + n * 977,
                "likes": rng.randint(0, 9),
            }
        )
    return rows, pages


class Shape:
    """The names of one file's fields, and which of them it has."""

    def __init__(self, rng):
        self.rng = rng
        self.names = {role: name(rng, role) for role in USUAL}
        while len(set(self.names.values())) < len(self.names):
            self.names = {role: name(rng, role) for role in USUAL}
        self.null = rng.choice([None, 0, "", "absent"])
        self.inner = rng.choice(["", "", "", "data", "attributes", "node"])
        self.extra = rng.random() < 0.7
        self.iso = rng.random() < 0.5
        self.person = rng.random() < 0.3

    def fields(self, row, rows, link, page=None):
        """An object for the comment. link: whether it names its parent."""
        names = self.names
        record = {names["text"]: row["text"], names["id"]: row["id"]}
        author = row["author"]
        record[names["author"]] = (
            {"id": NAMES.index(author) + 1, "name": author} if self.person else author
        )
        time = row["time"]
        record[names["time"]] = (
            f"2021-03-{1 + row['n'] % 28:02}T10:00:{row['n'] % 60:02}Z" if self.iso else time
        )
        if self.extra:
            record |= {"likes": row["likes"], "flagged": False, "lang": "en"}
        if link and row["parent"] is not None:
            record[names["parent"]] = rows[row["parent"]]["id"]
        elif link and self.null != "absent":
            record[names["parent"]] = self.null
        if page is not None:
            record[names["thread"]] = page
        pairs = list(record.items())
        self.rng.shuffle(pairs)
        record = dict(pairs)
        return {"kind": "t1", self.inner: record} if self.inner else record


def nested(shape, rows, page, link):
    """The comments of a page with their replies in them."""
    wrap = shape.inner

    def made(row):
        record = shape.fields(row, rows, link)
        inner = record[wrap] if wrap else record
        replies = [made(other) for other in rows if other["parent"] == row["n"]]
        if replies or shape.rng.random() < 0.7:
            inner[shape.names["replies"]] = replies
        return record

    return [made(row) for row in rows if row["page"] == page and row["parent"] is None]


def without(values, key):
    """The same without ids."""
    for value in values:
        if isinstance(value, dict):
            value.pop(key, None)
            without(value.values(), key)
        elif isinstance(value, list):
            without(value, key)


def envelope(rng, value, key):
    """Something around a list: other values, other lists, deeper objects."""
    users = [
        {"uid": f"u{n}", "nick": who, "about": f"likes the {WORDS[n]} a lot"}
        for n, who in enumerate(NAMES[:6])
    ]
    choices = [
        {key: value},
        {"ok": True, "total": 3, key: value},
        {"status": "success", "data": {"cursor": None, key: value}},
        {"users": users, key: value},
        {
            "meta": {
                "version": 2,
                "tags": [{"id": 1, "label": "news"}, {"id": 2, "label": "city"}],
            },
            "payload": {key: value},
        },
    ]
    return rng.choice(choices)


def generated(rng):
    """A file: its content, its suffix, and for each text the text it answers and its page."""
    rows, pages = comments(rng)
    shape = Shape(rng)
    key = rng.choice(["comments", "list", "rows", "entries", "messages", "xq", "items"])
    page_names = [f"/{2019 + n}/{words(rng, 4).replace(' ', '-')}.html" for n in range(pages)]
    kind = rng.choice(KINDS.split())
    flat = [
        shape.fields(row, rows, True, page_names[row["page"]] if pages > 1 else None)
        for row in rows
    ]
    by_page = {n: [row for row in rows if row["page"] == n] for n in range(pages)}
    suffix = ".json"
    split = pages
    if kind == "rows":
        value = flat
    elif kind == "lines":
        return "\n".join(map(json.dumps, flat)), ".jsonl", expected(rows, pages), kind
    elif kind == "envelope":
        value = envelope(rng, flat, key)
    elif kind == "keyed":
        value = {str(row["id"]): record for row, record in zip(rows, flat, strict=True)}
        if rng.random() < 0.5:
            value = {key: value}
        if not shape.inner and rng.random() < 0.5:
            without([value], shape.names["id"])
    elif kind == "pages":
        value = {
            page_names[n]: [shape.fields(row, rows, True) for row in by_page[n]] for n in by_page
        }
    elif kind == "page-mapping":
        value = {
            page_names[n]: {str(row["id"]): shape.fields(row, rows, True) for row in by_page[n]}
            for n in by_page
        }
    elif kind in ("nested", "nested-bare"):
        value = nested(shape, rows, 0, rng.random() < 0.3)
        for n in range(1, pages):
            value += nested(shape, rows, n, False)
        if kind == "nested-bare":
            without(value, shape.names["id"])
            without(value, shape.names["parent"])
        if rng.random() < 0.5:
            value = envelope(rng, value, key)
        split = 1
    elif kind == "nested-pages":
        value = {page_names[n]: nested(shape, rows, n, False) for n in range(pages)}
    else:
        holder = rng.choice(["id", "url", "slug", "title", "page"])
        value = [
            {
                holder: page_names[n],
                "lang": "en",
                key: [shape.fields(row, rows, True) for row in by_page[n]],
            }
            for n in by_page
        ]
        if rng.random() < 0.5:
            value = {"pages": value}
    return json.dumps(value, ensure_ascii=rng.random() < 0.5), suffix, expected(rows, split), kind


def expected(rows, pages):
    """For each text: the text it answers, and the page."""
    return {
        row["text"]: (
            None if row["parent"] is None else rows[row["parent"]]["text"],
            row["page"] if pages > 1 else 0,
        )
        for row in rows
    }


def outcome(text, suffix, wanted):
    """`right`, `asked`, `warned` or `wrong`, and in what."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"dump{suffix}"
        path.write_text(text, encoding="utf-8")
        try:
            dump = read(path)
        except InputError as error:
            return "asked", str(error)
    comments = dump.comments
    texts = dict(zip(comments["thread_id"] + " " + comments["id"], comments["text"], strict=True))
    parents = comments["thread_id"] + " " + comments["parent_id"]
    found = {
        text: (texts.get(parent) if isinstance(parent, str) else None)
        for text, parent in zip(comments["text"], parents, strict=True)
    }
    threads = dict(zip(comments["text"], comments["thread_id"], strict=True))
    pages = {(thread, wanted[text][1]) for text, thread in threads.items() if text in wanted}
    same = len(pages) == len({page for _, page in wanted.values()}) == len({t for t, _ in pages})
    if found == {text: answered for text, (answered, _) in wanted.items()} and same:
        return "right", ""
    wrong = sum(found.get(text, "absent") != answered for text, (answered, _) in wanted.items())
    what = f"{len(found)} of {len(wanted)} texts, {wrong} parents wrong, pages right: {same}"
    marked = any(len(warnings) for warnings in comments["warnings"])
    told = dump.notes or len(dump.rejects) or marked
    return ("warned" if told else "wrong"), f"{what}; {' '.join(dump.notes)[:300]}"


def results(files, seed):
    """Number, kind, suffix, content, outcome and reason of each file."""
    for number in range(files):
        rng = random.Random(f"{seed} {number}")
        text, suffix, wanted, kind = generated(rng)
        yield number, kind, suffix, text, *outcome(text, suffix, wanted)


def counted(results):
    """How many files have each outcome."""
    return Counter(result for *_, result, _ in results)


def main(results, description):
    """Make files, say what is not right about each, and count the outcomes of each kind."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--files", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=Path)
    options = parser.parse_args()
    kinds = Counter()
    for number, kind, suffix, content, result, why in results(options.files, options.seed):
        kinds[result, kind] += 1
        if result != "right":
            print(f"{number} {kind} {result}: {why}")
        if result != "right" and options.keep:
            options.keep.mkdir(exist_ok=True)
            (options.keep / f"{number}-{kind}{suffix}").write_text(content, encoding="utf-8")
    for (result, kind), count in sorted(kinds.items()):
        print(f"{result:7} {kind:14} {count}")
    print(dict(Counter(result for result, _ in kinds.elements())))


if __name__ == "__main__":
    main(results, __doc__)
