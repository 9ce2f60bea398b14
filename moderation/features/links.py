"""The names that make a host of letters with a dot: top-level domains and link shorteners.

Addresses are read in `compiled/links.c`.
"""

from __future__ import annotations

import numpy as np

from moderation.features.common_words import HASH_PRIME, HASH_SEED

TOP_LEVELS = (
    "com net org info biz edu gov io co uk ca au de fr es nl ru ua pl br cn jp tk ml ga cf gq pw "
    "cc ws ly gl gd eu ch se ng pk tv fm ai dev xyz"
)
WORDY_TOP_LEVELS = (  # "done.it" lacks a space; "done.it/x" is a link
    "me us it in is no be so to at am my app top site online shop store club vip live link click "
    "pro space website icu buzz fun life world today news blog"
)
SHORTENERS = (
    "bit.ly tinyurl.com goo.gl t.co ow.ly is.gd buff.ly cutt.ly rb.gy shorturl.at tiny.cc t.ly "
    "adf.ly bit.do linktr.ee rebrand.ly s.id v.gd soo.gd bl.ink lnkd.in amzn.to youtu.be wa.me t.me"
)


def hashes_of(names: str) -> np.ndarray:
    """FNV-1a of each name, sorted."""
    found = []
    for name in names.split():
        value = HASH_SEED
        for char in name:
            value = (value ^ ord(char)) * HASH_PRIME % 2**64
        found.append(value)
    return np.array(sorted(found), np.uint64)
