"""`moderation report`: one HTML file of what was flagged, or a database of everything."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from moderation.cli.app import app
from moderation.cli.options import ReasonsFile, ScoredFile
from moderation.cli.progress import working
from moderation.cli.summaries import database_summary, report_summary


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
) -> None:
    """Write a report on a scored file: one HTML file that needs no network.

    With a name that ends in .db or .sqlite: an SQLite database of all comments, flags and threads,
    with full-text search, and a metadata file with which Datasette shows it.
    """
    from moderation.cluster.files import output_on_disk
    from moderation.labels.reasons import read_reasons
    from moderation.report.database import ENDINGS, write_database
    from moderation.report.render import write_scored
    from moderation.review import open_scored

    listed = read_reasons(reasons)
    if output.suffix.lower() in ENDINGS:
        with working("writing the database"), output_on_disk(scored) as path:
            written = write_database(path, output)
        database_summary(output, written)
        return
    with working("writing the report"), output_on_disk(scored) as path:
        reported = write_scored(open_scored(path), output, limit, listed)
    report_summary(output, reported)
