"""`moderation report`: one HTML file of what was flagged, or a database of everything."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from moderation.cli.app import app
from moderation.cli.options import MaskKey, ReasonsFile, ScoredFile
from moderation.cli.progress import working
from moderation.cli.summaries import database_summary, report_summary
from moderation.translation import tr

if TYPE_CHECKING:
    from collections.abc import Iterator


@app.command()
def report(
    scored: ScoredFile,
    output: Annotated[
        Path, typer.Option("-o", "--output", help="report.html, or scored.db for SQLite.")
    ],
    limit: Annotated[
        int, typer.Option("--limit", min=1, help="Most flagged comments to include, surest first.")
    ] = 5_000,
    reasons: ReasonsFile = None,
    mask: MaskKey = None,
    language: Annotated[
        str,
        typer.Option(
            "--language", help="Language of the page: de, en, es, fr, pt; else as the browser."
        ),
    ] = "",
) -> None:
    """Write a report on a scored file: one HTML file that needs no network.

    With a name that ends in .db or .sqlite: an SQLite database of all comments, flags and threads,
    with full-text search, and a metadata file with which Datasette shows it.
    """
    from moderation.cluster.files import output_on_disk
    from moderation.labels.reasons import read_reasons
    from moderation.report.database import ENDINGS, write_database
    from moderation.report.render import write_scored
    from moderation.report.words import languages
    from moderation.review import open_scored

    if language and language not in languages():
        raise typer.BadParameter(
            tr(
                "--language {language}: the page speaks {languages}",
                language=language,
                languages=", ".join(languages()),
            )
        )
    listed = read_reasons(reasons)
    with output_on_disk(scored) as given, _masked(given, mask) as path:
        if output.suffix.lower() in ENDINGS:
            with working(tr("writing the database")):
                written = write_database(path, output)
            database_summary(output, written)
            return
        with working(tr("writing the report")):
            reported = write_scored(open_scored(path), output, limit, listed, language)
    report_summary(output, reported)


@contextmanager
def _masked(scored: Path, key: Path | None) -> Iterator[Path]:
    """A masked copy of a scored file, for as long as it is needed; itself without a key."""
    if key is None:
        yield scored
        return
    from moderation.masking import masked_tables
    from moderation.readers.written import read_table
    from moderation.tables import write_parts
    from moderation.temporary import Folder

    table, passport = read_table(scored)
    folder = Folder()
    try:
        copy = folder.path / "scored.parquet"
        write_parts(masked_tables([table], key), copy, passport)
        yield copy
    finally:
        folder.close()
