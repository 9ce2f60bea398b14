"""How time grows with hostile input: `python tests/fuzz/doubling.py [--longest 5] [NAME...]`.

Each generator's input is doubled until reading it takes the time allowed; the exponent is told by
the last doublings: 1 is linear, 2 quadratic. Above 1.5 a reader needs a look. Status 1 if any does.
"""

import argparse
import json
import math
import signal
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

from moderation.errors import ModerationError
from moderation.readers import iterate

SUSPECT = 1.5
LARGEST = 1 << 24  # bytes of an input
ENOUGH = 0.4  # seconds that tell something about growth

RSS = '<rss xmlns:wp="http://wordpress.org/export/1.2/"><channel><item><wp:post_id>1</wp:post_id>'
PAGE = "<!doctype html><html><body><h1>A title of a page</h1><div id='comments'>"
ITEM = "<li class='comment' id='comment-{0}'><cite>Ann {0}</cite><p>Some words of comment {0}.</p>"
DATED = "<div><span>Ann {0}</span> <time>2020-01-02</time><p>Some words of comment {0}.</p>"


def wxr(comment: str) -> str:
    inner = f"<wp:comment><wp:comment_id>7</wp:comment_id>{comment}</wp:comment>"
    return f"{RSS}{inner}</item></channel></rss>"


