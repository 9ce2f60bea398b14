"""A text file block by block: for formats of lines and quotes that no parser library streams."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from moderation.readers.source import Source

BLOCK = 1 << 20


def text_blocks(source: Source) -> Iterator[str]:
    """The file as text, never cut within a character."""
    return map(source.decoded, byte_blocks(source))


def byte_blocks(source: Source) -> Iterator[bytes]:
    """The file as UTF-8 (or what was meant as such), never cut within a character."""
    carried, block = b"", b"-"
    with source.utf8() as stream:
        while block:
            block = stream.read(BLOCK)
            whole = carried + block
            cut = cut_character(whole) if block else 0
            whole, carried = whole[: len(whole) - cut], whole[len(whole) - cut :]
            if whole:
                yield whole


def cut_character(block: bytes) -> int:
    """How many bytes at the end begin a character that goes on in the next block.

    >>> cut_character("für".encode()[:2]), cut_character(b"f")
    (1, 0)
    """
    for back in (1, 2, 3):
        last = block[-back] if len(block) >= back else 0
        if last >= 0xC0:
            return back if back < (2 if last < 0xE0 else 3 if last < 0xF0 else 4) else 0
        if last < 0x80:
            return 0
    return 0
