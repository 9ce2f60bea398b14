"""Read the public labelled sets that `labels/sources.toml` describes, as one label table.

The keys of a set are explained at the top of that file. Reading them runs no code: a condition
compares columns with values (`moderation.labels.public.conditions`), a field is a column or a
part of one.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from moderation.errors import LabelError
from moderation.labels.files import read_toml
from moderation.labels.name import LABEL_NAME
from moderation.labels.public.columns import averaged, cleaned, field, grouped, paired
from moderation.labels.public.conditions import holds
from moderation.labels.public.files import FORMATS, digest, found, read_files
from moderation.labels.table import label_frame, stack

if TYPE_CHECKING:
    from collections.abc import Sequence

Source = dict[str, Any]

_REQUIRED = ("title", "url", "licence", "citation", "use", "site", "files", "text")
_OPTIONAL = (
    *("only_when_named", "format", "header", "where", "average", "id", "thread_id", "parent_text"),
    *(
        "title_text",
        "article",
        "annotator",
        "language",
        "group",
        "pair",
        "clean",
        "remove",
        "natural",
    ),
    *("weight", "traits", "notes", "labels"),
)
THREAD_KEYS = ("parent_id", "author", "created_at", "top", "heading")
_THREAD_OPTIONAL = (*THREAD_KEYS, "root_text", "root_is_title", "root_id")
USES = ("S", "D", "T")


def load_sources(toml: str | Path) -> dict[str, Source]:
    """The described sets by name, thread sets as `threads.NAME`; checked, nothing read yet.

    Raises LabelError that names the file, the set and the key.
    """
    path = Path(toml)
    described = read_toml(path, "a description of sets")
    threads = described.pop("threads", {})
    sources: dict[str, Source] = {}
    for name, source in [*described.items(), *((f"threads.{n}", s) for n, s in threads.items())]:
        _check(source, f"{path}, {name}", name.startswith("threads."))
        sources[name] = source
    return sources


def read_sources(
    toml: str | Path,
    data_dir: str | Path,
    use: str = "S",
    names: Sequence[str] | None = None,
    missing: str = "error",
    language: str | None = None,
) -> tuple[pd.DataFrame, list[dict[str, Any]]]:
    """All sets of one use as a label table, with their provenance.

    use: letters of S (may go into a shipped model), D (development and evaluation only) and
    T (tests only): "S", "SD". names: only these, of whatever use, and also those that are
    `only_when_named`. language: the sets that are in it; None = those that name none.
    missing: "error", or "skip" to go on without a set whose files are not there (its provenance
    says so).
    Returns the frame of `label_frame` (source = the set's name; `thread_id` and `group` begin
    with it) and one dict a set: name, title, url, licence, citation, use, site, traits, natural,
    notes, files (path, sha256, bytes), rows, left_out (reason: count), labels
    (name: [positives, negatives]), skipped.
    Raises LabelError for an unknown name, and for a missing file with the place to get it.
    """
    sources = load_sources(toml)
    if isinstance(names, str):
        raise LabelError(f"names={names!r} is a string; expected a list of names")
    offered = sources if names is not None else in_language(sources, language)
    chosen = _chosen(offered, use, names, str(toml))
    frames, provenance = [], []
    for name in chosen:
        frame, record = _read(name, sources[name], Path(data_dir), missing, f"{toml}, {name}")
        if frame is not None:
            frames.append(frame)
        provenance.append(record)
    return stack(frames), provenance


def in_language(sources: dict[str, Source], language: str | None) -> dict[str, Source]:
    """The sets in a language; None = those that name none."""
    return {name: one for name, one in sources.items() if one.get("language") == language}


def rows_of(
    name: str, source: Source, data_dir: Path, missing: str
) -> tuple[pd.DataFrame | None, dict[str, Any]]:
    """A set's rows as published (None: skipped) and the beginning of its provenance."""
    kind = source.get("format", "parquet")
    files, absent = found(data_dir, source["files"])
    judged = source.get("average", {}).get("file")
    if judged:
        more, lacking = found(data_dir, [judged])
        absent += lacking
    record = {
        "name": name,
        **{key: source[key] for key in ("title", "url", "licence", "citation", "use", "site")},
        "traits": source.get("traits", []),
        "natural": source.get("natural", False) is True,
        "notes": source.get("notes", ""),
    }
    if absent:
        if missing == "skip":
            return None, {**record, "files": [], "rows": 0, "skipped": f"no file {absent[0]}"}
        raise LabelError(
            f"{data_dir / absent[0]}: no such file (set {name}, {source['title']}); "
            f"download it from {source['url']}, or skip sets that are not there (--skip-missing)"
        )
    frame = read_files(files, kind, source.get("header"))
    if "average" in source:
        judgements = read_files(more, "csv") if judged else frame
        frame = averaged(frame, judgements, source["average"], f"{name}.average")
    record["files"] = [
        {
            "path": path.relative_to(data_dir).as_posix(),
            "sha256": digest(path),
            "bytes": path.stat().st_size,
        }
        for path in [*files, *(more if judged else [])]
    ]
    return frame, record