def nested(item: str, opening: str, closing: str) -> Callable[[int], str]:
    return lambda n: (
        PAGE
        + "<ul>"
        + "".join(item.format(k) + opening for k in range(n // 100))
        + closing * (n // 100)
    )


def flat(item: str, closing: str) -> Callable[[int], str]:
    return lambda n: PAGE + "<ul>" + "".join(item.format(k) + closing for k in range(n // 100))


def numbered(count: int, line: str) -> str:
    return "".join(line.format(k) for k in range(count))


INPUTS: dict[str, tuple[str, Callable[[int], str | bytes]]] = {
    "csv: columns": ("csv", lambda n: "id,text," + numbered(n // 8, "c{},") + "\n1,a\n"),
    "csv: columns of one name": ("csv", lambda n: "id,text" + ",c" * (n // 2) + "\n1,a\n"),
    "csv: open quotes": ("csv", lambda n: "id,text\n" + numbered(n // 16, '{},"some words\n')),
    "csv: one open quote": (
        "csv",
        lambda n: 'id,text\n1,"a\n' + numbered(n // 16, "{},some words\n"),
    ),
    "csv: doubled quotes": ("csv", lambda n: 'id,text\n1,"' + '""' * (n // 2)),
    "csv: quotes": ("csv", lambda n: "id,text\n1," + '"' * n),
    "csv: carriage returns": ("csv", lambda n: "id,text\n1,a" + "\r" * n),
    "csv: empty lines": ("csv", lambda n: "id,text\n1,a\n" + "\n" * n),
    "json lines: one long": ("jsonl", lambda n: json.dumps({"text": "x" * n, "id": "1"})),
    "json lines: keys": (
        "jsonl",
        lambda n: '{"text":"a",' + numbered(n // 10, '"k{}":1,') + '"id":1}\n',
    ),
    "json: lists": ("json", lambda n: '[{"id":1,"text":"a","b":' + "[" * n + "]" * n + "}]"),
    "json: objects": ("json", lambda n: '[{"id":1,"text":"a","b":' + '{"b":' * (n // 5)),
    "json: replies in replies": (
        "json",
        lambda n: (
            "[" + numbered(n // 30, '{{"id":{},"text":"a","replies":[') + "]}" * (n // 30) + "]"
        ),
    ),
    "json: an open string": ("json", lambda n: '[{"id":1,"text":"' + "x" * n),
    "json: backslashes": ("json", lambda n: '[{"id":1,"text":"' + "\\" * n),
    "json: brackets": ("json", lambda n: "[" * n),
    "json: a long number": ("json", lambda n: '[{"text":"a","id":' + "9" * n + "}]"),
    "json: a long date": ("json", lambda n: '[{"text":"a","id":1,"created_at":"' + "9" * n + '"}]'),
    "json: blanks": ("json", lambda n: " " * n + '[{"text":"a","id":1}]'),
    "json: chain of parents": (
        "json",
        lambda n: (
            "["
            + ",".join(
                json.dumps({"id": k, "text": "a", "parent_id": k - 1}) for k in range(1, n // 40)
            )
            + "]"
        ),
    ),
    "html: divisions": ("html", lambda n: PAGE + "<div>" * (n // 5)),
    "html: lists": ("html", lambda n: PAGE + "<ol><li>a" * (n // 9)),
    "html: comments in comments": ("html", nested(ITEM, "<ul class='children'>", "</ul></li>")),
    "html: dated in dated": ("html", nested(DATED, "<div>", "</div></div>")),
    "html: flat": ("html", flat(ITEM, "</li>")),
    "html: flat, dated": ("html", flat(DATED, "</div>")),
    "html: flat, one in another's list": ("html", flat("<ol><li class='comment'>a b {0}", "")),
    "html: siblings without words": (
        "html",
        lambda n: PAGE + ITEM.format(1) + "<i></i>" * (n // 7),
    ),
    "html: wrapped comments": (
        "html",
        lambda n: PAGE + "".join("<div>" * 5 + ITEM.format(k) + "</li>" for k in range(n // 120)),
    ),
    "html: attributes": ("html", lambda n: PAGE + "<p " + numbered(n // 8, "a{}=1 ") + ">x"),
    "html: classes": (
        "html",
        lambda n: PAGE + "<p class='" + numbered(n // 8, "comment-{} ") + "'>x",
    ),
    "html: comments": ("html", lambda n: PAGE + "<!--" * (n // 4)),
    "html: comments before": ("html", lambda n: "<!-- -->" * (n // 8) + "x"),
    "html: definition lists": ("html", lambda n: PAGE + "<dl>" * (n // 8) + "<dt>" + "</dl"),
    "html: terms": ("html", lambda n: PAGE + "<dl>" + "<dt id=c1 " * (n // 10) + "</dl>"),
    "html: blanks": ("html", lambda n: PAGE + ITEM.format(1) + " " * n + "x"),
    "html: blanks in a name": (
        "html",
        lambda n: PAGE + f"<li class=comment><cite>{' ' * n}x</cite>a",
    ),
    "html: formatting": ("html", lambda n: PAGE + "<b><i><p>" * (n // 9)),
    "html: links": ("html", lambda n: PAGE + ITEM.format(1) + "<a href='#1'>" * (n // 14)),
    "html: quotes": ("html", lambda n: PAGE + ITEM.format(1) + "<blockquote>" * (n // 12) + "x"),
    "html: headings": ("html", lambda n: PAGE + "<h2>3 comments</h2>" * (n // 19)),
    "html: titles": ("html", lambda n: PAGE + "<div class='entry-content'>a" * (n // 30)),
    "html: tables": ("html", lambda n: PAGE + "<table><tr><td>a" * (n // 16)),
    "html: entities": ("html", lambda n: PAGE + ITEM.format("&amp" * (n // 4))),
    "wxr: blanks": ("xml", lambda n: wxr(f"<wp:comment_author>{' ' * n}&bad;</wp:comment_author>")),
    "wxr: blanks in a tag": (
        "xml",
        lambda n: wxr(f"<wp:comment_author{' ' * n}x></wp:comment_author>"),
    ),
    "wxr: blanks between": ("xml", lambda n: wxr(f"{' ' * n}x")),
    "wxr: open sections": ("xml", lambda n: wxr("<![CDATA[" * (n // 9))),
    "wxr: open notes": ("xml", lambda n: wxr("<!--" * (n // 4))),
    "wxr: open comments": ("xml", lambda n: RSS + "<wp:comment>" * (n // 12)),
    "wxr: sections that end late": (
        "xml",
        lambda n: wxr("<![CDATA[</wp:comment>" * (n // 22) + "]]>"),
    ),
    "wxr: elements": ("xml", lambda n: wxr("<a>" * (n // 3))),
    "wxr: ampersands": (
        "xml",
        lambda n: wxr(f"<wp:comment_content>{'&' * n}</wp:comment_content>"),
    ),
    "wxr: attributes": ("xml", lambda n: wxr("<a " + numbered(n // 10, 'a{}="1" ') + "/>")),
    "wxr: markup in a text": (
        "xml",
        lambda n: wxr(f"<wp:comment_content><![CDATA[{'<b' * (n // 2)}]]></wp:comment_content>"),
    ),
    "wxr: quoted in a text": (
        "xml",
        lambda n: wxr(
            f"<wp:comment_content><![CDATA[{'<blockquote>a' * (n // 13)}]]></wp:comment_content>"
        ),
    ),
    "wxr: comments without an end": (
        "xml",
        lambda n: RSS + "<wp:comment><wp:comment_content>a" * (n // 33),
    ),
    "wxr: entities": (
        "xml",
        lambda n: (
            '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">'
            + "".join(f'<!ENTITY a{k} "{("&a" + str(k - 1) + ";") * 10}">' for k in range(1, 10))
            + "]>"
            + wxr(f"<wp:comment_content>{'&a9;' * (n // 4)}</wp:comment_content>")
        ),
    ),
    "disqus: posts": ("xml", lambda n: "<disqus xmlns='http://disqus.com'>" + "<post>" * (n // 6)),
    "disqus: root": ("xml", lambda n: "<disqus " * (n // 8)),
    "atom: entries": (
        "xml",
        lambda n: "<feed xmlns='http://www.w3.org/2005/Atom'>" + "<entry>" * (n // 7),
    ),
    "mt: sections": ("txt", lambda n: "AUTHOR: A\nTITLE: B\n-----\n" + "COMMENT:\n" * (n // 9)),
    "mt: hyphens": ("txt", lambda n: "AUTHOR: A\nTITLE: B\n-----\nBODY:\n" + "-" * n),
    "sql: quotes": ("sql", lambda n: "INSERT INTO `wp_comments` VALUES (1,'" + "''" * (n // 2)),
    "sql: rows": ("sql", lambda n: "INSERT INTO `wp_comments` VALUES " + "(1,2,3)," * (n // 8)),
    "sql: brackets": ("sql", lambda n: "INSERT INTO `wp_comments` VALUES " + "(" * n),
    "sql: backslashes": ("sql", lambda n: "INSERT INTO `wp_comments` VALUES (1,'" + "\\" * n),
    "sql: notes": ("sql", lambda n: "INSERT INTO `wp_comments` VALUES " + "/*" * (n // 2)),
    "sql: statements": ("sql", lambda n: "INSERT INTO `wp_comments` VALUES (1);\n" * (n // 38)),
    "text: indents": ("txt", lambda n: numbered(n // 30, "{0}. Ann wrote some words\n  ")),
    "text: stairs": (
        "txt",
        lambda n: "".join(" " * k + f"{k}. some words\n" for k in range(int(math.sqrt(n)))),
    ),
    "text: one line": ("txt", lambda n: "3 comments\n\n1. " + "word " * (n // 5)),
    "text: blanks": ("txt", lambda n: "3 comments\n\n1. Ann:" + " " * n + "x"),
    "text: blank lines": ("txt", lambda n: "3 comments\n\n1. Ann: a" + "\n" * n + "x"),
    "text: digits": ("txt", lambda n: "3 comments\n\n1. Ann: " + "1" * n),
    "text: numbers": ("txt", lambda n: "3 comments\n\n" + "1." * (n // 2) + " a"),
    "text: dates": (
        "txt",
        lambda n: "3 comments\n\n" + "Ann, 3 May 2020 at 10:00\nwords\n" * (n // 31),
    ),
    "text: commas": ("txt", lambda n: "3 comments\n\nAnn" + ", " * (n // 2)),
    "text: quoted": ("txt", lambda n: "1. Ann: a\n" + ">" * n + " a"),
    "zip: members": ("zip", lambda n: zipped(n // 100)),
}


def zipped(count: int) -> bytes:
    import io

    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w") as archive:
        for number in range(count):
            archive.writestr(f"{number}.jsonl", '{"id":1,"text":"a"}')
    return sink.getvalue()


class SlowError(Exception):
    """Reading took longer than was allowed."""


def _slow(*_):
    raise SlowError


def seconds(path: Path, longest: int) -> float:
    """How long reading takes; infinite beyond `longest`."""
    signal.setitimer(signal.ITIMER_PROF, longest)  # of the processor: others may use it too
    begin = time.process_time()
    try:
        for _ in iterate(path):
            pass
    except ModerationError:
        pass
    except SlowError:
        return math.inf
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
    return time.process_time() - begin


def growth(name: str, longest: int, folder: Path) -> tuple[int, float, float]:
    """The last size read, its seconds, and the exponent."""
    suffix, made = INPUTS[name]
    taken: list[tuple[int, float]] = []
    size = 1 << 12
    while size <= LARGEST:
        content = made(size)
        path = folder / f"dump.{suffix}"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        took = seconds(path, longest)
        if took == math.inf:
            return (
                path.stat().st_size,
                took,
                math.inf if not taken else _slope([*taken[-2:], (size, longest)]),
            )
        taken.append((size, took))
        if took > longest / 3:
            break
        size *= 2
    return size, took, _slope(taken[-3:])


def _slope(taken: list[tuple[int, float]]) -> float:
    (small, short), (large, long) = taken[0], taken[-1]
    return math.log(long / max(short, 1e-3)) / math.log(large / small) if long > ENOUGH else 0.0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--longest", type=int, default=5, help="seconds for one input")
    parser.add_argument("names", nargs="*", help="the beginnings of names; all, if none is given")
    given = parser.parse_args()
    signal.signal(signal.SIGPROF, _slow)
    suspects = 0
    with tempfile.TemporaryDirectory() as folder:
        for name in INPUTS:
            if given.names and not name.startswith(tuple(given.names)):
                continue
            size, took, exponent = growth(name, given.longest, Path(folder))
            suspects += exponent > SUSPECT
            mark = "  <--" if exponent > SUSPECT else ""
            print(
                f"{name:36} {size:>10,} bytes {took:7.2f} s  exponent {exponent:.1f}{mark}",
                flush=True,
            )
    return int(suspects > 0)


if __name__ == "__main__":
    sys.exit(main())
