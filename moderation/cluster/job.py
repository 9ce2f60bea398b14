"""What a run is asked to do: its inputs in units, its options, and the digests that name them."""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING, Any

import orjson

import moderation
from moderation.cluster import files
from moderation.errors import ClusterError, ModelError
from moderation.readers.source import Options
from moderation.temporary import Folder

if TYPE_CHECKING:
    from moderation.model.model import Model

MANIFEST = "_manifest.json"
LAYOUT = 3  # of the output folder; raised when a run of before cannot be gone on with


@dataclass(frozen=True)
class Unit:
    """What one reading task reads: a file, or some row groups of a Parquet file.

    number: place in the order of the inputs. groups: first row group and the one behind the last,
    None = the whole file. loose: whether the file was met in a folder, where one that no reader
    knows is passed over.
    """

    number: int
    path: str
    size: int
    digest: str
    groups: tuple[int, int] | None = None
    loose: bool = False

    @property
    def name(self) -> str:
        """Of its receipt and its pieces."""
        return f"read-{self.number:05}"


@dataclass(frozen=True)
class Job:
    """A run: where it writes, with which model, and the options that change its output.

    folder: of the output. model: its digest; model_name: for the passport.
    partitions: number of output files. campaigns: whether a column of that name is made.
    prevalence: how common labels are, where that is known. home: the
    site whose threads keep their names, where those of others get the site's before them.
    memory: bytes that one process may take; threads: of one task. Neither changes the output.
    """

    folder: str
    model: str
    model_name: str
    partitions: int
    format: str | None = None
    mapping: dict[str, str] = field(default_factory=dict)
    reading: Options = field(default_factory=Options)
    campaigns: bool = False
    prevalence: dict[str, float] = field(default_factory=dict)
    home: str | None = None
    memory: int = 2 << 30
    threads: int | None = None
    version: str = moderation.__version__

    @property
    def work(self) -> str:
        """The folder of what is needed until the run is complete."""
        return f"{self.folder}/_work"

    def place(self, name: str) -> str:
        """A file in the work folder."""
        return f"{self.work}/{name}"

    def part(self, number: int) -> str:
        """Name of an output file: in the order of the names stand the rows."""
        return f"part-{number:05}.parquet"

    def options(self) -> dict[str, Any]:
        """What decides about the output, for the manifest."""
        options = asdict(self)
        for name in ("folder", "memory", "threads"):
            del options[name]
        return options | {"layout": LAYOUT}


def digest(*values: Any) -> str:
    """One name for JSON-able values: the same for the same."""
    return hashlib.sha256(orjson.dumps(values, option=orjson.OPT_SORT_KEYS)).hexdigest()


def check_version(job: Job) -> None:
    """Raise ClusterError on a worker with another release: its scores could differ."""
    if job.version != moderation.__version__:
        raise ClusterError(
            f"a worker has moderation {moderation.__version__}, but the run is of {job.version}; "
            "install the same on every machine"
        )


_MODELS: dict[tuple[str, str], Model] = {}


def model_of(job: Job) -> Model:
    """The run's model, loaded once in each process. Raises ModelError."""
    from moderation.model.model import Model

    check_version(job)
    key = job.model, job.model_name
    if key not in _MODELS:
        with Folder() as copy:
            for name in files.names(job.place("model")):
                content = files.read_bytes(job.place(f"model/{name}"))
                (copy / name).write_bytes(content)
            model = Model.load(copy)
        if model.digest != job.model:
            raise ModelError(
                f"{job.model_name}: it was replaced by another model while the run began; give the "
                "same command again with a new folder"
            )
        _MODELS.clear()  # one run has one model
        _MODELS[key] = replace(model, name=job.model_name)
    return _MODELS[key]
