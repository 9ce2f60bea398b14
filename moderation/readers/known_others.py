"""Files of kinds that hold no comments, told by their signs before any reader takes them."""

from __future__ import annotations

import re
import shlex
from typing import TYPE_CHECKING

from moderation.readers.json.text import first_values

if TYPE_CHECKING:
    from moderation.readers.source import Source

_XML = {
    "kml": "KML, places on a map",
    "gpx": "GPX, a way on a map",
    "opml": "OPML, a list of feeds",
    "plist": "a property list of Apple's",
    "svg": "a drawing (SVG)",
    "tmx": "TMX, texts and their translations",
    "xliff": "XLIFF, texts and their translations",
    "urlset": "a sitemap",
    "sitemapindex": "a sitemap",
    "project": "a description of a program to build",
    "graphml": "a graph (GraphML)",
    "mediawiki": "a dump of MediaWiki's pages that begins with no talk page; take the talk pages "
    "alone (Special:Export), or the source of one",
}
_SIGNED = re.compile(
    r"\[\[[^\[\]|:]{2,30}:[^\[\]]+\]\][^\n]{0,200}?\d[:.]\d\d[^\n]{0,40}\([A-Z]{2,5}\)"
)
_ROOT = re.compile(
    r"(?><\?xml[^<>]*+>|<!--.*?-->|<!DOCTYPE[^<>]*+>|\s++)*+<(?:\w++:)?(\w++)", re.DOTALL
)
_TEXTS = (  # what the beginning of a text matches, and what it is
    (re.compile(r"BEGIN:VCALENDAR\b"), "a calendar (iCalendar)"),
    (re.compile(r"BEGIN:VCARD\b"), "contacts (vCard)"),
    (re.compile(r"WEBVTT\b|\d+\r?\n\d\d:\d\d:\d\d[,.]\d{3} --> "), "the subtitles of a film"),
    (re.compile(r"diff --git |--- \S.*\n\+\+\+ \S.*\n@@ "), "a difference between files"),
    (re.compile(r"\\documentclass\b"), "LaTeX"),
    (re.compile(r"WARC/\d\.\d\r?\n"), "a web archive (WARC); take its pages out, and read these"),
    (
        re.compile(r"(?:[\w-]++: .*\r?\n(?:[ \t].*\n)*+){0,20}?Snapshot-Content-Location: "),
        "a page saved as MHTML; open it in the browser, and save it as a web page, HTML only",
    ),
    (re.compile(r"%YAML|---\s*\n\w"), "YAML"),
)
_SETTINGS = re.compile(r"\[[\w.\" -]++\][ \t]*+\r?\n\s*+(?:[#;].*\n\s*+)*+[\w.-]++\s*+=\s*+\S")
_OF_MAIL = re.compile(r"(?:received|message-id|mime-version|return-path):", re.IGNORECASE)
_LOGS = re.compile(
    r"(?:\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d\S*+\s++(?:\S++\s++)?\[?"
    r"(?:TRACE|DEBUG|INFO|NOTICE|WARN(?:ING)?|ERROR|FATAL|CRITICAL)\b|"
    r"[A-Z][a-z]{2}\s++\d++ \d\d:\d\d:\d\d \S++ [^\s\[:]++(?:\[\d++\])?: |"
    r"\S+ \S+ \S+ \[\d\d/[A-Z][a-z]{2}/\d{4}:\d\d:\d\d:\d\d [+-]\d{4}\] \")"
)
_YAML = re.compile(r"(?:- )?\w[\w .-]*:(?: \S.*)?|\s+\w[\w .-]*:(?: .*)?|\s*- \S.*|\s*#.*|\s+\S.*")
_KEY = re.compile(r"(?:- )?\s*\w[\w-]*:(?:\s|$)")
_BASE64 = re.compile(r"(?:[A-Za-z0-9+/]{60,}\s*+)+={0,2}")
_PRINTED = re.compile(r"\[?\s*\{\s*'[^'\n]{1,60}':\s")
_IN_STRING = re.compile(r"\s*(?:\[\s*\{|\{)\s*\"[^\"]{1,60}\"\s*:")
_LEVELS = frozenset(
    ["trace", "debug", "info", "notice", "warn", "warning", "error", "fatal", "critical"]
)
_OWNED = frozenset(["id", "author", "user", "parent", "parent_id", "username", "comment"])
_ERRORS = frozenset(["error", "errors", "error_description", "error_code", "documentation_url"])
_CODES = frozenset(["code", "status", "statuscode", "success", "ok"])
_BESIDE_ERRORS = "message detail type request_id trace_id timestamp path title instance reason"
_OF_ERRORS = _ERRORS | _CODES | frozenset(_BESIDE_ERRORS.split())
_LOOKED_AT = 100  # lines of a log
_SHOWN = 120  # characters of what an interface says
_MOST = 0.8  # of the lines


