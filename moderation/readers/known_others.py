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
    "mediawiki": "a dump of MediaWiki's pages; save a talk page, or its source",
}
_ROOT = re.compile(
    r"(?><\?xml[^<>]*+>|<!--.*?-->|<!DOCTYPE[^<>]*+>|\s++)*+<(?:\w++:)?(\w++)", re.DOTALL
)
_TEXTS = (  # what the beginning of a text matches, and what it is
    (re.compile(r"BEGIN:VCALENDAR\b"), "a calendar (iCalendar)"),
    (re.compile(r"BEGIN:VCARD\b"), "contacts (vCard)"),
    (re.compile(r"WEBVTT\b|\d+\r?\n\d\d:\d\d:\d\d[,.]\d{3} --> "), "the subtitles of a film"),
    (re.compile(r"diff --git |--- \S.*\n\+\+\+ \S.*\n@@ "), "a difference between files"),
    (re.compile(r"\\documentclass\b"), "LaTeX"),
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
_MOST = 0.8  # of the lines


def other_kind(source: Source) -> str | None:
    """What the file is, and what to try; None where it may be a dump of comments."""
    if source.binary or source.mapping:
        return None
    begin = source.sample.lstrip("\ufeff \t\r\n")
    if _SETTINGS.match(begin):
        return "settings (INI or TOML)"
    if source.is_json:
        return _json(source)
    if begin.startswith("<"):
        root = _ROOT.match(begin)
        return _XML.get(root[1].lower()) if root else None
    for sign, what in _TEXTS:
        if sign.match(begin):
            return _yaml(source) if what == "YAML" else what
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


def _json(source: Source) -> str | None:
    roots = first_values(source)
    root = roots[0] if len(roots) == 1 else None
    if not isinstance(root, dict):
        return None
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
