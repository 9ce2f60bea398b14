"""Sources: compression, damage, bombs, encodings, pipes."""

import bz2
import gzip
import json
import lzma
import os
import subprocess
import sys
import threading
import zipfile
from pathlib import Path

import pytest

from moderation.errors import InputError
from moderation.readers import read
from moderation.readers.encodings import decode
from moderation.readers.source import Options, Source
from moderation.readers.streams import ZstdFrames
from moderation.zstandard import zstd

TEXT = "id,text\n1,grüße\n2,zwei\n"
LONG = {
    zstd.CompressionParameter.window_log: 28,
    zstd.CompressionParameter.enable_long_distance_matching: 1,
}


def _long(raw):
    """With a window that the default decoder refuses, as `zstd --long` writes it."""
    stream = zstd.ZstdCompressor(options=LONG)
    return stream.compress(raw) + stream.flush()


SQUEEZED = {"gz": gzip.compress, "bz2": bz2.compress, "xz": lzma.compress, "zst": _long}


@pytest.mark.parametrize("suffix", SQUEEZED)
def test_compressed_files_are_told_by_content(tmp_path, suffix):
    path = tmp_path / "without-suffix"
    path.write_bytes(SQUEEZED[suffix](TEXT.encode()))
    source = Source(path)
    assert source.head == TEXT.encode()
    assert source.local is None
    with source.open() as stream:
        assert stream.read() == TEXT.encode()


def test_several_members_and_frames_are_one_stream(tmp_path):
    path = tmp_path / "two.gz"
    path.write_bytes(gzip.compress(b"one ") + gzip.compress(b"two"))
    assert Source(path).head == b"one two"
    path.write_bytes(_long(b"one ") + _long(b"two"))
    assert Source(path).head == b"one two"


def test_names(tmp_path):
    path = tmp_path / "Dump.JSONL.gz"
    path.write_bytes(gzip.compress(b"{}"))
    assert (Source(path).suffix, Source(path).stem) == (".jsonl", "Dump")


