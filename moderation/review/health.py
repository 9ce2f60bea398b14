"""Whether the server of this container answers: `python -m moderation.review.health`.

A container that runs another command, which has no server, is healthy as long as it runs.
"""

from __future__ import annotations

import socket
import sys
from pathlib import Path

FIRST = Path("/proc/1/cmdline")
PORT = 8765
SECONDS = 3.0


def port(command: list[str]) -> int | None:
    """The port on which a command serves; None for one that does not."""
    begins = next((n for n, word in enumerate(command) if Path(word).name == "moderation"), None)
    if begins is None or command[begins + 1 : begins + 2] != ["review"]:
        return None
    for place, word in enumerate(command):
        if word == "--port" and place + 1 < len(command):
            return int(command[place + 1])
        if word.startswith("--port="):
            return int(word.removeprefix("--port="))
    return PORT


def answers(number: int) -> bool:
    """Whether something on this machine takes a connection at the port."""
    try:
        with socket.create_connection(("127.0.0.1", number), SECONDS):
            return True
    except OSError:
        return False


if __name__ == "__main__":
    served = port(FIRST.read_bytes().decode(errors="replace").split("\0"))
    sys.exit(0 if served is None or answers(served) else 1)
