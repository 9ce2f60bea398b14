"""The files behind a path: a folder's, a glob's, the members of a zip archive."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from glob import glob, has_magic
from pathlib import Path
from typing import TYPE_CHECKING

from moderation.errors import InputError
from moderation.readers.source import USUAL, Source

if TYPE_CHECKING:
    from moderation.readers.source import Options

_DOCUMENTS = {
    "META-INF/container.xml": "a book (EPUB)",
    "word/document.xml": "a Word document; save it as a page (HTML) or as text",
    "ppt/presentation.xml": "a presentation; save it as text",
    "AndroidManifest.xml": "a program for Android",
    "META-INF/MANIFEST.MF": "a Java program",
}
_SLACK = ("users.json", "channels.json")
_LISTS = (
    *_SLACK,
    *("groups.json", "dms.json", "mpims.json", "integration_logs.json", "canvases.json"),
    *("lists.json", "huddle_transcripts.json", "file_conversations.json", "org_users.json"),
)


def sources(
    path: str | Path, mapping: Mapping[str, str] | None = None, options: Options = USUAL
) -> Iterator[Source]:
    """The files behind a path: itself, those a glob or folder names, the members of a zip.

    Sorted by name; hidden files are left out. Raises InputError where there is none.
    """
    names = [Path(path)]
    if str(path) == "-":
        pass
    elif has_magic(str(path)) and not Path(path).exists():
        names = sorted(Path(name) for name in glob(str(path), recursive=True))  # noqa: PTH207
        names = [name for name in names if name.is_file()]
        if not names:
            raise InputError(f"{path}: no file matches")
    elif names[0].is_dir():
        names = sorted(_visible(names[0]))
        if not names:
            raise InputError(f"{path}: the folder holds no files")
    every = frozenset(map(str, names))
    for name in names:
        for source in _members(name, mapping, options, _lists_in(names)):
            source.siblings = source.siblings or every
            yield source


def _visible(folder: Path) -> Iterator[Path]:
    for name in folder.rglob("*"):
        hidden = any(part.startswith(".") for part in name.relative_to(folder).parts)
        if name.is_file() and not hidden:
            yield name


def _lists_in(names: Iterable[Path | str]) -> frozenset[str]:
    """Of the files of a Slack export: those that list people and channels, not messages."""
    paths = {str(name): Path(name) for name in names}
    folders = [{path.parent for path in paths.values() if path.name == one} for one in _SLACK]
    both = folders[0] & folders[1]
    return frozenset(
        name for name, path in paths.items() if path.parent in both and path.name in _LISTS
    )


def _members(
    name: Path, mapping: Mapping[str, str] | None, options: Options, lists: frozenset[str]
) -> Iterator[Source]:
    """The file itself, or what is in it if it is a zip archive. lists: files without messages."""
    source = Source(name, mapping, options=options)
    if not source.head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        source.is_list = str(name) in lists
        yield source
        return
    if source.is_workbook:
        source.allow_all([item.file_size for item in source.directory.infolist()])
        yield source
        return
    inside = [item for item in source.directory.infolist() if item.file_size or not item.is_dir()]
    source.allow_all([item.file_size for item in inside])
    names_inside = {item.filename for item in inside}
    for sign, what in _DOCUMENTS.items():
        if sign in names_inside:
            raise InputError(f"{source.name}: no reader knows this format: it is {what}")
    if not inside:
        raise InputError(f"{source.name}: the archive is empty")
    lists = _lists_in(item.filename for item in inside)
    names: Counter[str] = Counter()
    for entry in sorted(inside, key=lambda item: item.filename):
        member = entry.filename
        if not member.startswith("__MACOSX/") and not Path(member).name.startswith("."):
            part = Source(
                name,
                mapping,
                member=member,
                entry=entry,
                again=names[member],
                archive=source,
                options=options,
            )
            part.is_list = member in lists
            part.siblings = frozenset(names_inside)
            yield part
            names[member] += 1
