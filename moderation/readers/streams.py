"""Streams of bytes: Zstandard frames, and text of any encoding as UTF-8."""

from __future__ import annotations

import codecs
import io
import sys
import zlib
from typing import TYPE_CHECKING, Any, BinaryIO

from moderation.zstandard import zstd

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ZSTD_INPUT = 1 << 14  # bytes at a time
ZSTD_OUTPUT = 1 << 22  # that they become at a time, at most
ZSTD_WINDOW = 31  # bits: Reddit archives are written with `--long=31`
_OPTIONS = {int(zstd.DecompressionParameter.window_log_max): ZSTD_WINDOW}


class ZstdFrames(io.RawIOBase):
    """Zstandard frames one after another; unlike the library's reader it notices a cut one."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._frame: Any = None
        self._left = b""  # of the file, behind the last frame
        self._ready = memoryview(b"")

    def readable(self) -> bool:
        """As of every raw stream."""
        return True

    def readinto(self, buffer: Any) -> int:
        """The next bytes, and how many they are; 0 at the end."""
        while not self._ready:
            more = b""
            if self._frame is None or self._frame.needs_input:
                more, self._left = self._left or self._file.read(ZSTD_INPUT), b""
                if not more:
                    if self._frame is not None:
                        raise EOFError("the frame is cut")
                    return 0
            if self._frame is None:
                self._frame = zstd.ZstdDecompressor(options=_OPTIONS)
            self._ready = memoryview(self._frame.decompress(more, ZSTD_OUTPUT))
            if self._frame.eof:
                self._left, self._frame = self._frame.unused_data, None
        count = min(len(buffer), len(self._ready))
        buffer[:count] = self._ready[:count]
        self._ready = self._ready[count:]
        return count


class Inflated(io.RawIOBase):
    """What zlib has packed, in gzip's members or without any frame (`raw`).

    Python's own streams lose what they have unpacked when they meet damage or a wrong checksum;
    this one gives it, and raises then. size, checksum: of packed data without a frame.
    """

    def __init__(
        self, file: BinaryIO, *, raw: bool = False, size: int = 0, checksum: int | None = None
    ) -> None:
        self._file = file
        self._bits = -zlib.MAX_WBITS if raw else zlib.MAX_WBITS | 16
        self._left = size if raw else sys.maxsize
        self._checksum, self._sum = checksum, 0
        self._decoder: Any = zlib.decompressobj(self._bits)
        self._begun = raw
        self._input, self._portion = b"", 256
        self._ready = memoryview(b"")
        self._damage: zlib.error | None = None

    def readable(self) -> bool:
        """As of every raw stream."""
        return True

    def readinto(self, buffer: Any) -> int:
        """The next bytes, and how many they are; 0 at the end."""
        while not self._ready:
            if self._damage:
                raise self._damage
            if self._decoder.eof and not self._next_member():
                return 0
            data = self._input or self._read()
            if not data and not self._begun:
                return 0
            if not data:
                raise EOFError("the packed data is cut")
            self._begun = True
            self._ready = memoryview(self._unpacked(data))
        count = min(len(buffer), len(self._ready))
        buffer[:count] = self._ready[:count]
        self._ready = self._ready[count:]
        return count

    def _read(self) -> bytes:
        data = self._file.read(min(self._portion, self._left))
        self._left -= len(data)
        return data

    def _next_member(self) -> bool:
        """Whether more members follow behind one that has ended; zeros behind it fill a block."""
        if self._bits < 0:
            if self._checksum is not None and self._sum != self._checksum:
                raise zlib.error("the checksum is wrong")
            return False
        data = self._decoder.unused_data
        while data is not None and not data.strip(b"\0"):
            data = self._read() or None
        self._input = data.lstrip(b"\0") if data else b""
        self._decoder, self._begun = zlib.decompressobj(self._bits), False
        return bool(self._input)

    def _unpacked(self, data: bytes) -> bytes:
        """What these bytes hold, up to damage among them."""
        before = self._decoder.copy()
        try:
            found: bytes = self._decoder.decompress(data)
        except zlib.error as error:
            self._damage = error
            found = b"".join(_before_damage(before, data))
        self._input = b""
        self._sum = zlib.crc32(found, self._sum)
        much = len(found) > ZSTD_OUTPUT
        self._portion = max(64, self._portion // 8) if much else min(ZSTD_INPUT, self._portion * 2)
        return found


def _before_damage(decoder: Any, data: bytes) -> Iterator[bytes]:
    """What can be unpacked byte by byte."""
    for byte in data:
        try:
            yield decoder.decompress(bytes([byte]))
        except zlib.error:
            return


class Part(io.RawIOBase):
    """So many bytes of a file from where it stands. Raises zlib.error for a wrong checksum."""

    def __init__(self, file: BinaryIO, size: int, checksum: int) -> None:
        self._file, self._left = file, size
        self._checksum, self._sum = checksum, 0

    def readable(self) -> bool:
        """As of every raw stream."""
        return True

    def readinto(self, buffer: Any) -> int:
        """The next bytes, and how many they are; 0 at the end."""
        data = self._file.read(min(len(buffer), self._left))
        if not data and self._left:
            raise EOFError("the content is cut")
        if not data and self._sum != self._checksum:
            raise zlib.error("the checksum is wrong")
        self._left -= len(data)
        self._sum = zlib.crc32(data, self._sum)
        buffer[: len(data)] = data
        return len(data)


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
