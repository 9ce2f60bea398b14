"""What a label may be called: a module of its own, so that the ledger's writer loads no tables."""

from __future__ import annotations

import re

LABEL_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,63}")
"""A column's name, a file's, a key in JSON and a word on the command line, all alike."""
