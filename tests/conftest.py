"""What several test modules share: the command line in this process, and where things are."""

import os
import sys
from dataclasses import dataclass

import pytest
from hypothesis import settings

os.environ.pop("LANGUAGE", None)
os.environ["LC_ALL"] = "C.UTF-8"  # messages in English, wherever the tests run

settings.register_profile("any machine", deadline=None)
settings.load_profile("any machine")


@dataclass(frozen=True)
class Ran:
    status: int
    out: str
    err: str


@pytest.fixture
def moderation(monkeypatch, capfd):
    """Run the command line: `moderation("parse", path)` gives its status, output and errors."""
    from moderation.cli import app, main

    def run(*arguments):
        monkeypatch.setattr(sys, "argv", ["moderation", *map(str, arguments)])
        status = 0
        try:
            main()
        except SystemExit as stop:
            status = stop.code or 0
        finally:
            app.describe(None, every=True)  # `main` describes its own command alone
        captured = capfd.readouterr()
        return Ran(status, captured.out, captured.err)

    return run
