"""Commands that show a scored file: report, review."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from moderation.cli.app import app, say, working
from moderation.cli.summaries import report_summary

Scored = Annotated[
    str, typer.Argument(metavar="SCORED", help="What `moderation score -o` wrote; s3://… too.")
]


@app.command()
def report(
    scored: Scored,
    output: Annotated[Path, typer.Option("-o", "--output", help="HTML file to write.")],
    limit: Annotated[
        int, typer.Option("--limit", min=1, help="Flagged comments in the file, surest first.")
    ] = 5_000,
) -> None:
    """Write the report of a scored file: one HTML file that needs no network."""
    from moderation.cluster.files import output_on_disk
    from moderation.report.render import write_scored
    from moderation.review import open_scored

    with working("writing the report"), output_on_disk(scored) as place:
        reported = write_scored(open_scored(place), output, limit)
    report_summary(output, reported)


@app.command()
def review(
    scored: Scored,
    labels: Annotated[
        Path, typer.Option("--labels", help="Ledger that takes the decisions.")
    ] = Path("labels/ledger.jsonl"),
    port: Annotated[
        int, typer.Option("--port", min=0, max=65_535, help="0 = any free one.")
    ] = 8765,
    host: Annotated[
        str,
        typer.Option("--host", help="Others reach it? Then with TLS and MODERATION_PASSWORD."),
    ] = "127.0.0.1",
    name: Annotated[str | None, typer.Option("--name", help="What browsers call the host.")] = None,
    reviewer: Annotated[
        str | None, typer.Option("--reviewer", help="Name in the decisions, until one is given.")
    ] = None,
    certificate: Annotated[
        Path | None, typer.Option("--certificate", help="PEM file, for TLS.")
    ] = None,
    private_key: Annotated[
        Path | None, typer.Option("--private-key", help="PEM file, for TLS.")
    ] = None,
) -> None:
    """Review the flags of a scored file in the browser; every decision goes to the ledger."""
    import getpass
    import logging
    import os

    from moderation.cluster.files import output_on_disk
    from moderation.review import Access, serve

    logging.basicConfig(format="%(asctime)s %(message)s")
    logging.getLogger("moderation.review").setLevel(logging.INFO)
    access = Access(
        host, port, name, os.environ.get("MODERATION_PASSWORD"), certificate, private_key
    )
    with output_on_disk(scored) as place:
        serve(place, labels, access, reviewer or getpass.getuser(), _started)


def _started(address: str) -> None:
    say(f"Open {address}\nStop with Ctrl+C; what is decided is saved at once.")
