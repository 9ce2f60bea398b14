"""Commands that read dumps: score, parse, explain, formats."""

from __future__ import annotations

import sys
from collections import Counter
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from moderation.cli.app import (
    ModelName,
    app,
    counted,
    portioned,
    ready_to_score,
    say,
    working,
)
from moderation.cli.summaries import (
    campaign_summary,
    check_known,
    count_summary,
    counts_of,
    flag_summary,
    print_flagged,
    print_tree,
    read_summary,
    report_summary,
)
from moderation.errors import InputError, OutputError
from moderation.model.names import model_path

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    import pandas as pd
    import pyarrow as pa

    from moderation.cli.partitioned import Spread
    from moderation.model.model import Model
    from moderation.readers import Dump
    from moderation.readers.source import Options

Dumps = Annotated[
    list[str], typer.Argument(metavar="DUMP...", help="Files, globs, folders, or - for stdin.")
]
Format = Annotated[
    str | None, typer.Option("--format", help="Reader to use; see `moderation formats`.")
]
Mapping = Annotated[
    list[str] | None,
    typer.Option("--map", metavar="OURS=THEIRS,...", help="Columns: text=body,parent_id=reply_to."),
]
KeepAddresses = Annotated[
    bool,
    typer.Option("--keep-addresses", help="Keep authors who are only an e-mail or IP address."),
]
FixMojibake = Annotated[
    bool, typer.Option("--fix-mojibake", help="Repair text like fÃ¼r; such comments say so.")
]
EncodingName = Annotated[
    str | None,
    typer.Option("--encoding", metavar="NAME", help="Of the text, as gbk, if it is told wrongly."),
]
MaxExpansion = Annotated[
    int,
    typer.Option("--max-expansion", min=1, help="Times that a file beyond 256 MB may be packed."),
]
Rejects = Annotated[
    Path | None, typer.Option("--rejects", help="Write what could not be read, with its place.")
]


@app.command()
def score(
    dumps: Dumps,
    model: ModelName = "default",
    output: Annotated[
        str | None,
        typer.Option("-o", "--output", help=".parquet, .jsonl, .csv, -, or a folder (out/)."),
    ] = None,
    report: Annotated[Path | None, typer.Option("--report", help="HTML report to write.")] = None,
    top: Annotated[
        int,
        typer.Option("--top", min=1, help="Flagged comments to print, the surest, without -o."),
    ] = 50,
    all_flags: Annotated[bool, typer.Option("--all", help="Print all that are flagged.")] = False,
    workers: Annotated[int | None, typer.Option("--workers", min=1, help="Threads.")] = None,
    campaigns: Annotated[
        bool | None,
        typer.Option(
            "--campaigns/--no-campaigns",
            help="Find texts posted again and again; unless said, when there is a report.",
        ),
    ] = None,
    rejects: Rejects = None,
    format: Format = None,  # noqa: A002  the option is called --format
    mapping: Mapping = None,
    keep_addresses: KeepAddresses = False,
    fix_mojibake: FixMojibake = False,
    encoding: EncodingName = None,
    max_expansion: MaxExpansion = 100,
    memory: Annotated[
        str | None,
        typer.Option("--memory", metavar="SIZE", help="Of one process, as 2GB; needs -o out/."),
    ] = None,
    cluster: Annotated[
        str | None,
        typer.Option("--cluster", help="Dask scheduler, tcp://HOST:8786, or local:N processes."),
    ] = None,
    partitions: Annotated[
        int, typer.Option("--partitions", min=0, help="Files in out/; 0 = as the memory asks.")
    ] = 0,
    patience: Annotated[
        float,
        typer.Option("--patience", min=0, help="Seconds until another worker does a task too."),
    ] = 0,
) -> None:
    """Score every comment of a dump, flag what passes a threshold, say why.

    Into a folder, dumps of any size are scored partition by partition; a run that was stopped
    goes on when the same command is given again.
    """
    from moderation.cli.partitioned import Spread, wants_folder
    from moderation.readers.source import Options

    _spare(dumps, output, report, rejects)
    options = Options(max_expansion, keep_addresses, fix_mojibake, _codec(encoding))
    spread = Spread(memory, cluster, partitions, patience)
    if wants_folder(output, spread) and output is not None:
        ready_to_score()
        asked = campaigns or (campaigns is None and report is not None)
        reading = {"format": format, "mapping": _pairs(mapping), "reading": options}
        _check_ending(rejects)
        _score_folder(dumps, output, model, spread, workers, asked, reading, report, rejects)
        return
    _check_ending(output, rejects)
    from concurrent.futures import ThreadPoolExecutor

    folder = model_path(model)
    import_module("moderation.readers")  # two threads import no faster than one
    with ThreadPoolExecutor(1) as pool:  # a core is idle while a dump is read
        loading = pool.submit(_if_compiled, folder)
        dump = _read(dumps, format, mapping, options)
    if not len(dump.comments):
        _write_rejects(dump, rejects)
        _check_any(dump)
    chosen = loading.result() or _compiled(folder)
    from moderation.flags.flag import flagged
    from moderation.scoring import scored_parts
    from moderation.tables import concatenated, write_parts, write_table

    parts = portioned("scoring", scored_parts(dump, chosen, workers), len(dump.comments))
    whole = campaigns or report is not None or output is None
    if whole or output is None:
        scored = concatenated(parts)
    else:
        shown: list[pa.Table] = []
        passing = _noted(parts, ["flags", *chosen.labels], shown)
        write_parts(passing, output, metadata=chosen.passport())
        scored = concatenated(shown)
    repeated = None
    if campaigns or (campaigns is None and report is not None):
        scored, repeated = _with_campaigns(scored)
    _write_rejects(dump, rejects)
    if whole and output is not None:
        write_table(scored, output, metadata=chosen.passport())
    if report is not None:
        from moderation.report import write_report

        reported = write_report(scored, report, chosen.passport())
    read_summary(dump, len(dump.comments))
    flag_summary(scored, chosen.labels)
    if repeated is not None:
        campaign_summary(repeated)
    if report is not None:
        report_summary(report, reported)
    if output is None and report is None:
        print_flagged(flagged(scored), None if all_flags else top)


