"""Streams of bytes: Zstandard frames, and text of any encoding as UTF-8."""

from __future__ import annotations

import codecs
import io
from typing import TYPE_CHECKING, Any, BinaryIO

import zstandard

if TYPE_CHECKING:
    from collections.abc import Callable

ZSTD_INPUT = 1 << 14  # bytes at a time, and fewer where they grow beyond measure
ZSTD_OUTPUT = 1 << 22
ZSTD_WINDOW = 1 << 31  # Reddit archives are written with `--long=31`


class ZstdFrames(io.RawIOBase):
    """Zstandard frames one after another; unlike the library's reader it notices a cut one."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._frame: Any = None
        self._input, self._portion = b"", 256
        self._ready = memoryview(b"")

    def readable(self) -> bool:
        """As of every raw stream."""
        return True

    def readinto(self, buffer: Any) -> int:
        """The next bytes, and how many they are; 0 at the end."""
        while not self._ready:
            self._input = self._input or self._file.read(self._portion)
            if not self._input:
                if self._frame is not None:
                    raise EOFError("the frame is cut")
                return 0
            if self._frame is None:
                decoder = zstandard.ZstdDecompressor(max_window_size=ZSTD_WINDOW)
                self._frame = decoder.decompressobj()
            self._ready = memoryview(self._frame.decompress(self._input))
            self._input = b""
            much = len(self._ready) > ZSTD_OUTPUT
            self._portion = (
                max(64, self._portion // 8) if much else min(ZSTD_INPUT, self._portion * 2)
            )
            if self._frame.eof:
                self._input, self._frame = self._frame.unused_data, None
        count = min(len(buffer), len(self._ready))
        buffer[:count] = self._ready[:count]
        self._ready = self._ready[count:]
        return count


class Transcoded(io.RawIOBase):
    """Bytes of another encoding as UTF-8, block by block. lost: told how many were undecodable."""

    def __init__(
        self, stream: BinaryIO, encoding: str, lost: Callable[[int], None] = lambda _: None
    ) -> None:
        self._stream, self._lost, self._count = stream, lost, 0
        self._decoder = codecs.getincrementaldecoder(encoding)("replace")
        self._ready = b""

    def readable(self) -> bool:
        """As of every raw stream."""
        return True

    def readinto(self, buffer: Any) -> int:
        """The next bytes, and how many they are; 0 at the end."""
        while not self._ready:
            block = self._stream.read(1 << 16)
            text = self._decoder.decode(block, final=not block)
            self._count += text.count("\ufffd")
            self._ready = text.encode("utf-8", "replace")
            if not block:
                self._lost(self._count)
                break
        count = min(len(buffer), len(self._ready))
        buffer[:count] = self._ready[:count]
        self._ready = self._ready[count:]
        return count

    def close(self) -> None:
        """Close what is read from, too."""
        self._stream.close()
        super().close()


def read_fully(stream: BinaryIO, count: int) -> bytes:
    """Exactly `count` bytes, or all that are left."""
    blocks = []
    while count > 0 and (block := stream.read(count)):
        blocks.append(block)
        count -= len(block)
    return b"".join(blocks)


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
