"""Dumps to measure with, written from public or made-up texts."""

from __future__ import annotations

from pathlib import Path
from xml.sax.saxutils import escape

import numpy as np
import orjson
import pyarrow.csv as pa_csv
import pyarrow.json as pa_json
import pyarrow.parquet as pq

from benchmarks.labelled import label_table
from benchmarks.texts import sample

BYTES = 190  # of a comment
TABLE = 300_000  # comments of the tables that readers are measured with
THREAD = 200  # comments of a thread, at most


def records(n: int) -> tuple[list[dict[str, str | None]], str]:
    """n comments in threads of up to THREAD, and where the texts are from."""
    rng = np.random.default_rng(0)
    texts, source = sample(BYTES, n)
    found: list[dict[str, str | None]] = []
    for row, text in enumerate(texts):
        place = row % THREAD
        parent = row - int(rng.integers(1, min(place, 9) + 1)) if place else None
        found.append(
            {
                "id": f"c{row}",
                "parent_id": None if parent is None else f"c{parent}",
                "thread_id": f"t{row // THREAD}",
                "author": f"reader {row % 5003}",
                "created_at": f"2024-01-{1 + row % 28:02}T12:00:{row % 60:02}Z",
                "text": text,
                "title": texts[row // THREAD][:60],
            }
        )
    return found, source


def write(folder: Path, n: int, rows: int) -> None:
    """All dumps; in a process of its own, for a child's peak counts its parent's."""
    found, source = records(n)
    print(f"{n:,} comments of {BYTES} bytes in threads of {THREAD}, {source}")
    _lines(folder / "big.jsonl", found)
    _lines(folder / "dump.jsonl", found[:TABLE])
    part = found[:100_000]
    _lines(folder / "small.jsonl", part[:20])
    table = pa_json.read_json(folder / "dump.jsonl")
    pa_csv.write_csv(table, folder / "dump.csv")
    pq.write_table(table, folder / "dump.parquet")
    _wordpress(folder / "wordpress.xml", part)
    _disqus(folder / "disqus.xml", part)
    labels, _ = label_table(rows)
    labels.to_parquet(folder / "labels.parquet", index=False)
    labels.head(5_000).to_parquet(folder / "few_labels.parquet", index=False)


def _lines(path: Path, found: list[dict[str, str | None]]) -> None:
    with path.open("wb") as file:
        for one in found:
            file.write(orjson.dumps(one, option=orjson.OPT_APPEND_NEWLINE))


def _legal(text: str | None) -> str:
    """Without the characters that XML does not allow, escaped."""
    return escape(_allowed(text))


def _allowed(text: str | None) -> str:
    return "".join(char for char in text or "" if char >= " " or char in "\n\t")


def _wordpress(path: Path, found: list[dict[str, str | None]]) -> None:
    """WXR 1.2, as WordPress exports it."""
    with path.open("w", encoding="utf-8") as file:
        file.write(
            '<?xml version="1.0" encoding="UTF-8" ?>\n<rss version="2.0"\n'
            '\txmlns:content="http://purl.org/rss/1.0/modules/content/"\n'
            '\txmlns:wp="http://wordpress.org/export/1.2/">\n<channel>\n'
            "\t<title>Made up</title>\n\t<wp:wxr_version>1.2</wp:wxr_version>\n"
        )
        for first in range(0, len(found), THREAD):
            number = first // THREAD + 1
            file.write(
                f"\t<item>\n\t\t<title>{_legal(found[first]['title'])}</title>\n"
                f"\t\t<link>https://blog.example/{number}</link>\n"
                "\t\t<content:encoded><![CDATA[]]></content:encoded>\n"
                f"\t\t<wp:post_id>{number}</wp:post_id>\n\t\t<wp:post_type>post</wp:post_type>\n"
            )
            for row, one in enumerate(found[first : first + THREAD], first):
                parent = int((one["parent_id"] or "c-1")[1:]) + 1
                legal = _allowed(one["text"]).replace("]]>", "]] >")
                file.write(
                    f"\t\t<wp:comment>\n\t\t\t<wp:comment_id>{row + 1}</wp:comment_id>\n"
                    f"\t\t\t<wp:comment_author><![CDATA[{one['author']}]]></wp:comment_author>\n"
                    "\t\t\t<wp:comment_author_email>a@b.example</wp:comment_author_email>\n"
                    "\t\t\t<wp:comment_author_url></wp:comment_author_url>\n"
                    "\t\t\t<wp:comment_author_IP>192.0.2.1</wp:comment_author_IP>\n"
                    "\t\t\t<wp:comment_date_gmt>2024-01-01 12:00:00</wp:comment_date_gmt>\n"
                    f"\t\t\t<wp:comment_content><![CDATA[{legal}]]></wp:comment_content>\n"
                    "\t\t\t<wp:comment_approved>1</wp:comment_approved>\n"
                    "\t\t\t<wp:comment_type>comment</wp:comment_type>\n"
                    f"\t\t\t<wp:comment_parent>{parent}</wp:comment_parent>\n"
                    "\t\t</wp:comment>\n"
                )
            file.write("\t</item>\n")
        file.write("</channel>\n</rss>\n")


def _disqus(path: Path, found: list[dict[str, str | None]]) -> None:
    """Disqus' export: threads first, then posts."""
    with path.open("w", encoding="utf-8") as file:
        file.write(
            '<?xml version="1.0" encoding="utf-8"?>\n<disqus xmlns="http://disqus.com" '
            'xmlns:dsq="http://disqus.com/disqus-internals">\n'
        )
        for first in range(0, len(found), THREAD):
            file.write(
                f'<thread dsq:id="{first + 1}">\n<id />\n<forum>made-up</forum>\n'
                f"<link>https://blog.example/{first}</link>\n"
                f"<title>{_legal(found[first]['title'])}</title>\n<message />\n"
                "<createdAt>2024-01-01T12:00:00Z</createdAt>\n</thread>\n"
            )
        for row, one in enumerate(found):
            parent = one["parent_id"]
            above = f'<parent dsq:id="{int(parent[1:]) + 1}" />\n' if parent else ""
            file.write(
                f'<post dsq:id="{row + 1}">\n<id />\n'
                f"<message><![CDATA[<p>{_legal(one['text'])}</p>]]></message>\n"
                f"<createdAt>{one['created_at']}</createdAt>\n<isDeleted>false</isDeleted>\n"
                f"<isSpam>false</isSpam>\n<author><name>{one['author']}</name>"
                "<isAnonymous>true</isAnonymous></author>\n"
                f'<thread dsq:id="{row // THREAD * THREAD + 1}" />\n{above}</post>\n'
            )
        file.write("</disqus>\n")
