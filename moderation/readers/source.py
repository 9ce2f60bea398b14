"""One file of a dump as the readers see it: decompressed, bounded, and with an honest encoding.

Long, for all that is known of a file is worked out once, in the one object that readers share.
"""

from __future__ import annotations

import bz2
import codecs
import contextlib
import io
import lzma
import os
import re
import stat
import struct
import sys
import threading
import zipfile
import zlib
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, BinaryIO, NoReturn, cast

from moderation.errors import InputError
from moderation.readers.encodings import (
    BOMS,
    Encoding,
    beyond_ascii,
    codec_of,
    decode,
    encoding_of,
    marked,
    telling,
)
from moderation.readers.streams import (
    Inflated,
    Part,
    Transcoded,
    ZstdFrames,
    cut_character,
    read_fully,
)
from moderation.temporary import Folder
from moderation.zstandard import zstd

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

EXPANSION = 100  # times; text dumps compress 3 to 20 times, bombs 1,000 times and more


@dataclass(frozen=True)
class Options:
    """What holds for every file.

    expansion: how many times its size a compressed file may grow (beyond 256 MB). addresses:
    whether an author who is only an e-mail or IP address is kept. mend: whether text whose UTF-8
    was decoded as something else is repaired. encoding: the name of the one that text is in,
    whatever it looks like; None: as it looks.
    """

    expansion: int = EXPANSION
    addresses: bool = False
    mend: bool = False
    encoding: str | None = None


USUAL = Options()
PAGE_BYTES = 1 << 27  # of a text that is read whole; saved pages have a few MB
_JSON_KEY = re.compile(r'(?<![\w"])"[^"\\\n]{1,40}"\s*+:\s*+(?:["\[{\d-]|true|false|null)')
_CUT_STRING = re.compile(
    r"""(?:[^"\\]++|\\.)*+"\s*+(?:[}\]]\s*+)*+,\s*+(?:\{\s*+)?"[^"\\\n]{1,40}"\s*+:""", re.DOTALL
)
_FEW_KEYS = 3
_JSON_SHARE = 0.2  # of a text whose beginning is lost: whole objects between what is broken
HEAD_BYTES = 1 << 16  # what detection looks at
FREE_BYTES = 1 << 28  # decompressed bytes that no ratio is asked of
SAMPLED_BYTES = (
    1 << 24
)  # of a file in which the encoding shows; larger ones are looked at in PLACES
PLACES = 256
TELLING_BYTES = 1 << 12  # beyond ASCII that are enough to know the encoding by

_SCRIPT = re.compile(  # `window.YTD.tweets.part0 = [`, `var data = {`, `callback([`
    rb"\s*(?:(?:var|let|const|window\.)\s*[\w$.\[\]'\"]+\s*=|export\s+(?:default\b|(?:const|let|var)\s+[\w$]+\s*=)|"
    rb"module\.exports\s*=|[A-Za-z_$][\w$.]*\s*[=(])\s*(?=[\[{]\s*[\[{\"\]}])"
)
_MAGIC = {b"\x1f\x8b": "gzip", b"BZh": "bzip2", b"\xfd7zXZ\0": "xz", b"\x28\xb5\x2f\xfd": "zstd"}
_LOCAL = struct.Struct("<14xIII")  # of a member's own head: checksum, packed size, size
_NAMES_AT = 26  # bytes into a member's own head, where the lengths of its name and more stand
_SIZES_BEHIND = 8  # flag: they stand behind the content
_NOTHING = 2  # bytes that an empty file takes, packed
_ZIP_END = 22  # bytes of the record at an archive's end, where it has no comment
_SUFFIXES = (".gz", ".bz2", ".xz", ".zst", ".zstd")
_DAMAGE = (
    EOFError,
    OSError,
    NotImplementedError,  # a method of compression that Python does not know
    lzma.LZMAError,
    zipfile.BadZipFile,
    zlib.error,
    zstd.ZstdError,
)
BAD_ZIP = (
    zipfile.BadZipFile,
    OSError,
    NotImplementedError,
    ValueError,
    OverflowError,
    struct.error,
)
_BINARY = re.compile(
    rb"%PDF|\x89PNG|GIF8|\xff\xd8\xff|7z\xbc\xaf|Rar!|\x7fELF|MZ\x90|PK\x05\x06|\xd0\xcf\x11\xe0|"
    rb"OggS|ID3|\xca\xfe\xba\xbe|RIFF|PK\x03\x04|\x00\x00\x00.ftyp",
    re.DOTALL,
)
_CONTROLS = bytes(set(range(32)) - {7, 8, 9, 10, 12, 13, 27})