def _chosen(
    sources: dict[str, Source], use: str, names: Sequence[str] | None, place: str
) -> list[str]:
    labelled = [name for name, source in sources.items() if "labels" in source]
    if names is not None:
        unknown = [name for name in names if name not in labelled]
        if unknown:
            raise LabelError(
                f"{place}: no labelled set {unknown[0]!r}; there are {', '.join(labelled)}"
            )
        return list(names)
    if not use or set(use) - set(USES):
        raise LabelError(f"use is {use!r}; expected letters of {', '.join(USES)}")
    return [
        name
        for name in labelled
        if sources[name]["use"] in use and not sources[name].get("only_when_named")
    ]


def _read(
    name: str, source: Source, data_dir: Path, missing: str, place: str
) -> tuple[pd.DataFrame | None, dict[str, Any]]:
    raw, record = rows_of(name, source, data_dir, missing)
    if raw is None:
        return None, record
    rows = raw[holds(source.get("where", {}), raw, f"{place}.where")].reset_index(drop=True)
    left_out = {"where": len(raw) - len(rows)}
    columns = _columns(name, source, rows, place)
    empty = columns["text"].isna() | (columns["text"] == "")
    judged = columns[list(source["labels"])].notna().any(axis=1)
    frame = label_frame(columns[judged & ~empty].reset_index(drop=True), place)
    left_out |= {"no text": int(empty.sum()), "not judged": int((~judged & ~empty).sum())}
    labels = {
        label: [int((frame[label] == 1).sum()), int((frame[label] == 0).sum())]
        for label in source["labels"]
    }
    return frame, {**record, "rows": len(frame), "left_out": left_out, "labels": labels}


def _columns(name: str, source: Source, raw: pd.DataFrame, place: str) -> pd.DataFrame:
    """Label table columns of the rows, not yet checked."""
    text = field(raw, source["text"], f"{place}.text")
    steps, remove = source.get("clean", []), source.get("remove", [])
    columns: dict[str, Any] = {
        "text": cleaned(text, steps, remove, f"{place}.clean"),
        "source": name,
    }
    for key, target in (
        *(("id", "id"), ("thread_id", "thread_id"), ("parent_text", "parent_text")),
        *(("title_text", "title"), ("article", "article"), ("annotator", "annotator")),
    ):
        if key in source:
            columns[target] = field(raw, source[key], f"{place}.{key}")
    if "parent_text" in columns:
        columns["parent_text"] = cleaned(columns["parent_text"], steps, remove, place)
    if "group" in source:
        columns["group"] = grouped(raw, source["group"], f"{place}.group")
    if "pair" in source:
        columns["group"] = paired(raw, source["pair"], f"{place}.pair")
    for key in ("thread_id", "group"):
        if key in columns:
            columns[key] = columns[key].map(lambda id_: f"{name}/{id_}", na_action="ignore")
    natural = source.get("natural", False)
    columns["natural"] = (
        natural if isinstance(natural, bool) else holds(natural, raw, f"{place}.natural")
    )
    columns["weight"] = source.get("weight", 1.0)
    for label, answers in source["labels"].items():
        columns[label] = _answers(answers, raw, f"{place}.labels.{label}")
    return pd.DataFrame(columns, index=raw.index)


def _answers(answers: dict[str, Any], raw: pd.DataFrame, place: str) -> np.ndarray:
    """1 where `yes` holds, else 0 where `no` holds, else NaN: not judged."""
    values = np.full(len(raw), np.nan, dtype=np.float32)
    if "no" in answers:
        values[holds(answers["no"], raw, f"{place}.no")] = 0
    if "yes" in answers:
        values[holds(answers["yes"], raw, f"{place}.yes")] = 1
    return values


def _check(source: Any, place: str, threads: bool) -> None:
    """Raise LabelError for an invalid description of a set."""
    if not isinstance(source, dict):
        raise LabelError(f"{place}: expected a table that describes a set, found {source!r}")
    _check_keys(source, place, {*_REQUIRED, *_OPTIONAL, *(_THREAD_OPTIONAL if threads else ())})
    if source["use"] not in USES:
        raise LabelError(f"{place}: use is {source['use']!r}; expected one of {', '.join(USES)}")
    if source.get("format", "parquet") not in FORMATS:
        raise LabelError(f"{place}: format is {source['format']!r}; known are {', '.join(FORMATS)}")
    for pattern in source["files"]:
        if Path(pattern).is_absolute() or ".." in Path(pattern).parts:
            raise LabelError(f"{place}: {pattern!r} leaves the data folder")
    for label, answers in source.get("labels", {}).items():
        _check_label(label, answers, place)


def _check_keys(source: Source, place: str, allowed: set[str]) -> None:
    for key in _REQUIRED:
        if key not in source:
            raise LabelError(f"{place}: no key {key!r}; expected {', '.join(_REQUIRED)}")
    for key in source:
        if key not in allowed:
            raise LabelError(
                f"{place}: unknown key {key!r}; known are {', '.join(sorted(allowed))}"
            )


def _check_label(label: str, answers: Any, place: str) -> None:
    if not LABEL_NAME.fullmatch(label):
        raise LabelError(
            f"{place}: {label!r} is not a label name; expected letters, digits and _, "
            "beginning with a letter"
        )
    if not isinstance(answers, dict) or not answers or set(answers) - {"yes", "no"}:
        raise LabelError(f"{place}.labels.{label}: expected yes and no, found {answers!r}")
