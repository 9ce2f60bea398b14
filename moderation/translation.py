"""Messages in the language of whoever reads them: `tr("{n} comments", n=3)`.

English is what the source says, so that an English run reads no catalogue. The catalogues are in
`locale/`, and `catalogues.py` compiles them. What other programs read (names of columns, labels and
formats, JSON, the ledger) is never translated.
"""

from __future__ import annotations

import os
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping
    from gettext import NullTranslations

LOCALE = Path(__file__).with_name("locale")
ENGLISH = "en"
LONGEST_HEADER = 500  # characters of a list of languages
_NONE = {"", "C", "POSIX"}


def language() -> str:
    """The language of the environment that there is a catalogue for, else English.

    As GNU gettext has it: the first of LC_ALL, LC_MESSAGES and LANG that says something decides,
    and LANGUAGE, a list, comes before it unless that is the locale C.
    """
    names = ("LC_ALL", "LC_MESSAGES", "LANG")
    locale = next(filter(None, map(os.environ.get, names)), "")
    if _bare(locale) in _NONE:
        return ENGLISH
    return _known(f"{os.environ.get('LANGUAGE', '')}:{locale}")


def tr(message: str, /, **values: Any) -> str:
    """The message in the reader's language, its {placeholders} filled; integers are grouped.

    >>> tr("{n} of {path}", n=12_000, path="a.csv")
    '12,000 of a.csv'
    """
    return tr_in(language(), message, **values)


def tr_in(chosen: str, message: str, /, **values: Any) -> str:
    """The same in a language of `languages()`, whatever the reader's is."""
    said = message if chosen == ENGLISH else _catalogue(chosen).gettext(message)
    return _filled(said, values)


def languages() -> list[str]:
    """The languages that messages can be in."""
    return sorted([ENGLISH, *(path.name for path in LOCALE.iterdir() if path.is_dir())])


def trn(one: str, many: str, n: int, /, **values: Any) -> str:
    """The same in the form that goes with `n`, which is a placeholder too.

    >>> trn("{n} flag", "{n} flags", 1), trn("{n} flag", "{n} flags", 0)
    ('1 flag', '0 flags')
    """
    chosen = language()
    if chosen == ENGLISH:
        said = one if n == 1 else many
    else:
        said = _catalogue(chosen).ngettext(one, many, n)
    return _filled(said, {"n": n, **values})


def said_again(text: str, pattern: str) -> str:
    """An English sentence that was made of `pattern`, in the reader's language; else as it is.

    >>> said_again("3 of 4", "{n} of {all}")
    '3 of 4'
    """
    return said_again_in(language(), text, pattern)


def said_again_in(chosen: str, text: str, *patterns: str) -> str:
    """The same in a language of `languages()`, of the first of the patterns that it was made of."""
    if chosen == ENGLISH:
        return text
    return next(filter(None, (_again(chosen, text, one) for one in patterns)), text)


def _again(chosen: str, text: str, pattern: str) -> str:
    """The sentence in another language, "" if it was not made of the pattern."""
    import re

    named: set[str] = set()

    def group(found: re.Match[str]) -> str:
        again = found[1] in named
        named.add(found[1])
        return f"(?P={found[1]})" if again else f"(?P<{found[1]}>.+?)"

    found = re.fullmatch(re.sub(r"\\{(\w+)\\}", group, re.escape(pattern)), text)
    return tr_in(chosen, pattern, **found.groupdict()) if found else ""


def accepted(header: str) -> str:
    """The language of a browser's Accept-Language that there is a catalogue for, else English.

    >>> accepted("nl, en;q=0.5"), accepted("")
    ('en', 'en')
    """
    wanted = []
    for one in header[:LONGEST_HEADER].split(","):
        name, _, weight = one.replace(" ", "").partition(";q=")
        if weight[:1] in ("", "1") or weight[:2] == "0.":
            wanted.append((weight or "1", name.replace("-", "_")))
    wanted.sort(key=lambda each: each[0], reverse=True)
    return _known(":".join(name for _, name in wanted))


def marked(message: str) -> str:
    """The message as it is: for the catalogues, where it is translated later, or by the page."""
    return message


def marked_plural(one: str, many: str) -> tuple[str, str]:
    """Both forms as they are, for the same use."""
    return one, many


def number(value: int) -> str:
    """Grouped by a comma, or, where that would be read as a decimal sign, by a fixed space."""
    return f"{value:,}" if language() == ENGLISH else f"{value:,}".replace(",", "\xa0")


def _filled(said: str, values: Mapping[str, Any]) -> str:
    if not values:
        return said
    given = {name: number(value) if type(value) is int else value for name, value in values.items()}
    return said.format_map(given)


def _bare(locale: str) -> str:
    """`de_AT` of `de_AT.UTF-8@euro`."""
    return locale.partition(".")[0].partition("@")[0]


@lru_cache(maxsize=16)
def _known(wanted: str) -> str:
    for one in map(_bare, wanted.split(":")):
        for name in (one, one.partition("_")[0]):
            if name == ENGLISH or (name.isidentifier() and (LOCALE / name).is_dir()):
                return name
    return ENGLISH


@lru_cache(maxsize=4)
def _catalogue(name: str) -> NullTranslations:
    from gettext import translation

    source = LOCALE / name / "LC_MESSAGES" / "moderation.po"
    compiled = source.with_suffix(".mo")
    if not compiled.exists() or compiled.stat().st_mtime < source.stat().st_mtime:
        from moderation.catalogues import keep_up

        keep_up(LOCALE / name)
    return translation("moderation", LOCALE, [name], fallback=True)