def _if_compiled(folder: Path) -> Model | None:
    """The model; None if loading it, which scores, would compile."""
    from moderation.features.start import start_numba

    start_numba()
    from moderation.features.compiled import will_compile
    from moderation.model.model import Model

    import_module("moderation.scoring")
    return None if will_compile() else Model.load(folder)


def _compiled(folder: Path) -> Model:
    """The model, behind a word about the time that its first scoring takes."""
    ready_to_score()
    from moderation.model.model import Model

    return Model.load(folder)


def _score_folder(
    dumps: list[str],
    output: str,
    model: str,
    spread: Spread,
    workers: int | None,
    campaigns: bool,
    reading: dict[str, Any],
    report: Path | None,
    rejects: Path | None,
) -> None:
    from moderation.cli.partitioned import check, score_partitioned, write_rejects

    outcome = score_partitioned(
        dumps, output, model_path(model), spread, workers, campaigns, reading
    )
    if rejects is not None:
        write_rejects(outcome, rejects)
    if report is not None:
        from moderation.report.render import write_scored
        from moderation.review import open_scored

        with working("writing the report"):
            reported = write_scored(open_scored(Path(outcome.folder)), report)
        report_summary(report, reported)
    check(outcome)


@app.command()
def parse(
    dumps: Dumps,
    output: Annotated[
        str | None, typer.Option("-o", "--output", help=".parquet, .jsonl, .csv, or -.")
    ] = None,
    tree: Annotated[bool, typer.Option("--tree", help="Draw the threads.")] = False,
    rejects: Rejects = None,
    format: Format = None,  # noqa: A002  the option is called --format
    mapping: Mapping = None,
    keep_addresses: KeepAddresses = False,
    fix_mojibake: FixMojibake = False,
    encoding: EncodingName = None,
    max_expansion: MaxExpansion = 100,
) -> None:
    """Rebuild the threads of a dump: convert, draw or count them."""
    from moderation.readers.source import Options

    _spare(dumps, output, rejects)
    _check_ending(output, rejects)
    options = Options(max_expansion, keep_addresses, fix_mojibake, _codec(encoding))
    if output is not None and not tree:
        from moderation.readers.spool import is_large

        if is_large(dumps, options):
            _convert(dumps, output, format, _pairs(mapping), options, rejects)
            return
    dump = _read(dumps, format, mapping, options)
    _write_rejects(dump, rejects)
    _check_any(dump)
    if output is not None:
        from moderation.tables import write_table

        write_table(dump.comments, output)
    if tree:
        print_tree(dump)
    read_summary(dump, len(dump.comments))
    count_summary(counts_of(dump.comments))


def _convert(
    dumps: list[str],
    output: str,
    format: str | None,  # noqa: A002
    mapping: dict[str, str],
    options: Options,
    rejects: Path | None,
) -> None:
    """`parse` for what may not fit in memory: the same table, by way of temporary files."""
    from moderation.readers import iterate
    from moderation.readers.spool import Spooled
    from moderation.tables import to_frame, write_parts

    if "-" not in dumps:
        say("too large to hold at once: goes through temporary files")
    counts: Counter[tuple[str, str]] = Counter()

    def checked(spooled: Spooled) -> Iterator[pa.Table]:
        for part in spooled.parts():
            counts.update(counts_of(to_frame(part)))
            if not spooled.made:
                _write_rejects(spooled.dump(), rejects)
                _check_any(spooled.dump())
            yield part

    with Spooled(counted("reading", iterate(dumps, format, mapping, options))) as spooled:
        write_parts(checked(spooled), output)
        dump = spooled.dump()
    _write_rejects(dump, rejects)
    read_summary(dump, spooled.made)
    count_summary(counts)


