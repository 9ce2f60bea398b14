"""Packed files that are damaged: what stands before the damage comes out, the rest is told."""

import gzip
import io
import zipfile
import zlib

import pytest

from moderation.readers import read
from moderation.readers.streams import Inflated

ROW = '{"id": %d, "text": "Words of mine, number %d."}\n'
ROWS = "".join(ROW % (n, n * 7919) for n in range(60)).encode()


def flipped(content, at):
    return content[:at] + bytes([content[at] ^ 4]) + content[at + 1 :]


def zipped(method):
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", method) as archive:
        archive.writestr(zipfile.ZipInfo("comments.jsonl"), ROWS)
    return made.getvalue()


def came(tmp_path, name, content):
    path = tmp_path / name
    path.write_bytes(content)
    dump = read(path)
    return list(dump.comments["text"]), list(dump.rejects["place"])


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("comments.zip", flipped(zipped(zipfile.ZIP_STORED), 2000)),
        ("comments.zip", flipped(zipped(zipfile.ZIP_DEFLATED), 420)),
        ("comments.jsonl.gz", flipped(gzip.compress(ROWS, mtime=0), 420)),
        ("comments.jsonl.gz", gzip.compress(ROWS, mtime=0)[:420]),
        ("comments.jsonl.gz", flipped(gzip.compress(ROWS, mtime=0), -6)),
    ],
)
def test_what_stands_before_the_damage_comes_out(tmp_path, name, content):
    texts, places = came(tmp_path, name, content)
    assert len(texts) > 20
    assert "of the decompressed content" in places[-1]


def test_a_wrong_checksum_is_told_behind_all_of_it(tmp_path):
    packed = gzip.compress(ROWS, mtime=0)
    texts, places = came(tmp_path, "comments.jsonl.gz", flipped(packed, -6))
    assert len(texts) == 60
    assert places == [f"byte {len(ROWS):,} of the decompressed content"]


@pytest.mark.parametrize(
    "packed",
    [
        gzip.compress(ROWS),
        gzip.compress(ROWS[:1000]) + gzip.compress(ROWS[1000:]),
        gzip.compress(ROWS) + b"\0" * 2000,
        gzip.compress(ROWS[:9]) + b"\0" * 300 + gzip.compress(ROWS[9:]) + gzip.compress(b""),
    ],
)
def test_members_of_gzip_follow_one_another(packed):
    with io.BufferedReader(Inflated(io.BytesIO(packed))) as stream:
        assert stream.read() == ROWS


@pytest.mark.parametrize("packed", [gzip.compress(ROWS) + b"more", gzip.compress(ROWS)[:-9]])
def test_what_is_no_member_of_gzip_is_damage(packed):
    stream = io.BufferedReader(Inflated(io.BytesIO(packed)))
    with pytest.raises((zlib.error, EOFError)):
        stream.read()
