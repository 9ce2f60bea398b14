"""Runs that read from and write to an object store: a local S3 server."""

import fsspec
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import s3fs
from dumps_in_parts import comments, write
from moto.server import ThreadedMotoServer
from partitioned_runs import run, scored
from places import MODEL

from moderation.cluster import files
from moderation.cluster.engines import LocalEngine
from moderation.errors import InputError, OutputError
from moderation.model.model import Model


@pytest.fixture(scope="module")
def model():
    return Model.load(MODEL)


@pytest.fixture(scope="module")
def store():
    """A file system on a server of this process, with one bucket."""
    server = ThreadedMotoServer("127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_ENDPOINT_URL", f"http://{host}:{port}")
        patch.setenv("AWS_ACCESS_KEY_ID", "somebody")
        patch.setenv("AWS_SECRET_ACCESS_KEY", "anything")
        patch.setenv("AWS_DEFAULT_REGION", "us-east-1")
        s3fs.S3FileSystem.clear_instance_cache()
        system = s3fs.S3FileSystem(use_listings_cache=False)
        system.mkdir("archive")
        yield system
        s3fs.S3FileSystem.clear_instance_cache()
    server.stop()


def test_a_run_from_s3_to_s3_gives_the_rows_of_a_local_one(store, model, tmp_path):
    dump = write(tmp_path / "dump", comments(threads=12))
    store.put(dump, "archive/dump", recursive=True)
    run([dump], tmp_path / "out", model, 3)
    outcome = run(["s3://archive/dump/*.*"], "s3://archive/out", model, 3, LocalEngine(2))
    assert outcome.kept == 0
    paths = sorted(store.glob("archive/out/part-*.parquet"))
    found = []
    for path in paths:
        with store.open(path) as file:
            found.append(pq.read_table(file))
    assert pa.concat_tables(found).combine_chunks().equals(scored(tmp_path / "out"))
    assert not store.exists("archive/out/_work")
    again = run(["s3://archive/dump/*.*"], "s3://archive/out", model, 3)
    assert again.kept == 3
    assert again.comments == outcome.comments


def test_an_object_that_changed_in_its_middle_is_another_input(store, model, tmp_path):
    rows = [f'{{"id": "{k}", "thread_id": "t", "text": "{"x" * 400}"}}' for k in range(2400)]
    rows[1200] = '{"id": "1200", "thread_id": "t", "text": "my number is 555-0199"}'
    store.pipe("archive/big.jsonl", "\n".join(rows).encode())
    before = files.content_digest("s3://archive/big.jsonl")
    assert files.content_digest("s3://archive/big.jsonl") == before
    run(["s3://archive/big.jsonl"], "s3://archive/changed", model, 2)
    rows[1200] = rows[1200].replace("555-0199", "XXXXXXXX")
    store.pipe("archive/big.jsonl", "\n".join(rows).encode())
    assert files.content_digest("s3://archive/big.jsonl") != before
    with pytest.raises(OutputError, match=r"big.jsonl is new, changed or gone"):
        run(["s3://archive/big.jsonl"], "s3://archive/changed", model, 2)


def test_a_store_without_tags_is_read_for_its_digest():
    system = fsspec.filesystem("memory")
    system.pipe("/dumps/big.jsonl", b"a" * 300_000)
    before = files.content_digest("memory://dumps/big.jsonl")
    system.pipe("/dumps/big.jsonl", b"a" * 150_000 + b"b" + b"a" * 149_999)
    assert files.content_digest("memory://dumps/big.jsonl") != before


def test_the_output_in_a_store_is_reported_from_there(store, model, tmp_path, moderation):
    dump = write(tmp_path / "dump", comments(threads=6))
    run([dump], "s3://archive/shown", model, 2)
    run([dump], tmp_path / "out", model, 2)
    pages = []
    for scored_at in ("s3://archive/shown/", str(tmp_path / "out")):
        assert moderation("report", scored_at, "-o", tmp_path / "r.html").status == 0
        pages.append((tmp_path / "r.html").read_text())
    assert pages[0] == pages[1]
    single = store.glob("archive/shown/part-*.parquet")[0]
    with files.output_on_disk(f"s3://{single}") as place:
        assert pq.read_table(place).num_rows
    with pytest.raises(InputError, match="cannot be read"), files.output_on_disk("s3://archive/no"):
        pass


def test_what_is_not_there_is_said(store, model):
    with pytest.raises(InputError, match="there is no such file"):
        run(["s3://archive/nothing/*.parquet"], "s3://archive/o", model, 1)
    with pytest.raises(OutputError, match="cannot be written"):
        files.write_bytes("s3://no-such-bucket/one", b"1")


def test_no_credentials_are_one_line(moderation, monkeypatch, tmp_path):
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("HOME", str(tmp_path))
    s3fs.S3FileSystem.clear_instance_cache()
    ran = moderation("report", "s3://archive/out/", "-o", tmp_path / "r.html")
    assert ran.status == 1
    assert ran.err == (
        "moderation: the object store cannot be used: Unable to locate credentials\n"
    )
    assert not list(tmp_path.iterdir())
