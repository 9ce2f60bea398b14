"""Score dumps into a folder of partitions: the stages of a run, one after the other.

Read every input into partitions on disk; name what has no thread; count what comes again in any of
them; score every partition; look for campaigns; write the manifest. Each stage is a list of tasks
that leave receipts, so that a run that was stopped anywhere goes on from there when it is started
again.

Long, for the stages stand in the order in which they run, and each uses what the last one left.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import orjson

from moderation.campaigns.kernel import BANDS
from moderation.cluster import files
from moderation.cluster.dump_evidence import (
    Counted,
    count_first,
    count_things,
    gather_texts,
    join_texts,
    look_over,
)
from moderation.cluster.dump_evidence import slices as evidence_slices
from moderation.cluster.folder_lock import hold_folder
from moderation.cluster.inputs import inputs_of, paths_of
from moderation.cluster.job import MANIFEST, Job, digest
from moderation.cluster.part import Pieces, portion_bytes, score_part
from moderation.cluster.read import loose_names, name_loose, read_unit
from moderation.cluster.receipts import place as place_of_receipt
from moderation.cluster.repeated import find_twice, finish_part, gather, join, slices
from moderation.dump_evidence.find import THINGS
from moderation.errors import InputError, InternalError, OutputError
from moderation.flags.by_language import sum_of
from moderation.model.share import Seen, shares
from moderation.scoring import judged
from moderation.terminal import plural

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from moderation.cluster.engines import Engine
    from moderation.cluster.inputs import Inputs
    from moderation.cluster.job import Unit
    from moderation.cluster.receipts import Receipt
    from moderation.flags.by_language import ByLanguage
    from moderation.model.model import Model

MOST_PARTITIONS = 99_999


@dataclass
class Outcome:
    """The result of a run. parts: name -> rows; kept: tasks that an earlier run had done.

    shares: by label, the fields of a `Share`.
    """

    folder: str
    labels: list[str]
    comments: int = 0
    threads: int = 0
    rejects: int = 0
    pings: int = 0
    shares: dict[str, dict[str, Any]] = field(default_factory=dict)
    met: int = 0
    invented: int = 0
    parts: dict[str, int] = field(default_factory=dict)
    flags: Counter[str] = field(default_factory=Counter)
    cannot_tell: Counter[str] = field(default_factory=Counter)
    languages: ByLanguage = field(default_factory=dict)
    formats: dict[str, list[str]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    campaigns: list[dict[str, Any]] | None = None
    campaigns_found: int = 0
    kept: int = 0


def score_folder(
    dumps: list[str],
    job: Job,
    model: tuple[Model, Path],
    engine: Engine,
    watch: Callable[[str, int, int, int], None],
) -> Outcome:
    """Score `dumps` into the job's folder, or resume a run that was stopped.

    job: partitions 0 = as many as the memory requires. model: with its folder.
    watch: called with the stage, tasks done, tasks in all, and comments so far.
    Raises OutputError where the folder holds something else or another run writes to it, InputError
    where nothing can be read.
    """
    paths = paths_of(dumps)
    with hold_folder(job.folder):
        inputs = inputs_of(paths, job.format)
        partitions = job.partitions or _partitions(job, inputs, engine)
        job = replace(job, partitions=partitions, home=inputs.home)
        state = _opened(job, inputs)
        outcome = Outcome(job.folder, model[0].labels)
        if state is not None and _whole(job, state, engine):
            return _finished(outcome, state)
        _set_up(job, inputs, model[1])
        units, read = _read(job, inputs, engine, watch, outcome)
        counted = None
        if judged(model[0]):
            counted = _with_dump_evidence(job, units, read, engine, watch)
        parts = _score(job, units, (read, counted), engine, watch, outcome)
        _check(outcome)
        final = digest([receipt["files"] for receipt in parts])
        if job.campaigns:
            final = _with_campaigns(job, parts, engine, watch, outcome)
        parts = _finish(job, parts, (model[0], final), engine, watch, outcome)
        return _complete(job, inputs, outcome, parts)


def _partitions(job: Job, inputs: Inputs, engine: Engine) -> int:
    """The number that the resumed run has, else enough for each to fit in memory."""
    target = f"{job.folder}/{MANIFEST}"
    if files.exists(target):
        try:
            return int(orjson.loads(files.read_bytes(target))["options"]["partitions"])
        except (ValueError, KeyError, TypeError) as error:
            raise OutputError(f"{target}: damaged; use another folder") from error
    fitting = -(-inputs.bytes // portion_bytes(job, engine.together))
    return min(max(fitting, 2 * engine.slots, 1), MOST_PARTITIONS)


def _opened(job: Job, inputs: Inputs) -> dict[str, Any] | None:
    """The manifest of the run to resume; None if the folder is new.

    Raises OutputError where the folder holds other things, or another run.
    """
    target = f"{job.folder}/{MANIFEST}"
    if not files.exists(target):
        if any(not name.startswith("_receipts") for name in files.names(job.folder)):
            raise OutputError(
                f"{job.folder}: is not empty, and not the output of a run like this; "
                "give a new folder"
            )
        return None
    try:
        manifest: dict[str, Any] = orjson.loads(files.read_bytes(target))
        options = dict(_single(manifest["options"]))
        before = Counter(_key(record) for record in manifest["inputs"])
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise OutputError(f"{target}: damaged; use another folder") from error
    for name, wanted in _single(job.options()):
        if options.get(name) != wanted:
            raise OutputError(
                f"{job.folder}: holds the output of a run with {_short(options.get(name))} as its "
                f"{name}, not {_short(wanted)}; use another folder"
            )
    now = Counter(_key(record) for record in _records_of(inputs.units))
    changed = (before - now) + (now - before)
    if changed:
        raise OutputError(
            f"{job.folder}: holds the output for other inputs ({min(changed)[0]} is new, changed "
            "or gone); remove the folder, or use another"
        )
    return manifest


def _single(options: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """The options, those of the reading each by its own name."""
    for name, value in options.items():
        if name == "reading":
            yield from value.items()
        else:
            yield name, value


def _short(value: Any) -> str:
    return str(value)[:40]


def _key(record: dict[str, Any]) -> tuple[str, str]:
    return str(record["path"]), digest(record)


def _records_of(units: list[Unit]) -> list[dict[str, Any]]:
    """The inputs for the manifest."""
    return [
        {
            "path": unit.path,
            "size": unit.size,
            "digest": unit.digest,
            "groups": list(unit.groups) if unit.groups else None,
            "loose": unit.loose,
        }
        for unit in units
    ]


def _whole(job: Job, state: dict[str, Any], engine: Engine) -> bool:
    """Whether a run is complete, with all its inputs, and its output unchanged."""
    if not state.get("complete") or state["outcome"]["failed"]:
        return False
    calls = [(f"{job.folder}/{name}", part["sha256"]) for name, part in state["parts"].items()]
    return all(same for _, same in engine.run(_same, calls))


def _same(path: str, known: str) -> bool:
    return files.exists(path) and files.sha256(path) == known


def _finished(outcome: Outcome, state: dict[str, Any]) -> Outcome:
    counts = state["outcome"]
    for name in ("flags", "cannot_tell"):
        counts[name] = Counter(counts[name])
    return replace(outcome, **counts, kept=len(state["parts"]))


def _set_up(job: Job, inputs: Inputs, model: Path) -> None:
    for name in ("", "/_work", "/_work/model", "/_receipts", "/_rejects"):
        files.make_folder(f"{job.folder}{name}")
    if not files.exists(f"{job.folder}/{MANIFEST}"):
        _write_manifest(job, inputs, complete=False)
    for file in model.iterdir():
        files.write_bytes(job.place(f"model/{file.name}"), file.read_bytes())


def _write_manifest(job: Job, inputs: Inputs, **results: Any) -> None:
    manifest = {"options": job.options(), "inputs": _records_of(inputs.units), **results}
    content = orjson.dumps(manifest, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS)
    files.write_bytes(f"{job.folder}/{MANIFEST}", content + b"\n")


def _read(
    job: Job,
    inputs: Inputs,
    engine: Engine,
    watch: Callable[[str, int, int, int], None],
    outcome: Outcome,
) -> tuple[list[str], str]:
    """Read all units: the names of the tasks whose records are to be scored, and their digest."""
    units = inputs.units
    receipts: dict[str, Receipt] = {}
    watch("reading", 0, len(units), 0)
    for number, receipt in engine.run(read_unit, [(job, unit) for unit in units]):
        receipts[units[number].name] = receipt
        met = sum(receipt["met"] for receipt in receipts.values())
        watch("reading", len(receipts), len(units), met)
    _check_unchanged(job, inputs)
    _note_reading(outcome, [receipts[name] for name in sorted(receipts)])
    loose = [name for name in sorted(receipts) if receipts[name]["loose"]]
    if loose:
        names = loose_names(job, loose)
        calls = [(job, name, names) for name in loose]
        for number, receipt in engine.run(name_loose, calls):
            receipts[f"{loose[number]}-named"] = receipt
    read = [
        name
        for name in sorted(receipts)
        if receipts[name]["records"] or receipts[name].get("threads")
    ]
    return read, digest([receipts[name]["files"] for name in sorted(receipts)])


def _check_unchanged(job: Job, inputs: Inputs) -> None:
    """Raise InputError if a file changed between computing its digest and reading it."""
    changed = [path for path, known in inputs.stamps.items() if files.stamp(path) != known]
    for unit in inputs.units:
        if unit.path in changed:
            files.remove(place_of_receipt(job, unit.name))
    if changed:
        raise InputError(
            f"{changed[0]}: was changed while it was read; wait until nobody writes to it, remove "
            f"{job.folder}, and give the same command again"
        )


def _note_reading(outcome: Outcome, receipts: list[Receipt]) -> None:
    for receipt in receipts:
        outcome.met += receipt["met"]
        outcome.invented += receipt["invented"]
        outcome.rejects += receipt["rejects"]
        outcome.kept += bool(receipt.get("kept"))
        outcome.formats |= receipt["formats"]
        outcome.notes += [note for note in receipt["notes"] if note not in outcome.notes]
        if receipt["failed"]:
            outcome.failed.append(receipt["failed"])
    if not any(reader for reader, _ in outcome.formats.values()):
        why = outcome.failed or [f"{file}: {why}" for file, (_, why) in outcome.formats.items()]
        raise InputError("; ".join(why[:3]) or "nothing to read")


def _score(
    job: Job,
    units: list[str],
    made_from: tuple[str, Counted | None],
    engine: Engine,
    watch: Callable[[str, int, int, int], None],
    outcome: Outcome,
) -> list[Receipt]:
    """Score all partitions; their receipts, in order. made_from: what was read, and counted."""
    portion = portion_bytes(job, engine.together)
    read, counted = made_from
    calls = [(job, number, units, read, portion, counted) for number in range(job.partitions)]
    parts: dict[int, Receipt] = {}
    watch("scoring", 0, job.partitions, 0)
    for number, receipt in engine.run(score_part, calls):
        parts[number] = receipt
        outcome.comments += receipt["comments"]
        outcome.threads += receipt["threads"]
        outcome.rejects += receipt["rejects"]
        outcome.pings += receipt["pings"]
        outcome.kept += bool(receipt.get("kept"))
        outcome.flags.update(receipt["flags"])
        outcome.cannot_tell.update(receipt["cannot_tell"])
        watch("scoring", len(parts), job.partitions, outcome.comments)
    outcome.languages = sum_of(parts[number]["languages"] for number in sorted(parts))
    for number in sorted(parts):
        outcome.notes += parts[number]["notes"]
    return [parts[number] for number in sorted(parts)]


@dataclass
class _Stage:
    """Tasks of one kind or more, counted for who watches."""

    name: str
    engine: Engine
    watch: Callable[[str, int, int, int], None]
    total: int
    comments: int = 0
    done: int = 0

    def __post_init__(self) -> None:
        self.watch(self.name, 0, self.total, self.comments)

    def run(self, function: Callable[..., Receipt], calls: list[tuple[Any, ...]]) -> list[Receipt]:
        """The receipt of each call, in their order."""
        receipts: dict[int, Receipt] = {}
        for number, receipt in self.engine.run(function, calls):
            receipts[number] = receipt
            self.done += 1
            self.watch(self.name, self.done, self.total, self.comments)
        return [receipts[number] for number in sorted(receipts)]


def _with_dump_evidence(
    job: Job,
    units: list[str],
    read: str,
    engine: Engine,
    watch: Callable[[str, int, int, int], None],
) -> Counted:
    """Count over all partitions what each comment is to be compared with."""
    pieces = Pieces.of(job, units)
    everywhere = range(job.partitions)
    stage = _Stage("comparing", engine, watch, 2 * job.partitions + 5)

    def made(receipts: list[Receipt]) -> str:
        return digest([receipt["files"] for receipt in receipts])

    seen = stage.run(look_over, [(job, number, pieces, read) for number in everywhere])
    rows = [sum(receipt["rows"][kind] for receipt in seen) for kind in seen[0]["rows"]]
    parts = evidence_slices(max(rows))
    stage.total += 4 * (parts - 1)
    kinds = [(kind, part) for kind in ("author", "piece") for part in range(parts)]
    first = stage.run(count_first, [(job, *chosen, parts, made(seen)) for chosen in kinds])
    kinds = [(kind, part) for kind in THINGS for part in range(parts)]
    things = stage.run(count_things, [(job, *chosen, parts, made(first)) for chosen in kinds])
    calls = [(job, number, pieces.records, parts, made(first)) for number in everywhere]
    texts = stage.run(join_texts, [(job, parts, made(stage.run(gather_texts, calls)))])
    threads = sum(receipt["threads"] for receipt in seen)
    return Counted(parts, threads, made([*first, *things, *texts]))


def _with_campaigns(
    job: Job,
    parts: list[Receipt],
    engine: Engine,
    watch: Callable[[str, int, int, int], None],
    outcome: Outcome,
) -> str:
    """Look for campaigns in all that was scored; the digest of what was found."""
    scored = digest([receipt["files"] for receipt in parts])
    pieces = slices(sum(receipt["sketches"] for receipt in parts))
    bands = [(job, band, part, pieces, scored) for band in range(BANDS) for part in range(pieces)]
    everywhere = [(job, number, pieces, scored) for number in range(job.partitions)]
    stage = _Stage("campaigns", engine, watch, len(bands) + len(everywhere) + 1)
    stage.run(find_twice, bands)
    rows = [receipt["rows"] for receipt in stage.run(gather, everywhere)]
    [joined] = stage.run(join, [(job, rows, scored)])
    outcome.campaigns = joined["largest"]
    outcome.campaigns_found = joined["found"]
    return digest(scored, joined["files"])


def _finish(
    job: Job,
    parts: list[Receipt],
    made_from: tuple[Model, str],
    engine: Engine,
    watch: Callable[[str, int, int, int], None],
    outcome: Outcome,
) -> list[Receipt]:
    """Estimate the labels' shares and write the final files; their receipts, in order.

    made_from: the model, and the digest of what was scored and found.
    """
    model, scored = made_from
    seen = {
        name: Seen(
            sum(part["seen_flags"][name] for part in parts),
            np.sum([part["bins"][name] for part in parts], axis=0),
        )
        for name in model.labels
    }
    estimated = shares(model, seen, job.prevalence)
    outcome.shares = {name: asdict(share) for name, share in estimated.items()}
    final = digest(scored, outcome.shares)
    calls = [(job, number, final, estimated) for number in range(job.partitions)]
    stage = _Stage("writing", engine, watch, len(calls), outcome.comments)
    written = stage.run(finish_part, calls)
    return [part | {"files": written[k]["files"]} for k, part in enumerate(parts)]


def _check(outcome: Outcome) -> None:
    """Raise InternalError if a record was lost or duplicated."""
    if outcome.met != outcome.comments - outcome.invented + outcome.rejects:
        raise InternalError(
            f"{outcome.folder}: {plural(outcome.met, 'record')} went in, but "
            f"{plural(outcome.comments, 'comment')} ({outcome.invented:,} of them placeholders) "
            f"and {plural(outcome.rejects, 'reject')} came out; "
            "this is a fault of the program, please report it"
        )


def _complete(job: Job, inputs: Inputs, outcome: Outcome, receipts: list[Receipt]) -> Outcome:
    """Write the manifest, and remove the working files."""
    names = [job.part(number) for number in range(job.partitions)]
    parts = {
        name: {"rows": receipt["comments"], "sha256": receipt["files"][name]}
        for name, receipt in zip(names, receipts, strict=True)
    }
    outcome.parts = {name: part["rows"] for name, part in parts.items()}
    counts = {name: getattr(outcome, name) for name in _TOLD}
    _write_manifest(job, inputs, complete=True, parts=parts, outcome=counts)
    for folder in ("", "/_receipts", "/_rejects"):
        files.sweep(f"{job.folder}{folder}")
    if not outcome.failed:  # else one that was only out of reach is read the next time
        files.remove(job.work)
    return outcome


_TOLD = (
    "comments",
    "threads",
    "rejects",
    "pings",
    "shares",
    "met",
    "invented",
    "parts",
    "flags",
    "cannot_tell",
    "languages",
    "formats",
    "notes",
    "failed",
    "campaigns",
    "campaigns_found",
)


def rejects_of(folder: str) -> Iterable[str]:
    """The files that hold a run's rejects, in order."""
    return [f"{folder}/_rejects/{name}" for name in files.names(f"{folder}/_rejects")]
