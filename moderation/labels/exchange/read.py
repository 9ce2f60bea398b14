"""Read a label table from another tool's export, whichever of IMPORTS wrote it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from moderation.errors import LabelError
from moderation.labels.exchange.judged import judged_frame
from moderation.labels.exchange.tools import (
    FASTTEXT_FIRST_LINE,
    FASTTEXT_MARK,
    IMPORTS,
    VERDICTS,
    records,
)
from moderation.readers.source import Source

if TYPE_CHECKING:
    import pandas as pd


def read_exchange(
    path: str | Path, kind: str | None = None, empty_is_clean: bool = False
) -> pd.DataFrame:
    """A label table from another tool's file.

    kind: one of IMPORTS; None looks at the content. empty_is_clean: see `judged_frame`. Skipped,
    cancelled and ignored judgements are left out.
    Raises LabelError when the file is not such an export, or holds no judgement.
    """
    path = Path(path)
    text, _ = Source(path).text()
    kind = kind or kind_of_export(text, str(path))
    if kind == "fasttext" and text.startswith(FASTTEXT_FIRST_LINE):
        raise LabelError(
            f"{path}: fastText lines of `labels export`, which do not say who decided, when and on "
            "what; import the ledger, or export a table (.csv, .jsonl, .parquet)"
        )
    if kind not in IMPORTS:
        raise LabelError(f"{kind!r} is not a kind of export; known are {', '.join(IMPORTS)}")
    try:
        judgements = [
            judged for judged in IMPORTS[kind](text) if judged.text and judged.text.strip()
        ]
    except LabelError as error:
        raise LabelError(f"{path}: {error}") from error
    except (KeyError, TypeError, AttributeError, IndexError) as error:
        raise LabelError(f"{path}: not a {kind} export: {error!r} is missing or odd") from error
    except (ValueError, OverflowError, OSError) as error:  # not JSON, or not a time
        raise LabelError(f"{path}: not a {kind} export: {error}") from error
    frame = judged_frame(judgements, str(path), empty_is_clean)
    if not len(frame):
        raise LabelError(f"{path}: no judgement in this {kind} export")
    return frame.assign(source=frame["source"].where(frame["source"].notna(), path.name))


def kind_of_export(text: str, place: str) -> str:
    """The tool that wrote a file, by its first record; LabelError for an unknown one."""
    if text.lstrip().startswith((FASTTEXT_MARK, FASTTEXT_FIRST_LINE)):
        return "fasttext"
    try:
        first = next(records(text), None)
    except ValueError:
        first = None
    record = first if isinstance(first, dict) else {}
    if isinstance(record.get("data"), dict) and "annotations" in record:
        return "label-studio"
    if isinstance(record.get("answer"), str):
        return "prodigy"
    if isinstance(record.get("fields", record.get("inputs")), dict):
        return "argilla"
    given = record.get("label", record.get("labels"))
    # a number is a label table's answer, a label beside a value a decision on it
    if "text" in record and isinstance(given, list | str) and not VERDICTS & set(record):
        return "doccano"
    raise LabelError(
        f"{place}: not from a tool that is supported ({', '.join(IMPORTS)}); "
        "name the kind, or make a label table of it"
    )