@app.command()
def explain(
    text: Annotated[str, typer.Argument(help="The comment, or - for standard input.")],
    model: ModelName = "default",
    parent: Annotated[str | None, typer.Option(help="The comment it answers.")] = None,
    title: Annotated[str | None, typer.Option(help="The article's title.")] = None,
    article: Annotated[Path | None, typer.Option(help="File with the article's text.")] = None,
) -> None:
    """Say how a comment is scored, and which of its words carry the score."""
    ready_to_score()
    from moderation.model.model import Model
    from moderation.terminal import explanation, width

    chosen = Model.load(model_path(model))
    words = sys.stdin.read() if text == "-" else text
    context = _text_of(article) if article else None
    for shown in chosen.explain(words, parent=parent, title=title, article=context):
        typer.echo(explanation(str(shown), width()))


@app.command()
def formats() -> None:
    """List the dump formats, and how each is recognised."""
    from textwrap import fill

    from moderation.readers import READERS
    from moderation.terminal import line, width

    size = max(map(len, READERS)) + 2
    typer.echo(f"{'format':<{size}}what it is, and how it is recognised")
    for name, reader in READERS.items():
        typer.echo(f"{name:<{size}}{line(reader.describe, width() - size)}")
        blank = " " * (size + 2)
        typer.echo(fill(reader.signs, width(), initial_indent=blank, subsequent_indent=blank))


def _noted(
    parts: Iterable[pa.Table], columns: list[str], shown: list[pa.Table]
) -> Iterator[pa.Table]:
    """The same parts; these columns of each are kept in `shown`."""
    for part in parts:
        shown.append(part.select(columns))
        yield part


def _read(
    dumps: list[str],
    format: str | None,  # noqa: A002
    mapping: list[str] | None,
    options: Options,
) -> Dump:
    from moderation.readers import iterate
    from moderation.readers.dump import merged

    return merged(counted("reading", iterate(dumps, format, _pairs(mapping), options)))


def _pairs(mapping: list[str] | None) -> dict[str, str]:
    """`["text=body,id=no"]` as `{"text": "body", "id": "no"}`."""
    pairs = [pair for given in mapping or [] for pair in given.split(",") if pair]
    if broken := [pair for pair in pairs if "=" not in pair]:
        raise typer.BadParameter(f"{broken[0]!r} is not OURS=THEIRS, as in text=body")
    return dict(pair.split("=", 1) for pair in pairs)


def _codec(name: str | None) -> str | None:
    """The encoding. Raises typer.BadParameter where there is none of that name."""
    from moderation.readers.encodings import codec_of

    codec = None if name is None else codec_of(name)
    if name is not None and codec is None:
        raise typer.BadParameter(f"--encoding {name}: there is no such encoding; as gbk or cp1251")
    return codec


def _check_ending(*targets: str | Path | None) -> None:
    """Raise typer.BadParameter where a table's name does not say its format, before any work."""
    from moderation.tables import kind_of

    for target in targets:
        try:
            kind_of(target or "-")
        except OutputError as error:
            raise typer.BadParameter(str(error)) from error


def _spare(dumps: list[str], *targets: str | Path | None) -> None:
    """Raise OutputError where a result would be written over a file that is read."""
    from glob import glob

    for target in targets:
        if target is None or not Path(target).is_file():
            continue
        for dump in dumps:
            for path in map(Path, {dump, *glob(dump)}):  # noqa: PTH207  a pattern may be absolute
                if path.is_file() and path.samefile(target):
                    raise OutputError(f"{target}: is a dump that is read here; write elsewhere")


def _write_rejects(dump: Dump, target: Path | None) -> None:
    if target is not None:
        from moderation.tables import write_table

        write_table(dump.rejects, target)


def _check_any(dump: Dump) -> None:
    """Raise InputError where nothing came of the dump: all was rejected, or read as mere prose."""
    if len(dump.comments):
        return
    if not len(dump.rejects):
        check_known(dump.formats)
        return
    first = dump.rejects.iloc[0]
    count = len(dump.rejects)
    told = f", the first of {count:,} rejects" if count > 1 else ""
    raise InputError(
        f"{first['file']}: {first['place']}: {first['reason']}{told}; no comment could be read"
    )


def _with_campaigns(scored: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The scored table with a column `campaign`, and the table of campaigns."""
    from moderation.campaigns.find import find_campaigns

    with working("looking for campaigns"):
        found = find_campaigns(scored)
    return scored.assign(campaign=found.traces["campaign"].array), found.table


def _text_of(path: Path) -> str:
    from moderation.readers import Source

    return Source(path).text()[0]