def other_kind(source: Source) -> str | None:
    """What the file is, and what to try; None where it may be a dump of comments."""
    if source.binary or source.mapping:
        return None
    begin = source.sample.lstrip("\ufeff \t\r\n")
    if _SETTINGS.match(begin):
        return "settings (INI or TOML)"
    if begin.startswith("{\\rtf"):
        return "a document (RTF); save it as text"
    if source.is_json:
        return _json(source) or _of_python(source, begin) or _lines_of_log(source)
    if begin.startswith("<"):
        root = _ROOT.match(begin)
        kind = root[1].lower() if root else ""
        return None if kind == "mediawiki" and _SIGNED.search(begin) else _XML.get(kind)
    for sign, what in _TEXTS:
        if sign.match(begin):
            return _yaml(source) if what == "YAML" else what
    if _BASE64.fullmatch(source.sample.strip()):
        return f"Base64; decode it and read that: {_made(source, 'base64 -d', '.decoded')}"
    lines = [line for line in begin.splitlines()[:100] if line.strip()]
    if len(lines) > 1 and sum(bool(_LOGS.match(line)) for line in lines) > _MOST * len(lines):
        return "the log of a program"
    return _yaml(source) if _is_yaml(lines) else None


def _is_yaml(lines: list[str]) -> bool:
    if any(map(_OF_MAIL.match, lines)):
        return False
    keys = sum(bool(_KEY.match(line.lstrip())) for line in lines)
    whole = sum(bool(_YAML.fullmatch(line)) for line in lines)
    indented = any(line.startswith((" ", "- ")) for line in lines)
    return indented and whole == len(lines) > 2 and keys > 0.5 * len(lines)


def _yaml(source: Source) -> str:
    made = shlex.quote(str(source.path.with_suffix(".json")))
    return (
        f"YAML; write it as JSON and read that: yq -o=json {shlex.quote(str(source.path))} > {made}"
        f" && moderation parse {made} --tree"
    )


def _made(source: Source, command: str, suffix: str) -> str:
    """The commands that make another file of this one, and read it."""
    made = shlex.quote(str(source.path.with_suffix(suffix)))
    return f"{command} {shlex.quote(str(source.path))} > {made} && moderation parse {made} --tree"


def _of_python(source: Source, begin: str) -> str | None:
    """The way in which Python prints lists and objects."""
    if not _PRINTED.match(begin):
        return None
    program = (
        "import ast, json, sys; json.dump(ast.literal_eval(open(sys.argv[1]).read()), sys.stdout)"
    )
    return (
        "what Python prints of its objects; write it as JSON and read that: "
        f"{_made(source, f'python -c {shlex.quote(program)}', '.json')}"
    )


def _lines_of_log(source: Source) -> str | None:
    """The log of a program that writes JSON: each line has a level, and none an author or an id."""
    roots = first_values(source)
    if len(roots) == 1 and isinstance(roots[0], list):
        roots = roots[0]
    rows = [root for root in roots[:_LOOKED_AT] if isinstance(root, dict)]
    levels = [str(row.get("level", row.get("levelname", row.get("severity")))) for row in rows]
    logged = sum(level.lower() in _LEVELS for level in levels)
    owned = any(_OWNED & {key.lower() for key in row} for row in rows)
    return "the log of a program" if logged > max(1, _MOST * len(rows)) and not owned else None


def _error(root: dict[str, object]) -> str:
    """The words of an answer that says nothing but that something failed; "" for any other."""
    keys = {key.lower() for key in root}
    failed = any(
        isinstance(value, int) and (400 <= value < 600 or value is False)
        for key, value in root.items()
        if key.lower() in _CODES
    )
    if not keys <= _OF_ERRORS or not (failed or keys & _ERRORS):
        return ""
    inner = root.get("error") or root.get("errors") or root
    inner = inner[0] if isinstance(inner, list) and inner else inner
    if isinstance(inner, dict):
        inner = inner.get("message") or inner.get("error_description") or inner.get("detail")
    said = root.get("message") or inner
    return said[:_SHOWN] if isinstance(said, str) else ""


def _packed(root: dict[str, object]) -> str | None:
    """The key of a string that is itself a list or an object of JSON, where nothing else is."""
    texts = {key: value for key, value in root.items() if isinstance(value, str)}
    if any(isinstance(value, dict | list) for value in root.values()):
        return None
    return next(
        (
            key
            for key, value in texts.items()
            if key.isidentifier() and _IN_STRING.match(value) and value.rstrip()[-1:] in "]}"
        ),
        None,
    )


def _json(source: Source) -> str | None:
    roots = first_values(source)
    root = roots[0] if len(roots) == 1 else None
    if not isinstance(root, dict):
        return None
    if error := _error(root):
        return f"what an interface answered instead of comments: {error!r}; ask it again"
    if (packed := _packed(root)) is not None:
        return (
            f"JSON that stands in a string at {packed}, within JSON; take it out and read that: "
            f"{_made(source, f'jq -r .{packed}', '.inner.json')}"
        )
    log = root.get("log")
    if isinstance(log, dict) and "entries" in log and ("creator" in log or "version" in log):
        return (
            "a browser's log of requests (HAR); save the answer that holds the comments as a file "
            "of its own: in the browser's tools, or with jq '.log.entries[].response.content.text'"
        )
    if root.get("type") in ("FeatureCollection", "Topology"):
        return "places on a map (GeoJSON)"
    if ("openapi" in root or "swagger" in root) and "paths" in root:
        return "the description of an interface (OpenAPI)"
    if "nbformat" in root and "cells" in root:
        return "a notebook (Jupyter)"
    if "$schema" in root and ("properties" in root or "definitions" in root or "$defs" in root):
        return "a JSON schema"
    if "name" in root and "version" in root and ("dependencies" in root or "scripts" in root):
        return "the description of a package"
    return None
