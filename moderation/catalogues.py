"""Compile the catalogues of messages: .po, which people write, to what the programs read.

Of `locale/de/LC_MESSAGES/moderation.po` come moderation.mo, for gettext, and page.json, for the
page. `pip install` compiles them (`hatch_build.py`); in a clone they are compiled again when
they are needed and older than their source. It needs the standard library alone, and no module of
this package.
"""

from __future__ import annotations

import json
import re
import struct
from pathlib import Path
from typing import NamedTuple

PAGE = "moderation/report/"
"""What comes from files below this is shown by the page."""
PLURALS = 200
"""Numbers whose plural form the page is told; no language's depends on more than n modulo 100."""
_BUILDER = Path(__file__).parents[1] / "hatch_build.py"  # is there in a clone alone
_MAGIC = 0x950412DE
_STRING = re.compile(r'"((?:[^"\\]|\\.)*)"')
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r"}


class Message(NamedTuple):
    """texts: the translation, one for each plural form. files: where the message is used."""

    id: str
    many: str
    texts: tuple[str, ...]
    files: tuple[str, ...]
    fuzzy: bool


def read_po(text: str) -> list[Message]:
    """The messages of a .po file, the header among them (it has no id), but no obsolete ones."""
    return [
        _message(block) for block in re.split(r"\n\s*\n", text) if re.search(r"(?m)^msgid", block)
    ]


def _message(block: str) -> Message:
    said: dict[str, str] = {}
    files: list[str] = []
    fuzzy, key = False, ""
    for line in block.splitlines():
        if line.startswith("#:"):
            files += line[2:].split()
        elif line.startswith("#,"):
            fuzzy = fuzzy or "fuzzy" in line
        elif not line.startswith("#"):
            word = line.partition('"')[0].strip()
            key = word or key
            said[key] = said.get(key, "") + "".join(map(_plain, _STRING.findall(line)))
    texts = tuple(said[name] for name in sorted(said) if name.startswith("msgstr"))
    return Message(said["msgid"], said.get("msgid_plural", ""), texts, tuple(files), fuzzy)


def _plain(quoted: str) -> str:
    return re.sub(r"\\(.)", lambda found: _ESCAPES.get(found[1], found[1]), quoted)


def write_mo(messages: list[Message]) -> bytes:
    """A catalogue as gettext reads it.

    Source: GNU gettext manual, "The Format of GNU MO Files".
    """
    done = [one for one in messages if all(one.texts) and not (one.fuzzy and one.id)]
    pairs = sorted(
        ("\0".join(filter(None, (one.id, one.many))).encode(), "\0".join(one.texts).encode())
        for one in done
    )
    count = len(pairs)
    at = 28 + 16 * count
    tables: list[bytes] = []
    body = b""
    for side in (0, 1):
        for pair in pairs:
            tables.append(struct.pack("<2I", len(pair[side]), at + len(body)))
            body += pair[side] + b"\0"
    head = struct.pack("<7I", _MAGIC, 0, count, 28, 28 + 8 * count, 0, 28 + 16 * count)
    return head + b"".join(tables) + body


def page_words(messages: list[Message]) -> dict[str, object]:
    """What the page needs of a catalogue: its texts, and which plural form goes with a number."""
    from gettext import c2py  # what gettext itself reads headers with

    header = next(one.texts[0] for one in messages if not one.id)
    rule = re.search(r"plural=([^;\n]+)", header)
    form = c2py(rule[1].strip() if rule else "n!=1")
    texts = {
        one.id: one.texts[0] if not one.many else list(one.texts)
        for one in messages
        if one.id
        and all(one.texts)
        and not one.fuzzy
        and any(f.startswith(PAGE) for f in one.files)
    }
    return {"plurals": "".join(str(form(n)) for n in range(PLURALS)), "texts": texts}


def compile_folder(folder: Path) -> None:
    """Compile the catalogue of one language, such as `locale/de`."""
    inside = folder / "LC_MESSAGES"
    messages = read_po((inside / "moderation.po").read_text(encoding="utf-8"))
    _replace(inside / "moderation.mo", write_mo(messages))
    words = json.dumps(page_words(messages), ensure_ascii=False, separators=(",", ":"))
    _replace(inside / "page.json", words.encode())


def keep_up(folder: Path) -> None:
    """In a clone, compile what is older than its source, if the folder can be written to."""
    inside = folder / "LC_MESSAGES"
    source = inside / "moderation.po"
    written = source.stat().st_mtime if source.exists() and _BUILDER.exists() else 0.0
    made = [inside / "moderation.mo", inside / "page.json"]
    if all(path.exists() and path.stat().st_mtime >= written for path in made):
        return
    try:
        compile_folder(folder)
    except OSError:
        return


def _replace(target: Path, content: bytes) -> None:
    """Write a file that others may be reading."""
    from tempfile import NamedTemporaryFile

    with NamedTemporaryFile(dir=target.parent, delete=False) as file:
        file.write(content)
    Path(file.name).chmod(0o644)
    Path(file.name).replace(target)
