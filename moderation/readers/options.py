"""How a dump is read, whatever its format, where the user wants it otherwise than usual."""

from __future__ import annotations

from dataclasses import dataclass

EXPANSION = 100  # times; text dumps compress 3 to 20 times, bombs 1,000 times and more


@dataclass(frozen=True)
class Options:
    """What holds for every file.

    expansion: how many times its size a compressed file may grow (beyond 256 MB). addresses:
    whether an author who is only an e-mail or IP address is kept. mend: whether text whose UTF-8
    was decoded as something else is repaired. encoding: the name of the one that text is in,
    whatever it looks like; None: as it looks.
    """

    expansion: int = EXPANSION
    addresses: bool = False
    mend: bool = False
    encoding: str | None = None
