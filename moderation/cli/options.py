"""Options that several commands share, and the checks that come before any work."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from moderation.errors import OutputError
from moderation.translation import tr

if TYPE_CHECKING:
    from moderation.readers.source import Options

LEDGER = Path("labels/ledger.jsonl")
SHOWN = 20  # lines of a table on the terminal

ModelName = Annotated[
    str, typer.Option("-m", "--model", help="Model folder, or a name such as 'default'.")
]
ModelArgument = Annotated[
    str, typer.Argument(metavar="MODEL", help="Model folder, or a name such as 'default'.")
]
LabelFiles = Annotated[
    list[Path] | None,
    typer.Argument(metavar="LABELS...", help="Label tables (CSV, JSONL, Parquet) and ledgers."),
]
ScoredFile = Annotated[
    str,
    typer.Argument(metavar="SCORED", help="What `moderation score -o` wrote; s3://… works too."),
]
ReasonsFile = Annotated[
    Path | None,
    typer.Option(
        "--reasons", help="Reasons to choose from, TOML or CSV; docs/review.md has the columns."
    ),
]
Prevalence = Annotated[
    list[str] | None,
    typer.Option("--prevalence", metavar="LABEL=SHARE", help="How common a label is on your site."),
]
Dumps = Annotated[
    list[str],
    typer.Argument(metavar="DUMP...", help="Files, globs, folders, or - for standard input."),
]
Format = Annotated[
    str | None, typer.Option("--format", help="Reader to use; see `moderation formats`.")
]
Mapping = Annotated[
    list[str] | None,
    typer.Option(
        "--map",
        metavar="OURS=THEIRS,...",
        help="Which columns to read: text=body,parent_id=reply_to.",
    ),
]
KeepAddresses = Annotated[
    bool,
    typer.Option(
        "--keep-addresses", help="Keep author names that are only an e-mail or IP address."
    ),
]
FixMojibake = Annotated[
    bool, typer.Option("--fix-mojibake", help="Repair text such as fÃ¼r, with a warning.")
]
EncodingName = Annotated[
    str | None,
    typer.Option(
        "--encoding", metavar="NAME", help="Encoding of the text, such as gbk, if detected wrongly."
    ),
]
MaxExpansion = Annotated[
    int,
    typer.Option(
        "--max-expansion",
        min=1,
        help="Largest compression ratio allowed for files beyond 256 MB unpacked.",
    ),
]
Rejects = Annotated[
    Path | None,
    typer.Option("--rejects", help="Write what could not be read, and where it was, to this file."),
]


class Reading(NamedTuple):
    """How dumps are read, in the names of `cluster.job.Job`. format: None = detect it."""

    format: str | None
    mapping: dict[str, str]
    reading: Options


def reading_options(
    format: str | None,  # noqa: A002  the option is called --format
    mapping: list[str] | None,
    keep_addresses: bool,
    fix_mojibake: bool,
    encoding: str | None,
    max_expansion: int,
) -> Reading:
    """The options of a dump together. Raises typer.BadParameter."""
    from moderation.readers.source import Options

    options = Options(max_expansion, keep_addresses, fix_mojibake, _codec(encoding))
    return Reading(format, _pairs(mapping), options)


def _pairs(mapping: list[str] | None) -> dict[str, str]:
    """Turn `["text=body,id=no"]` into `{"text": "body", "id": "no"}`."""
    pairs = [pair for given in mapping or [] for pair in given.split(",") if pair]
    if broken := [pair for pair in pairs if "=" not in pair]:
        raise typer.BadParameter(
            tr("{given} is not OURS=THEIRS, as in text=body", given=repr(broken[0]))
        )
    named = dict(pair.split("=", 1) for pair in pairs)
    from moderation.readers.synonyms import MAPPED

    if unknown := [ours for ours in named if ours not in MAPPED]:
        raise typer.BadParameter(
            tr(
                "--map {column}=: there is no such column; ours are {columns}",
                column=unknown[0],
                columns=", ".join(MAPPED),
            )
        )
    return named


def _codec(name: str | None) -> str | None:
    """Python's name of an encoding. Raises typer.BadParameter for one that it does not know."""
    from moderation.readers.encodings import codec_of

    codec = None if name is None else codec_of(name)
    if name is not None and codec is None:
        raise typer.BadParameter(
            tr(
                "--encoding {name}: there is no such encoding; give a name such as gbk or cp1251",
                name=name,
            )
        )
    return codec


MaskKey = Annotated[
    Path | None,
    typer.Option(
        "--mask",
        metavar="KEY",
        help="Mask personal data under the key in this file, which is made if it is not there.",
    ),
]


def check_ending(*targets: str | Path | None) -> None:
    """Raise typer.BadParameter for a table whose name does not tell its format."""
    from moderation.cli.failures import in_their_language
    from moderation.tables import kind_of

    for target in targets:
        try:
            kind_of(target or "-")
        except OutputError as error:
            raise typer.BadParameter(in_their_language(str(error))) from error


def refuse_overwriting(dumps: list[str], *targets: str | Path | None) -> None:
    """Raise OutputError if a result would overwrite a dump that is read."""
    from glob import glob

    for target in targets:
        if target is None or not Path(target).is_file():
            continue
        for dump in dumps:
            for path in map(Path, {dump, *glob(dump)}):  # noqa: PTH207  a pattern may be absolute
                if path.is_file() and path.samefile(target):
                    raise OutputError(
                        f"{target}: is one of the dumps that are read; write to another file"
                    )
