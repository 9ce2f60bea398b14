"""Runs that something happens to: they end right or with a clear line, and the next one goes on."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from dumps_in_parts import comments, write
from partitioned_runs import manifest, run, scored
from places import MODEL, ROOT

from moderation.cluster.engines import LocalEngine
from moderation.cluster.workers import DaskEngine
from moderation.errors import ClusterError, InputError, ModelError, OutputError
from moderation.model.model import Model
from moderation.readers.source import Options

PARTITIONS = 24


@pytest.fixture(scope="module")
def model():
    return Model.load(MODEL)


@pytest.fixture(scope="module")
def dump(tmp_path_factory):
    return write(tmp_path_factory.mktemp("dump") / "dump", comments(threads=80))


@pytest.fixture(scope="module")
def expected(dump, model, tmp_path_factory):
    folder = tmp_path_factory.mktemp("one")
    run([dump], folder / "out", model)
    return scored(folder / "out")


class Cluster:
    """A scheduler and workers as processes of their own, on real sockets."""

    def __init__(self, folder):
        self.folder = folder
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.address = f"tcp://127.0.0.1:{self.port}"
        self.processes = []
        self.workers = []
        self.start_scheduler()

    def start_scheduler(self):
        options = ("--host", "127.0.0.1", "--port", str(self.port), "--no-dashboard")
        self.scheduler = self._start("dask_scheduler", *options)

    def add_workers(self, count):
        options = (self.address, "--nthreads", "1", "--no-nanny", "--no-dashboard")
        for _ in range(count):
            folder = ("--local-directory", str(self.folder))
            self.workers.append(self._start("dask_worker", *options, *folder))

    def _start(self, program, *options):
        environment = os.environ | {"PYTHONPATH": str(ROOT)}
        process = subprocess.Popen(
            [sys.executable, "-m", f"distributed.cli.{program}", *options],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=environment,
        )
        self.processes.append(process)
        return process

    def stop(self):
        for process in self.processes:
            process.kill()
        for process in self.processes:
            process.wait()


def engine_of(cluster, workers, patience=60.0):
    """The engine, once all of the workers are there."""
    engine = DaskEngine(cluster.address, patience)
    deadline = time.monotonic() + 60
    while engine.slots < workers and time.monotonic() < deadline:
        time.sleep(0.1)
        engine.slots = sum(engine._threads().values())
    assert engine.slots == workers
    return engine


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    started = Cluster(tmp_path_factory.mktemp("cluster"))
    started.add_workers(4)
    yield started
    started.stop()


class Hits:
    """An engine that lets something happen after some answers of the scoring."""

    def __init__(self, engine, after, happen):
        self._engine, self._after, self._happen = engine, after, happen
        self.slots, self.together, self.dashboard = engine.slots, engine.together, ""

    def run(self, function, calls):
        for count, answer in enumerate(self._engine.run(function, calls)):
            yield answer
            if function.__name__ == "score_part" and count == self._after:
                self._happen()

    def close(self):
        self._engine.close()


def test_four_workers_give_the_rows_of_one_process(cluster, dump, model, expected, tmp_path):
    outcome = run([dump], tmp_path / "out", model, PARTITIONS, engine_of(cluster, 4))
    assert scored(tmp_path / "out").equals(expected)
    assert outcome.kept == 0


def test_a_worker_that_dies_and_one_that_hangs(cluster, dump, model, expected, tmp_path):
    def happen():
        cluster.workers[0].send_signal(signal.SIGKILL)
        cluster.workers[1].send_signal(signal.SIGSTOP)

    engine = Hits(engine_of(cluster, 4, patience=2.0), 2, happen)
    outcome = run([dump], tmp_path / "out", model, PARTITIONS, engine)
    cluster.workers[1].send_signal(signal.SIGCONT)
    assert scored(tmp_path / "out").equals(expected)
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        "_manifest.json",
        "_receipts",
        "_rejects",
        *(f"part-{k:05}.parquet" for k in range(PARTITIONS)),
    ]
    assert outcome.comments == len(expected)


def test_a_scheduler_that_is_restarted(cluster, dump, model, expected, tmp_path, moderation):
    engine = DaskEngine(cluster.address)
    with pytest.raises(ClusterError, match=r"the scheduler went away with \d+ tasks to do"):
        run([dump], tmp_path / "out", model, PARTITIONS, Hits(engine, 5, cluster.scheduler.kill))
    engine.close()
    assert moderation("report", tmp_path / "out", "-o", tmp_path / "r.html").status == 1
    done = list((tmp_path / "out" / "_work").glob("scored-*.parquet"))
    assert 5 < len(done) < PARTITIONS
    cluster.start_scheduler()
    cluster.add_workers(1)
    outcome = run([dump], tmp_path / "out", model, PARTITIONS, engine_of(cluster, 1))
    assert outcome.kept >= len(done)
    assert scored(tmp_path / "out").equals(expected)


def test_nobody_there_is_said(monkeypatch):
    monkeypatch.setattr("moderation.cluster.workers.CONNECT", 1)
    with pytest.raises(ClusterError, match="no scheduler or no worker answers"):
        DaskEngine("tcp://127.0.0.1:9")


SCORE = "from moderation.cli import main; main()"
LITTLE = f"import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (40_000, 40_000)); {SCORE}"


def start_score(dump, out, *options, code=SCORE):
    return subprocess.Popen(
        [sys.executable, "-c", code, "score", dump, "-o", f"{out}/", *options],
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": str(ROOT), "COLUMNS": "80"},
    )


def test_a_killed_run_goes_on(dump, expected, tmp_path, moderation):
    killed = start_score(dump, tmp_path / "out", "--partitions", "64", "--workers", "1")
    deadline = time.monotonic() + 60
    receipts = tmp_path / "out" / "_receipts"
    while len(list(receipts.glob("part-*"))) < 4 and time.monotonic() < deadline:
        time.sleep(0.005)
    killed.kill()
    killed.communicate()
    assert killed.returncode == -signal.SIGKILL
    assert manifest(tmp_path / "out")["complete"] is False
    first = receipts / "part-00000.json"
    before = first.stat().st_mtime_ns
    done = moderation("score", dump, "-o", f"{tmp_path}/out/", "--workers", "1")
    assert done.status == 0
    assert "already done: " in done.err
    assert first.stat().st_mtime_ns == before
    assert scored(tmp_path / "out").equals(expected)


def test_a_full_disk_is_one_line_and_a_resume_completes(dump, expected, tmp_path, moderation):
    full = start_score(dump, tmp_path / "out", "--partitions", "3", code=LITTLE)
    _, told = full.communicate(timeout=100)
    assert full.returncode == 1
    assert "cannot be written: File too large" in told
    assert len(told.strip().splitlines()) == 1
    assert not list((tmp_path / "out").rglob("*.tmp"))
    assert moderation("score", dump, "-o", f"{tmp_path}/out/").status == 0
    assert scored(tmp_path / "out").equals(expected)


def test_a_damaged_input_is_a_reject_and_all_else_is_scored(dump, expected, tmp_path, moderation):
    damaged = tmp_path / "dump" / "9.parquet"
    damaged.parent.mkdir()
    for path in Path(dump).iterdir():
        (damaged.parent / path.name).write_bytes(path.read_bytes())
    damaged.write_bytes((Path(dump) / "3.parquet").read_bytes()[:-100])
    files = sorted(damaged.parent.glob("*.*"))
    rejects = tmp_path / "rejects.csv"
    done = moderation("score", *files, "-o", f"{tmp_path}/out/", "--rejects", rejects)
    assert done.status == 1
    assert "out/_rejects; --rejects FILE" in " ".join(done.err.split())
    assert "9.parquet: damaged Parquet file" in done.err.splitlines()[-1]
    assert f"{damaged},the whole file,damaged Parquet file" in rejects.read_text().replace('"', "")
    assert scored(tmp_path / "out").equals(expected)
    again = moderation("score", *files, "-o", f"{tmp_path}/out/")
    assert again.status == 1
    assert "already done: " in again.err
    assert scored(tmp_path / "out").equals(expected)


def test_a_damaged_part_is_made_again(dump, model, expected, tmp_path):
    run([dump], tmp_path / "out", model, 4)
    part = tmp_path / "out" / "part-00002.parquet"
    part.write_bytes(part.read_bytes()[:-1])
    outcome = run([dump], tmp_path / "out", model, 4)
    assert scored(tmp_path / "out").equals(expected)
    assert outcome.parts == {path.name: len(pq.read_table(path)) for path in parts(tmp_path)}


def parts(folder):
    return sorted((folder / "out").glob("part-*.parquet"))


def test_what_is_done_is_not_done_again(dump, model, tmp_path):
    run([dump], tmp_path / "out", model, 3)
    before = [path.stat().st_mtime_ns for path in parts(tmp_path)]
    outcome = run([dump], tmp_path / "out", model, 3)
    assert outcome.kept == 3
    assert [path.stat().st_mtime_ns for path in parts(tmp_path)] == before


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"model": "0" * 64}, "as its model, not 0000"),
        ({"partitions": 5}, "a run with 3 as its partitions, not 5"),
        ({"mapping": {"text": "title"}}, "as its mapping, not"),
    ],
)
def test_another_run_does_not_mix_with_old_output(dump, model, tmp_path, change, told):
    from moderation.cluster.job import Job
    from moderation.cluster.run import score_folder

    run([dump], tmp_path / "out", model, 3)
    options = {"model": model.digest, "model_name": model.name, "partitions": 3, "threads": 1}
    job = Job(str(tmp_path / "out"), **(options | change))
    with pytest.raises(OutputError, match=told):
        score_folder([dump], job, (model, MODEL), LocalEngine(1), lambda *_: None)


def test_a_worker_with_another_release_is_refused(dump, model, tmp_path):
    with pytest.raises(ClusterError, match="but the run is of 99"):
        run([dump], tmp_path / "out", model, 2, version="99")


def test_another_dump_does_not_mix_with_old_output(dump, model, tmp_path):
    run([dump], tmp_path / "out", model, 2)
    other = write(tmp_path / "other", comments(threads=3))
    with pytest.raises(OutputError, match="holds the output for other inputs"):
        run([other], tmp_path / "out", model, 2)


def test_another_reading_is_told_by_the_option_that_differs(dump, model, tmp_path):
    run([dump], tmp_path / "out", model, 2)
    with pytest.raises(OutputError, match="of a run with None as its encoding, not gbk"):
        run([dump], tmp_path / "out", model, 2, reading=Options(encoding="gbk"))


@pytest.mark.parametrize("key", ["options", "inputs"])
@pytest.mark.parametrize(
    "value", [[1], {"reading": 1}, {"reading": {}, "partitions": "x"}, 7, None]
)
def test_a_manifest_that_was_tampered_with_is_one_clear_error(dump, model, tmp_path, key, value):
    run([dump], tmp_path / "out", model, 2)
    path = tmp_path / "out" / "_manifest.json"
    path.write_text(json.dumps(manifest(tmp_path / "out") | {key: value}))
    with pytest.raises(OutputError, match=r"damaged; use another|holds the output of a run with"):
        run([dump], tmp_path / "out", model, 2)


SECRET, REDACTED = "my number is 555-0199", "my number is XXXXXXXX"


def in_the_middle(folder, text):
    """A dump of 1 MB that has `text` far from both ends."""
    dump = folder / "big.jsonl"
    rows = [json.dumps({"id": str(k), "thread_id": "t", "text": "x" * 400}) for k in range(2400)]
    rows[1200] = json.dumps({"id": "1200", "thread_id": "t", "text": text})
    dump.write_text("\n".join(rows))
    return dump


def test_a_redaction_in_the_middle_of_a_dump_is_not_taken_for_the_same(model, tmp_path):
    dump = in_the_middle(tmp_path, SECRET)
    times = dump.stat()
    run([str(dump)], tmp_path / "out", model, 2)
    in_the_middle(tmp_path, REDACTED)
    os.utime(dump, ns=(times.st_atime_ns, times.st_mtime_ns))  # as rsync -t and cp -p do
    with pytest.raises(OutputError, match=r"big.jsonl is new, changed or gone"):
        run([str(dump)], tmp_path / "out", model, 2)


def test_a_stopped_run_does_not_keep_what_it_read_of_another_content(model, tmp_path):
    dump = in_the_middle(tmp_path, SECRET)
    run([str(dump)], tmp_path / "out", model, 2)
    unfinished = manifest(tmp_path / "out") | {"complete": False}
    (tmp_path / "out" / "_manifest.json").write_text(json.dumps(unfinished))
    in_the_middle(tmp_path, REDACTED)
    with pytest.raises(OutputError, match="remove the folder, or use another"):
        run([str(dump)], tmp_path / "out", model, 2)


def test_a_dump_that_changes_while_it_is_read_ends_the_run(model, tmp_path):
    dump = in_the_middle(tmp_path, SECRET)

    class Meanwhile(LocalEngine):
        def run(self, function, calls):
            in_the_middle(tmp_path, REDACTED)
            return super().run(function, calls)

    with pytest.raises(InputError, match=r"big.jsonl: was changed while it was read"):
        run([str(dump)], tmp_path / "out", model, 2, Meanwhile(1))
    assert list((tmp_path / "out" / "_receipts").iterdir()) == []


def test_the_same_dump_given_twice_is_another_input(dump, model, tmp_path):
    one = str(Path(dump) / "0.jsonl")
    run([one], tmp_path / "out", model, 2)
    with pytest.raises(OutputError, match=r"0.jsonl is new, changed or gone"):
        run([one, one], tmp_path / "out", model, 2)


def test_a_model_that_is_replaced_while_a_run_begins_ends_it(dump, model, tmp_path):
    with pytest.raises(ModelError, match="it was replaced by another model"):
        run([dump], tmp_path / "out", replace(model, digest="0" * 64), 2)


def test_a_folder_with_other_things_is_left_alone(dump, model, tmp_path):
    (tmp_path / "letters.txt").write_text("dear")
    with pytest.raises(OutputError, match="is not empty"):
        run([dump], tmp_path, model, 2)
    assert [path.name for path in tmp_path.iterdir()] == ["letters.txt"]


def test_an_absent_dump_makes_no_folder(model, tmp_path):
    with pytest.raises(InputError, match="there is no such file"):
        run([str(tmp_path / "none.jsonl")], tmp_path / "out", model, 2)
    assert not (tmp_path / "out").exists()


def test_the_manifest_says_what_was_done(dump, model, expected, tmp_path):
    run([dump], tmp_path / "out", model, 2)
    told = manifest(tmp_path / "out")
    assert told["complete"] is True
    assert told["options"]["model"] == model.digest
    assert [Path(one["path"]).name for one in told["inputs"]] == [
        "0.jsonl",
        "1.jsonl",
        "2.jsonl",
        "3.parquet",
        "page 1.csv",
        "page 2.csv",
    ]
    assert sum(one["rows"] for one in told["parts"].values()) == len(expected)
    assert json.dumps(told["outcome"]["failed"]) == "[]"