class Source:
    """A file, a pipe, standard input (`-`) or a member of a zip archive, ready to be read again.

    path: where it lies; `-` and pipes are copied to a temporary file first. mapping: the user's
    `--map` (our column -> the dump's). entry: the archive's own for `member`, which tells several
    of one name apart; again: how many of the name come before it. archive: of which `member` is
    one, where that has been opened already. Raises InputError when it cannot be opened.
    """

    def __init__(
        self,
        path: str | Path,
        mapping: Mapping[str, str] | None = None,
        *,
        member: str | None = None,
        entry: zipfile.ZipInfo | None = None,
        again: int = 0,
        archive: Source | None = None,
        options: Options = USUAL,
    ) -> None:
        self.path = Path(path)
        self.member = member
        self.mapping = dict(mapping or {})
        self.options = options
        self.odd = 0  # bytes that were no UTF-8
        self.lost = 0  # characters that the encoding does not have
        self.is_list = False  # it lists people or channels of the messages in files beside it
        self.siblings: frozenset[str] = frozenset()  # what is read together with it
        self._counting = threading.Lock()
        self.memo: dict[str, Any] = {}  # what detection found out, for the next detector
        self.groups: tuple[int, int] | None = None  # of Parquet: first and behind the last; all
        self.damage: str | None = None  # where and why the compressed stream broke off
        self.name = "standard input" if str(path) == "-" else str(path)
        if member:
            self.name += f":{member}" + f" ({again + 1})" * bool(again)
        self._entry = entry
        self._archive = archive  # its copy on disk lives as long as it does
        self._disk: Path = archive._disk if archive else self._on_disk(str(path))

    def _on_disk(self, path: str) -> Path:
        try:
            if path != "-":
                if stat.S_ISDIR(os.stat(path).st_mode):  # noqa: PTH116 - the mode decides thrice
                    raise InputError(f"{self.name}: is a folder, not a file")
                if stat.S_ISREG(os.stat(path).st_mode):  # noqa: PTH116
                    return Path(path)
            with contextlib.ExitStack() as stack:
                pipe = sys.stdin.buffer if path == "-" else stack.enter_context(open(path, "rb"))  # noqa: PTH123
                return self._spool(pipe)
        except FileNotFoundError as error:
            raise InputError(f"{self.name}: there is no such file") from error
        except OSError as error:
            raise InputError(f"{self.name}: cannot be read: {error.strerror or error}") from error

    def _spool(self, pipe: BinaryIO) -> Path:
        self._spooled = Folder()  # goes with this source
        copy = self._spooled.path / "pipe"
        with copy.open("wb") as file:
            while block := pipe.read(1 << 20):
                file.write(block)
        return copy

    @cached_property
    def size(self) -> int:
        """Bytes on disk (compressed)."""
        return self._disk.stat().st_size

    @cached_property
    def compression(self) -> str | None:
        """`gzip`, `bzip2`, `xz`, `zstd`, `zip`, or None; told by the first bytes, not the name."""
        if self.member:
            return "zip"
        with self._file() as file:
            start = file.read(8)
        for magic, name in _MAGIC.items():
            if start.startswith(magic):
                return name
        return "zstd" if start[1:4] == b"\x2a\x4d\x18" and 0x50 <= start[0] <= 0x5F else None

    @property
    def local(self) -> Path | None:
        """The uncompressed file itself, for memory maps and SQLite; None when there is none."""
        return None if self.compression else self._disk

    @cached_property
    def suffix(self) -> str:
        """The name's suffix in lower case, without a compression suffix: `a.JSONL.gz` -> `.jsonl`.

        For display and as a last hint: detection looks at content first.
        """
        suffixes = [suffix.lower() for suffix in Path(self.member or self.path).suffixes]
        while suffixes and suffixes[-1] in _SUFFIXES:
            suffixes.pop()
        return suffixes[-1] if suffixes else ""

    @cached_property
    def stem(self) -> str:
        """The file's name without folder and suffixes, for naming a thread after it."""
        name = Path(self.member or self.path).name
        while Path(name).suffix.lower() in _SUFFIXES:
            name = Path(name).stem
        return "stdin" if name == "-" else Path(name).stem or name

    @cached_property
    def head(self) -> bytes:
        """The first 64 KiB, decompressed, byte order mark kept."""
        with self.open() as stream:
            return read_fully(stream, HEAD_BYTES)

    def open(self) -> BinaryIO:
        """A fresh stream of the decompressed bytes.

        Where compressed data is damaged or cut, the stream ends and `damage` says where; data
        that grows beyond the limit raises InputError.
        """
        if not self.compression:
            return cast("BinaryIO", io.BufferedReader(_Reads(self, self._file(buffering=0))))
        file = self._file()
        try:
            inner = self._decompressed(file)
        except InputError:
            file.close()
            raise
        except _DAMAGE as error:
            file.close()
            raise InputError(
                f"{self.name}: not a readable {self.compression} file: {error}"
            ) from error
        reads = _Reads(self, inner, file, self._limit, self._explode)
        return cast("BinaryIO", io.BufferedReader(reads, 1 << 17))

    def _file(self, buffering: int = -1) -> BinaryIO:
        try:
            return self._disk.open("rb", buffering)
        except OSError as error:
            raise InputError(f"{self.name}: cannot be read: {error.strerror or error}") from error

    def _decompressed(self, file: BinaryIO) -> IO[bytes]:
        openers: dict[str, Callable[[BinaryIO], Any]] = {
            "gzip": lambda file: io.BufferedReader(Inflated(file), 1 << 17),
            "bzip2": bz2.BZ2File,
            "xz": lzma.LZMAFile,
            "zstd": lambda file: io.BufferedReader(ZstdFrames(file)),
            "zip": self._unzipped,
        }
        return cast("IO[bytes]", openers[self.compression or ""](file))

    def _unzipped(self, file: BinaryIO) -> IO[bytes]:
        archive = (self._archive or self).directory
        try:
            member = self._entry or archive.getinfo(self.member or "")
        except KeyError as error:
            raise InputError(f"{self.name}: is not in the archive") from error
        if member.flag_bits & 1:
            raise InputError(f"{self.name}: wants a password; unpack the archive first")
        if member.file_size > self._limit:
            self._explode()
        try:
            opened = archive.open(member)  # which looks at the member's own head
        except BAD_ZIP as error:
            raise InputError(f"{self.name}: damaged in the archive: {error}") from error
        if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            return opened
        opened.close()
        file.seek(member.header_offset + _NAMES_AT)
        names = int.from_bytes(file.read(2), "little") + int.from_bytes(file.read(2), "little")
        file.seek(names, io.SEEK_CUR)
        size, checksum = member.compress_size, member.CRC
        if member.compress_type == zipfile.ZIP_STORED:
            return io.BufferedReader(Part(file, size, checksum))
        inflated = Inflated(file, raw=True, size=size, checksum=checksum)
        return io.BufferedReader(inflated, 1 << 17)

    @property
    def misstated(self) -> bool:
        """Whether an archive's directory says other sizes of this member than the member itself."""
        member = self._entry
        if member is None or member.flag_bits & _SIZES_BEHIND:
            return member is not None and not member.file_size and member.compress_size > _NOTHING
        with self._file() as file:
            file.seek(member.header_offset)
            head = file.read(_LOCAL.size)
        if len(head) < _LOCAL.size:
            return True
        own = _LOCAL.unpack(head)
        large = 0xFFFFFFFF in own[1:]  # the sizes stand elsewhere
        listed = (member.CRC, member.compress_size, member.file_size)
        return not large and own != listed

    @cached_property
    def is_workbook(self) -> bool:
        """Whether it is a spreadsheet: a zip archive with the parts of a workbook."""
        if self.member is not None or not self.head.startswith(b"PK\x03\x04"):
            return False
        ods = b"opendocument.spreadsheet" in self.head[:200]
        return ods or "xl/workbook.xml" in self.directory.namelist()

    @cached_property
    def directory(self) -> zipfile.ZipFile:
        """A zip archive's list of members, read once for all of them."""
        try:
            return zipfile.ZipFile(self._disk)
        except BAD_ZIP as error:
            raise InputError(f"{self.name}: is a damaged zip archive: {error}") from error

    @property
    def _limit(self) -> int:
        """Bytes that a compressed file may grow to."""
        return max(FREE_BYTES, self.options.expansion * self.size)

    def allow(self, grown: int) -> None:
        """Raise InputError where a packed file has grown to more bytes than it may."""
        if not self.allows(grown):
            self._explode()

    def allows(self, grown: int) -> bool:
        """Whether a packed file may grow to so many bytes."""
        return grown <= self._limit

    def allow_all(self, sizes: list[int]) -> None:
        """The same for an archive's members together; one that grows so much alone is skipped."""
        self.allow(sum(size for size in sizes if size <= self._limit))

    def _explode(self) -> NoReturn:
        raise InputError(
            f"{self.name}: grows past {self._limit:,} bytes when decompressed, "
            f"{self._limit // max(1, self.size):,} times its size; "
            "if it is no bomb, raise --max-expansion"
        )

    def decoded(self, raw: bytes) -> str:
        """A part of the file as text; how many of its bytes are no UTF-8 adds up in `odd`."""
        text, odd = decode(raw)
        with self._counting:
            self.odd += odd
        return text

    @cached_property
    def binary(self) -> bool:
        """Whether the content is no text in any encoding we read (Parquet and SQLite included)."""
        if self._wide:
            return False
        controls = len(self.head) - len(self.head.translate(None, _CONTROLS))
        several = controls > max(8, len(self.head) // 20)
        return bool(_BINARY.match(self.head)) or several or self.ends_as_zip

    @cached_property
    def ends_as_zip(self) -> bool:
        """Whether it is a zip archive whose beginning is lost."""
        if not self.local or self.size < _ZIP_END:
            return False
        with self._file() as file:
            file.seek(-_ZIP_END, os.SEEK_END)
            return file.read(4) == b"PK\5\6"

    @property
    def _wide(self) -> bool:
        """Whether it is UTF-16 or -32, where every ASCII character has zero bytes."""
        codec = self._named or self._marked
        return codec is not None and codec.name.startswith(("utf-16", "utf-32"))

    @cached_property
    def _marked(self) -> Encoding | None:
        return marked(self.head)

    @cached_property
    def _named(self) -> Encoding | None:
        """What the user says. Raises InputError where that is no encoding."""
        if not self.options.encoding:
            return None
        codec = codec_of(self.options.encoding)
        if codec is None:
            raise InputError(f"--encoding {self.options.encoding}: there is no such encoding")
        if self._marked and self._marked.name.startswith(f"{codec}-"):
            codec = self._marked.name  # the mark tells the order of the bytes
        return Encoding(codec, "named by --encoding")

    @cached_property
    def encoded(self) -> Encoding:
        """The encoding and how it is known: named, marked, declared, or by what the bytes are."""
        if self._named and not self.binary:
            return self._named
        if self._marked or self.binary:
            return self._marked or Encoding("utf-8")
        sample, whole = self._telling()
        return encoding_of(self.head, sample, whole)

    @property
    def encoding(self) -> str:
        """Python's name of the encoding; `utf-8` too with single bytes of Windows-1252 in it."""
        return self.encoded.name

    def _telling(self) -> tuple[bytes, bool]:
        """Lines that are not ASCII, from all over the file, and whether all of it was looked at.

        Of a large file on disk from PLACES, of a large packed one from its beginning.
        """
        telling_lines: list[bytes] = []
        large = self.local is not None and self.size > SAMPLED_BYTES
        step, block = (self.size // PLACES, 1 << 14) if large else (0, HEAD_BYTES)
        seen = count = 0
        with self._file() if large else self.open() as stream:
            while seen < SAMPLED_BYTES and count < TELLING_BYTES:
                part = read_fully(stream, block)
                if not part:
                    return b"\n".join(telling_lines), not large
                seen += len(part)
                lines = telling(part, begun=not telling_lines, ended=len(part) < block)
                count += beyond_ascii(lines)
                telling_lines.append(lines)
                if step:
                    stream.seek(len(telling_lines) * step)
        return b"\n".join(telling_lines), False

    def utf8(self) -> BinaryIO:
        """A stream like `open`, without byte order mark, and as UTF-8 if it is anything else.

        Single bytes that are not UTF-8 stay as they are; `decode` makes the best of them.
        """
        stream = self.open()
        read_fully(stream, len(self.mark))
        if self.encoding == "utf-8":
            return stream
        reads = Transcoded(stream, self.encoding, self._undecoded)
        return cast("BinaryIO", io.BufferedReader(reads, 1 << 17))

    @cached_property
    def mark(self) -> bytes:
        """The byte order mark, and the JavaScript that JSON is the value of."""
        mark = next((mark for mark, _ in BOMS if self.head.startswith(mark)), b"")
        script = _SCRIPT.match(self.head, len(mark))
        return self.head[: script.end()] if script else mark

    def _undecoded(self, count: int) -> None:
        """So many characters became U+FFFD in one reading of the file."""
        self.lost = max(self.lost, count)

    @cached_property
    def sample(self) -> str:
        """The head as text, for detection; a character cut at its end is left out."""
        head = self.head[len(self.mark) :]
        if self.encoding != "utf-8":
            return codecs.getincrementaldecoder(self.encoding)("replace").decode(head)
        return decode(head)[0]

    @cached_property
    def begins_in_json(self) -> bool:
        """Whether the file begins within a string of JSON: a key stands behind the string's end."""
        return not self.binary and _CUT_STRING.match(self.sample) is not None

    @cached_property
    def is_json(self) -> bool:
        """Whether it begins like JSON, or what stands behind a damaged beginning is JSON."""
        start = self.sample.lstrip("\ufeff\0\x1e \t\r\n")
        lines = [line.strip() for line in start[: 1 << 14].splitlines()[1:6]]
        later = any(line.startswith('{"') and line.endswith("}") for line in lines)
        return not self.binary and (
            start[:1] in ("{", "[")
            or later
            or self.begins_in_json
            or (start[:1] != "<" and _mostly_json(start))
        )

    def text(self) -> tuple[str, list[str]]:
        """The whole file as text, and notes on how it was decoded.

        Raises InputError if it is binary, or longer than PAGE_BYTES.
        """
        if self.binary:
            raise InputError(f"{self.name}: is not a text file")
        with self.utf8() as stream:
            raw = read_fully(stream, PAGE_BYTES + 1)
        if len(raw) > PAGE_BYTES:
            raise InputError(
                f"{self.name}: is longer than {PAGE_BYTES >> 20} MB, too long for a page or a list "
                "of labels; if it is a table of comments, name its reader with --format table"
            )
        text, odd = decode(raw)
        return text, [f"{self.name}: {odd} bytes are not UTF-8; read as Windows-1252"] * (odd > 0)


def json_keys(sample: str) -> int:
    """How many keys of JSON objects a text seems to have."""
    return len(_JSON_KEY.findall(sample))


def _mostly_json(sample: str) -> bool:
    """Whether whole JSON objects make up a good part of a text that begins with none.

    Prose around them tells a page that quotes JSON from JSON whose beginning is lost.
    """
    if json_keys(sample) < _FEW_KEYS:
        return False
    from moderation.readers.json.damage.salvage import objects_in, without_long

    within, at, outside = 0, 0, []
    for start, end in objects_in(without_long(sample.replace("\0", " ")), bool):
        outside.append(sample[at:start])
        within, at = within + end - start, end
    lines = "".join([*outside, sample[at:]]).splitlines()
    prose = sum('"' not in line and len(line.split()) > 4 for line in lines)
    return within > _JSON_SHARE * len(sample) and prose < _FEW_KEYS


class _Reads(io.RawIOBase):
    """A stream that turns damage into an early end, read errors and bombs into InputError."""

    def __init__(
        self,
        source: Source,
        inner: IO[bytes],
        file: BinaryIO | None = None,
        limit: int = 0,
        explode: Callable[[], object] = bool,
    ) -> None:
        self._source, self._inner, self._file = source, inner, file
        self._limit, self._explode = limit, explode
        # `read` would lose what it has decompressed before it meets the damage
        self._some = getattr(inner, "read1", inner.read)
        self._count = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        source = self._source
        try:
            if not source.compression:
                return int(self._inner.readinto(buffer))  # type: ignore[attr-defined]
            block = self._some(min(len(buffer), 1 << 20))
        except _DAMAGE as error:
            if not source.compression:
                raise InputError(f"{source.name}: cannot be read: {error}") from error
            source.damage = f"byte {self._count:,} of the decompressed content"
            return 0
        self._count += len(block)
        if self._limit and self._count > self._limit:
            self._explode()
        buffer[: len(block)] = block
        return len(block)

    def close(self) -> None:
        if not self.closed:
            self._inner.close()
            if self._file:
                self._file.close()
        super().close()


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