@pytest.mark.parametrize("suffix", SQUEEZED)
def test_a_cut_stream_gives_what_is_there_and_says_where(tmp_path, suffix):
    lines = "".join(f"{number},text number {number * 7919 % 10007}\n" for number in range(100_000))
    path = tmp_path / f"cut.csv.{suffix}"
    raw = SQUEEZED[suffix](f"id,text\n{lines}".encode())
    path.write_bytes(raw[: len(raw) // 2])
    dump = read(path)
    assert 0 < len(dump.comments) < 100_000
    assert "ends here" in dump.rejects["reason"].iloc[-1]
    assert "decompressed content" in dump.rejects["place"].iloc[-1]
    assert dump.records == len(dump.comments) + len(dump.rejects)


def test_a_bomb_stops_at_a_limit_that_can_be_raised(tmp_path, monkeypatch):
    monkeypatch.setattr("moderation.readers.source.FREE_BYTES", 1 << 20)
    path = tmp_path / "bomb.csv.gz"
    path.write_bytes(gzip.compress(b"id,text\n" + b"1,aaaaaaaaaaaaaaa\n" * 300_000))
    with pytest.raises(InputError, match=r"grows past .* raise --max-expansion"):
        read(path)
    assert len(read(path, options=Options(expansion=10_000)).comments) == 1


@pytest.mark.parametrize(
    ("encoding", "raw"),
    [
        ("utf-8", TEXT.encode("utf-8-sig")),
        ("utf-16-le", b"\xff\xfe" + TEXT.encode("utf-16-le")),
        ("utf-16-be", b"\xfe\xff" + TEXT.encode("utf-16-be")),
        ("utf-16-le", TEXT.encode("utf-16-le")),
        ("utf-32-le", b"\xff\xfe\0\0" + TEXT.encode("utf-32-le")),
    ],
)
def test_encodings_and_marks(tmp_path, encoding, raw):
    path = tmp_path / "a.csv"
    path.write_bytes(raw)
    source = Source(path)
    assert source.encoding == encoding
    assert source.text() == (TEXT, [])
    assert source.sample == TEXT
    assert not source.binary


def test_single_bytes_that_are_not_utf8_are_taken_as_windows_1252(tmp_path):
    path = tmp_path / "a.txt"
    path.write_bytes("früh ".encode() + "spät “".encode("cp1252"))
    text, notes = Source(path).text()
    assert text == "früh spät “"
    assert notes == [f"{path}: 2 bytes are not UTF-8; read as Windows-1252"]
    assert decode(b"\x81") == ("\ufffd", 1)


def test_binary_is_no_text(tmp_path):
    path = tmp_path / "a.bin"
    path.write_bytes(bytes(range(256)) * 10)
    assert Source(path).binary
    with pytest.raises(InputError, match="is not a text file"):
        Source(path).text()


def test_what_cannot_be_opened(tmp_path):
    with pytest.raises(InputError, match="there is no such file"):
        Source(tmp_path / "absent")
    with pytest.raises(InputError, match="is a folder"):
        Source(tmp_path)


def test_a_read_error_is_one_clear_error(tmp_path, monkeypatch):
    path = tmp_path / "a.csv"
    path.write_text(TEXT)
    source = Source(path)

    def refuse(*_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("pathlib.Path.open", refuse)
    with pytest.raises(InputError, match=r"a\.csv: cannot be read: Permission denied"):
        source.open()


def test_pipes_are_read_more_than_once(tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writer = threading.Thread(target=pipe.write_text, args=(TEXT,))
    writer.start()
    source = Source(pipe)
    writer.join()
    assert source.head == TEXT.encode()
    with source.open() as stream:
        assert stream.read() == TEXT.encode()


def test_a_bomb_of_one_frame_goes_off_in_small_portions(tmp_path):
    path = tmp_path / "bomb.csv.zst"
    with zstd.ZstdFile(path, "w") as stream:
        for _ in range(300):
            stream.write(bytes(1 << 20))
    with path.open("rb") as file:
        frames = ZstdFrames(file)
        held = [len(frames._ready) for _ in range(200) if frames.read(1 << 16)]
    assert len(held) == 200
    assert max(held) < 1 << 24


def zipped(path, **members):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def test_a_zip_bomb_is_known_by_what_it_declares(tmp_path, monkeypatch):
    monkeypatch.setattr("moderation.readers.source.FREE_BYTES", 1 << 20)
    path = zipped(tmp_path / "bomb.zip", bomb="id,text\n" + "1,aaaaaaaaaaaaaaaaaaa\n" * 300_000)
    with pytest.raises(InputError, match=r"bomb\.zip: .*grows past .*raise --max-expansion"):
        read(path)


def test_a_zip_archive_with_a_password_says_so(tmp_path):
    path = zipped(tmp_path / "secret.zip", table=TEXT)
    raw = bytearray(path.read_bytes())
    raw[6] |= 1  # the flags, before the member and in the directory
    raw[raw.find(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(raw)
    with pytest.raises(InputError, match="wants a password; unpack the archive first"):
        read(path)


def test_an_empty_zip_archive_says_so(tmp_path):
    with pytest.raises(InputError, match="the archive is empty"):
        read(zipped(tmp_path / "empty.zip"))


@pytest.mark.parametrize("suffix", ["csv", "jsonl", "sql"])
def test_what_is_no_utf8_is_told_with_the_way_out(tmp_path, suffix):
    values = "(1,2,'Ann','','','','','','tr\xe8s bon',0,'1','','',0,0)"
    contents = {
        "csv": "id,text\n1,tr\xe8s bon\n",
        "jsonl": '{"id": 1, "text": "tr\xe8s bon"}\n',
        "sql": f"CREATE TABLE `wp_comments`;\nINSERT INTO `wp_comments` VALUES {values};",
    }
    path = tmp_path / f"dump.{suffix}"
    path.write_bytes(contents[suffix].encode("latin-1"))
    dump = read(path)
    assert dump.comments["text"].tolist() == ["très bon"]
    (note,) = dump.notes
    assert "1 bytes are not UTF-8; read as Windows-1252." in note
    assert "--encoding NAME" in note


def test_mojibake_is_mended_on_request_and_marked(tmp_path):
    path = tmp_path / "dump.csv"
    path.write_text("id,author,text\n1,JÃ¼rg,fÃ¼r dich â€” und für mich\n2,Kim,naïve\n", "utf-8")
    assert read(path).comments["text"][0] == "fÃ¼r dich â€” und für mich"
    comments = read(path, options=Options(mend=True)).comments
    assert comments["author"].tolist() == ["Jürg", "Kim"]
    assert comments["text"][1] == "naïve"
    assert comments["warnings"].map(list).tolist() == [["mojibake_repaired"], []]


def test_addresses_are_kept_on_request(tmp_path):
    path = tmp_path / "dump.csv"
    path.write_text("id,author,text\n1,a@b.example,x\n2,192.0.2.1,y\n3,Kim,z\n")
    assert read(path).comments["author"].isna().tolist() == [True, True, False]
    kept = read(path, options=Options(addresses=True)).comments["author"].tolist()
    assert kept == ["a@b.example", "192.0.2.1", "Kim"]


@pytest.mark.parametrize("named", [False, True])
def test_a_zip_archive_may_come_through_a_pipe(tmp_path, named):
    path = zipped(tmp_path / "two.zip", **{"a.jsonl": '{"text":"one"}', "b.csv": "text\ntwo\n"})
    place = "-"
    if named:
        place = str(tmp_path / "pipe")
        os.mkfifo(place)
        threading.Thread(target=lambda: Path(place).write_bytes(path.read_bytes())).start()
    with path.open("rb") as stream:
        command = [sys.executable, "-m", "moderation", "parse", place, "-o", "-"]
        done = subprocess.run(command, stdin=stream, capture_output=True, timeout=60, check=True)
    assert [json.loads(line)["text"] for line in done.stdout.splitlines()] == ["one", "two"]
