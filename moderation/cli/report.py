"""`moderation report`: one HTML file of what was flagged."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from moderation.cli.app import app
from moderation.cli.options import ReasonsFile, ScoredFile
from moderation.cli.progress import working
from moderation.cli.summaries import report_summary


@app.command()
def report(
    scored: ScoredFile,
    output: Annotated[Path, typer.Option("-o", "--output", help="HTML file to write.")],
    limit: Annotated[
        int, typer.Option("--limit", min=1, help="Most flagged comments to include, surest first.")
    ] = 5_000,
    reasons: ReasonsFile = None,
) -> None:
    """Write a report on a scored file: one HTML file that needs no network."""
    from moderation.cluster.files import output_on_disk
    from moderation.labels.reasons import read_reasons
    from moderation.report.render import write_scored
    from moderation.review import open_scored

    listed = read_reasons(reasons)
    with working("writing the report"), output_on_disk(scored) as path:
        reported = write_scored(open_scored(path), output, limit, listed)
    report_summary(output, reported)
