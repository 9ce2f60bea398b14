"""Read one public set's files as they were published: every column kept, nothing interpreted."""

from __future__ import annotations

import csv
import hashlib
import re
from typing import TYPE_CHECKING, Any

import numpy as np
import orjson
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from moderation.errors import LabelError
from moderation.tables import to_frame

if TYPE_CHECKING:
    from pathlib import Path

FORMATS = ("parquet", "csv", "tsv", "jsonl", "lines", "spun")
SPUN = 12  # sentences from each text of choices


def found(data_dir: Path, patterns: list[str]) -> tuple[list[Path], list[str]]:
    """Files below `data_dir` that match, sorted, and the patterns that match no file."""
    files: list[Path] = []
    absent = []
    for pattern in patterns:
        matched = sorted(path for path in data_dir.glob(pattern) if path.is_file())
        files += matched
        if not matched:
            absent.append(pattern)
    return files, absent


def digest(path: Path) -> str:
    """SHA-256 of the file, in hexadecimal."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def read_files(paths: list[Path], kind: str, header: list[str] | None = None) -> pd.DataFrame:
    """Rows of all files in order, with the column `file` (the file's name).

    kind: one of FORMATS. Columns of csv and tsv are strings as written, so that an id never
    passes through a float; tsv has no quoting (a quotation mark is a quotation mark). header:
    the column names of a file whose first line is a row, or repeats the names.
    Raises LabelError with the file's name when one cannot be read.
    """
    frames = []
    for path in paths:
        try:
            frame = _READ[kind](path, header)
        except (OSError, ValueError, pa.ArrowException) as error:
            raise LabelError(
                f"{path}: cannot be read as {kind}: {error}; download it again"
            ) from error
        frames.append(frame.assign(file=path.name))
    return pd.concat(frames, ignore_index=True)


def _parquet(path: Path, _: list[str] | None) -> pd.DataFrame:
    return to_frame(pq.read_table(path))


def _csv(path: Path, header: list[str] | None) -> pd.DataFrame:
    return pd.read_csv(path, dtype="str", keep_default_na=False, names=header)


def _tsv(path: Path, header: list[str] | None) -> pd.DataFrame:
    frame = pd.read_csv(
        path, sep="\t", quoting=csv.QUOTE_NONE, dtype="str", keep_default_na=False, names=header
    )
    if header and len(frame) and frame.iloc[0].tolist() == header:
        frame = frame.iloc[1:]
    return frame


def _jsonl(path: Path, _: list[str] | None) -> pd.DataFrame:
    rows: list[dict[str, Any]] = []
    for number, line in enumerate(path.read_bytes().splitlines(), start=1):
        if not line.strip():
            continue
        try:
            rows.append(orjson.loads(line))
        except orjson.JSONDecodeError as error:
            raise LabelError(f"{path}:{number}: not JSON: {error}; download it again") from error
    return pd.DataFrame(rows)


def _lines(path: Path, _: list[str] | None) -> pd.DataFrame:
    lines = path.read_text(encoding="utf-8").split("\n")
    return pd.DataFrame({"line": [line for line in lines if line.strip()]})


def _spun(path: Path, _: list[str] | None) -> pd.DataFrame:
    """Texts of choices, `{Hi|Hello} there`, one after another with "|" at the end of a line.

    Each gives SPUN sentences; `item` is its number.
    """
    rng = np.random.default_rng(0)
    rows = []
    for item, text in enumerate(_SPUN_END.split(path.read_text(encoding="utf-8"))):
        flat = " ".join(text.split())
        made = dict.fromkeys(_one_of(flat, rng) for _ in range(SPUN))
        rows += [{"text": one, "item": str(item)} for one in made if one]
    return pd.DataFrame(rows, columns=["text", "item"])


def _one_of(text: str, rng: np.random.Generator) -> str:
    """The text with one of each `{a|b}`, the innermost first."""
    while choice := _CHOICE.search(text):
        words = choice[1].split("|")
        chosen = words[int(rng.integers(len(words)))]
        text = text[: choice.start()] + chosen + text[choice.end() :]
    return text


_READ = {
    "parquet": _parquet,
    "csv": _csv,
    "tsv": _tsv,
    "jsonl": _jsonl,
    "lines": _lines,
    "spun": _spun,
}
_CHOICE = re.compile(r"\{([^{}]*)\}")
_SPUN_END = re.compile(r"\|\s*\n")
