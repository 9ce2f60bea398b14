"""What a file that no reader knows looks like, and the command that may read it."""

from __future__ import annotations

import re
import shlex
from collections import Counter
from typing import TYPE_CHECKING, Any

from moderation.readers.inference.groups import fields_of
from moderation.readers.json.text import first_values

if TYPE_CHECKING:
    from collections.abc import Iterator

    from moderation.readers.inference.fields import Field
    from moderation.readers.source import Source

_MAGIC = (
    (b"%PDF", "a PDF document; save the page as HTML instead"),
    (b"\x89PNG", "an image"),
    (b"\xff\xd8\xff", "an image"),
    (b"GIF8", "an image"),
    (b"ARROW1", "an Arrow file (Feather); write it as Parquet"),
    (b"bplist", "a property list of Apple's; of a page (.webarchive), save it as HTML"),
    (b"\x80\x04", "objects of Python (pickle); write them as JSON"),
    (b"\x80\x05", "objects of Python (pickle); write them as JSON"),
    (b"\x7fELF", "a program"),
    (b"MZ", "a program"),
    (b"\xd0\xcf\x11\xe0", "an old Office document (.xls, .doc); save it as .xlsx or .csv"),
    (b"RIFF", "sound or film"),
    (b"ID3", "sound"),
)
_ARCHIVES = {
    b"7z\xbc\xaf": ("a 7z archive", "7z x -o{folder} {file}"),
    b"Rar!": ("a RAR archive", "unrar x {file} {folder}/"),
}
_WIDE = {
    "UTF-32-LE": re.compile(rb"(?:[^\0]\0\0\0){4}"),
    "UTF-32-BE": re.compile(rb"(?:\0\0\0[^\0]){4}"),
}
_ELEMENT = re.compile(r"<([A-Za-z_][\w.:-]*)(\s[^<>]*)?>")
_INSERT = re.compile(r"INSERT\s+INTO\s+[`\"\[]?([\w.]+)", re.IGNORECASE)
_FEW = 3
_SHOWN = 8  # names in a message


def looks_like(source: Source) -> str:
    """A sentence or two: what the file seems to be, and what to try."""
    if what := next((what for magic, what in _MAGIC if source.head.startswith(magic)), ""):
        return f"it is {what}"
    if unpack := _unpacking(source):
        return unpack
    if source.binary:
        wide = next((code for code, sign in _WIDE.items() if sign.match(source.head)), "")
        if wide:
            return "it is text in " + wide + "; " + _try(source, f"--encoding {wide}")
        return "it is a binary file of a kind that no reader knows"
    if source.is_json:
        return _json(source)
    if "INSERT INTO" in source.sample.upper():
        return _sql(source)
    if source.sample.lstrip("\ufeff \r\n\t").startswith("<"):
        return _xml(source)
    return "it is neither JSON, XML, HTML, a table nor a chat; " + _try(
        source, "--format plaintext", "if it is a page saved as text"
    )


def _unpacking(source: Source) -> str:
    """What to do with an archive that is not opened here; "" for other files."""
    head = source.head
    what, command = next(
        (found for magic, found in _ARCHIVES.items() if head.startswith(magic)), ("", "")
    )
    if head[257:262] == b"ustar":
        what, command = "a tar archive", "tar -C {folder} -xf {file}"
    if not what:
        return ""
    folder = shlex.quote(str(source.path.with_suffix("")) + ".unpacked")
    command = command.format(folder=folder, file=shlex.quote(str(source.path)))
    return (
        f"it is {what}; unpack it: mkdir {folder} && {command} && moderation parse {folder} --tree"
    )


def _json(source: Source) -> str:
    """The longest list of objects with words in them."""
    lists: dict[str, list[dict[str, Any]]] = {}
    for root in first_values(source):
        for path, record in _in_lists(root):
            lists.setdefault(path, []).append(record)
    with_words = {
        path: (records, texts) for path, records in lists.items() if (texts := _texts(records))
    }
    if not with_words:
        return "it is JSON without a list of objects that hold texts"
    path = max(with_words, key=lambda path: len(with_words[path][0]))
    records, texts = with_words[path]
    where = f"a list at {path}[]" if path else "rows"
    names = ", ".join(one.path for one in texts[:_SHOWN])
    return (
        f"it is JSON with {where} of {len(records)} objects or more, whose texts are in {names}; "
        + _try(source, f"--format json-tree --map text={texts[0].path}")
    )


def _in_lists(root: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    stack: list[tuple[str, Any]] = [("", root)]
    while stack:
        path, node = stack.pop()
        if isinstance(node, list):
            for one in node:
                if isinstance(one, dict):
                    yield path, one
                stack.append((path, one))
        elif isinstance(node, dict):
            stack += [
                (f"{path}.{key}".lstrip("."), value)
                for key, value in node.items()
                if isinstance(value, dict | list)
            ]


def _texts(records: list[dict[str, Any]]) -> list[Field]:
    return sorted(
        (one for one in fields_of(records[:200]) if one.is_text and one.words > 1),
        key=lambda one: -one.words,
    )


def _xml(source: Source) -> str:
    """The element that comes most often, and what it is in."""
    names = Counter(found[1] for found in _ELEMENT.finditer(source.sample))
    if not names:
        return "it begins like XML, but has no elements"
    first = next(_ELEMENT.finditer(source.sample))[1]
    if first == "rss":
        return (
            "it is a feed (RSS) of no export that is known; feeds hold articles, and the newest "
            "comments at most: ask the system for an export"
        )
    often, count = names.most_common(1)[0]
    if count < _FEW:
        return f"it is XML with the root <{first}>, of no export that is known"
    return (
        f"it is XML of <{often}> within <{first}>, of no export that is known; as CSV or JSON, "
        "one row for each, it can be read with --map text=COLUMN"
    )


def _sql(source: Source) -> str:
    tables = dict.fromkeys(found[1] for found in _INSERT.finditer(source.sample))
    names = ", ".join(list(tables)[:_SHOWN])
    return (
        f"it is SQL that fills {names}; no table of comments that is known. Export that table as "
        "CSV, and name its columns with --map text=COLUMN,id=COLUMN,parent_id=COLUMN"
    )


def _try(source: Source, options: str, condition: str = "") -> str:
    command = f"moderation parse {shlex.quote(str(source.path))} {options} --tree"
    return f"try {command}" + (f" {condition}" if condition else "")
