"""`moderation review`: review flags in the browser."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from moderation.cli.app import app, say
from moderation.cli.options import LEDGER, ReasonsFile, ScoredFile
from moderation.translation import tr


@app.command()
def review(
    scored: ScoredFile,
    labels: Annotated[
        Path, typer.Option("--labels", help="Ledger to write the decisions to.")
    ] = LEDGER,
    port: Annotated[
        int, typer.Option("--port", min=0, max=65_535, help="Port to listen on; 0 = any free one.")
    ] = 8765,
    host: Annotated[
        str,
        typer.Option(
            "--host",
            help="Address to listen on; other than local, it needs TLS and MODERATION_PASSWORD.",
        ),
    ] = "127.0.0.1",
    name: Annotated[
        str | None,
        typer.Option("--name", help="Host name that browsers use, if it differs from --host."),
    ] = None,
    reviewer: Annotated[
        str | None,
        typer.Option(
            "--reviewer", help="Reviewer's name in the decisions, until the page gives another."
        ),
    ] = None,
    reasons: ReasonsFile = None,
    certificate: Annotated[
        Path | None, typer.Option("--certificate", help="TLS certificate, a PEM file.")
    ] = None,
    private_key: Annotated[
        Path | None, typer.Option("--private-key", help="Its private key, a PEM file.")
    ] = None,
) -> None:
    """Review the flags of a scored file in the browser; decisions go to the ledger."""
    import getpass
    import logging
    import os

    from moderation.cluster.files import output_on_disk
    from moderation.labels.reasons import read_reasons
    from moderation.review import Access, serve

    logging.basicConfig(format="%(asctime)s %(message)s")
    logging.getLogger("moderation.review").setLevel(logging.INFO)
    access = Access(
        host, port, name, os.environ.get("MODERATION_PASSWORD"), certificate, private_key
    )
    listed = read_reasons(reasons)
    with output_on_disk(scored) as path:
        serve(path, labels, access, reviewer or getpass.getuser(), _started, listed)


def _started(address: str) -> None:
    say(tr("Open {address}\nStop with Ctrl+C; every decision is saved at once.", address=address))
