"""Scored tables for the tests of the report and the review, and forty hostile comments."""

import json

import pandas as pd
import pyarrow as pa

PASSPORT = {"model": "m", "digest": "0" * 64, "labels": ["spam", "off_topic"],
            "thresholds": {"spam": 0.5, "off_topic": 0.9}, "goals": {}}  # fmt: skip

WHY = json.dumps({"spam": {"score": 0.9, "threshold": 0.5, "spans": [[0, 1, 2.0]]}})


def scored(*rows, **columns):
    """One comment a row: (depth, text, spam, off_topic, flags)."""
    return pd.DataFrame(
        {
            "thread_id": "t",
            "id": [str(i) for i in range(len(rows))],
            "parent_id": None,
            "depth": [row[0] for row in rows],
            "author": "ann",
            "created_at": pd.Series([pd.NaT] * len(rows), dtype="datetime64[us, UTC]"),
            "text": [row[1] for row in rows],
            "kind": "comment",
            "status": "approved",
            "url": None,
            "warnings": pd.Series([[] for _ in rows], dtype=pd.ArrowDtype(pa.list_(pa.string()))),
            "spam": [row[2] for row in rows],
            "off_topic": [row[3] for row in rows],
            "flags": [row[4] for row in rows],
            "why": [WHY if row[4] else None for row in rows],
            "title": "The title",
        }
        | columns
    )


def flagged_spam(n, **columns):
    """n comments flagged as spam, the surest first; every tenth is in campaign 7."""
    rows = [(1, f"buy number {k} now", 0.99 - k / 10_000, None, "spam") for k in range(n)]
    campaign = [7 if k % 10 == 5 else None for k in range(n)]
    frame = scored(*rows, campaign=pd.array(campaign, "Int32"), **columns)
    return frame.assign(thread_id=[f"t{k // 20}" for k in range(n)])


BIDI = "\u202e\u2066\u202d"
HOSTILE = {
    "script": "<script>window.pwned=1</script>",
    "script end": "</script><script>window.pwned=1</script>",
    "style end": "</style><script>window.pwned=1</script>",
    "title end": "</title><script>window.pwned=1</script>",
    "image": "<img src=x onerror=window.pwned=1>",
    "svg": "<svg/onload=window.pwned=1>",
    "iframe": "<iframe src=javascript:parent.pwned=1></iframe>",
    "iframe srcdoc": "<iframe srcdoc='<script>parent.pwned=1</script>'></iframe>",
    "math": "<math><mtext><script>window.pwned=1</script></mtext></math>",
    "details": "<details open ontoggle=window.pwned=1>",
    "body": "<body onload=window.pwned=1>",
    "form": "<form action=javascript:window.pwned=1><button autofocus>",
    "base": "<base href=//evil.example/>",
    "meta": "<meta http-equiv=refresh content='0;url=//evil.example'>",
    "link": "<link rel=stylesheet href=//evil.example/x.css>",
    "comment start": "<!--<script>",
    "comment end": "--><script>window.pwned=1</script>",
    "cdata": "<![CDATA[<script>window.pwned=1</script>]]>",
    "entity": "&lt;script&gt;window.pwned=1&lt;/script&gt;",
    "quotes": "\"'`><script>window.pwned=1</script>",
    "javascript url": "javascript:window.pwned=1",
    "javascript url, odd": " jAvA\tscript:window.pwned=1",
    "data url": "data:text/html,<script>parent.pwned=1</script>",
    "template": "{{constructor.constructor('window.pwned=1')()}}",
    "jinja": "{{ 7 * 7 }}{% raw %}",
    "template literal": "${window.pwned=1}",
    "prototype": '{"__proto__": {"pwned": 1}}',
    "bidi": f"{BIDI}evil{BIDI}",
    "bidi isolate end": "\u2069\u2069\u202c</bdi>",
    "marks": "a" + "\u0301" * 100_000,
    "one word": "x" * 1_000_000,
    "newlines": "\n" * 5_000 + "end",
    "wide": "\ufdfd" * 500,
    "emoji chain": "\U0001f468\u200d" * 2_000,
    "separators": "a\u2028b\u2029c\x00\x0b\x0c\x1f\x7f\x85",
    "terminal": "\x1b]0;pwned\x07\x1b[2J\x1b[31m\x9b31m",
    "formula": '=HYPERLINK("http://evil.example","x")',
    "formula, other": "@SUM(1+1)*cmd|' /C calc'!A0",
    "formula, hidden": "'''+1+1",
    "csv break": '","=1+1","\r\n=1+1',
    "non-characters": "\ufffe\uffff\ufdd0\U0010ffff",
    "invisible": "\u200b\u200c\u200d\u2060\ufeff\u00ad",
    "empty": "",
}


def hostile():
    """One flagged comment for each, with the same text in every place that text can stand in."""
    names = list(HOSTILE)
    texts = list(HOSTILE.values())
    short = [text[:100_200] for text in texts]
    frame = scored(
        *((1, text, 0.99 - k / 1_000, None, "spam") for k, text in enumerate(texts)),
        id=[f"{k} {text}" for k, text in enumerate(short)],
        author=short,
        title=short,
        url=short,
        thread_id=[f"{name} {text}" for name, text in zip(names, short, strict=True)],
        status=[text[:200] for text in texts],
        kind=[text[:200] for text in texts],
        warnings=[[text[:200]] for text in texts],
    )
    said = {"score": 0.9, "threshold": 0.5, "spans": [[0, 4, 2.0], [2, 10_000_000, -1.0]]}
    why = [
        json.dumps({"spam": said | {"sentence": t, "features": {t: 1.0}, "terms": {t: -1.0}}})
        for t in (text[:200] for text in texts)
    ]
    return frame.assign(why=why)


TO_SAVE = [
    'root, with "quotes"\r\nand lines',
    "buy \x00 here",
    "=1+1",
    "'=2+2",
    "\ufefffour \U0001f600",
]


def to_save():
    """Comments that are hard to save as a file; what a page saves of them is in tests/saved."""
    rows = [(1, text, 0.9 - k / 100, None, "spam") for k, text in enumerate(TO_SAVE)]
    titled = ['A "title", with a comma'] * 3 + [None] * 2
    threads = ["=t", "=t", "=t", "u", "u"]
    ids = ["007", "1e5", "9223372036854775808", "-1", "4"]
    frame = scored(*rows, id=ids, thread_id=threads, title=titled)
    return frame.assign(parent_id=[None, "007", None, None, None], depth=[1, 2, 1, 1, 1])
