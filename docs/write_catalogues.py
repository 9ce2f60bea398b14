"""Bring the catalogues of messages up to the sources: new messages are added, unused ones leave.

python docs/write_catalogues.py [--check] [LANGUAGE...]

Without a language every catalogue there is; a new one, such as `it` or `pt_PT`, is begun.
Messages are what stands in `tr`, `trn`, `marked` and `marked_plural` in Python, what `--help` says
of commands and options, what stands in `tr`, `trn` and `trParts` in the page's script, every text
of the page's HTML, and the texts of the list of reasons.
"""

from __future__ import annotations

import ast
import io
import json
import re
import sys
import tomllib
from html.parser import HTMLParser
from pathlib import Path

from babel import Locale
from babel.messages import Catalog
from babel.messages.plurals import get_plural
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "moderation"
LOCALE = PACKAGE / "locale"
ONE, TWO = {"tr", "marked"}, {"trn", "marked_plural"}  # how many texts a call has
_QUOTED = r'("(?:[^"\\]|\\.)*")'
_CALL = re.compile(rf"\b(tr|trn|trParts)\(\s*{_QUOTED}(?:,\s*{_QUOTED})?")
ATTRIBUTES = {"title", "aria-label", "placeholder"}


class _Texts(HTMLParser):
    """The texts of a page, each with its line: text nodes and the attributes that are shown."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[int, str]] = []
        self._silent = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("script", "style", "title", "noscript"):
            self._silent = tag
        self.found += [
            (self.getpos()[0], value)
            for name, value in attrs
            if name in ATTRIBUTES and value and "{{" not in value
        ]

    def handle_endtag(self, tag: str) -> None:
        if tag == self._silent:
            self._silent = ""

    def handle_data(self, data: str) -> None:
        text = " ".join(data.split())
        if not self._silent and re.search(r"[A-Za-z]{2}", text) and not re.search(r"{[{%]", text):
            self.found.append((self.getpos()[0], text))


def messages_of_module(source: str) -> list[str | tuple[str, ...]]:
    """The messages of a Python module; what is no text in the source has been marked elsewhere.

    >>> messages_of_module("print(f'{tr(one)}', tr('a' 'b'), trn('one', 'many', n))")
    ['ab', ('one', 'many')]
    """
    found: list[str | tuple[str, ...]] = []
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
            continue
        texts = tuple(
            argument.value
            for argument in node.args
            if isinstance(argument, ast.Constant) and isinstance(argument.value, str)
        )
        if node.func.id in ONE and texts:
            found.append(texts[0])
        elif node.func.id in TWO and len(texts) > 1:
            found.append(texts[:2])
    return found


def messages_of_help(source: str) -> list[str]:
    r"""The paragraphs of what `--help` says of the commands and options of a module.

    >>> messages_of_help("@app.command()\ndef f(a=Option(help='Write.')):\n    'Do\\n it.'")
    ['Do it.', 'Write.']
    """
    texts: list[str] = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef) and any(map(_is_command, node.decorator_list)):
            texts += (ast.get_docstring(node) or "").split("\n\n")
        if isinstance(node, ast.keyword) and node.arg == "help":
            texts += str(getattr(node.value, "value", "")).split("\n\n")
    return [found for text in texts if (found := " ".join(text.split()))]


def _is_command(decorator: ast.expr) -> bool:
    called = decorator.func if isinstance(decorator, ast.Call) else decorator
    return isinstance(called, ast.Attribute) and called.attr == "command"


def messages_of_script(script: str) -> list[str | tuple[str, ...]]:
    """The messages of a script, which are all in double quotes.

    >>> messages_of_script('trn("{n} of {what}", "{n} in {what}", n, { what: tr("all") })')
    [('{n} of {what}', '{n} in {what}'), 'all']
    """
    found = _CALL.findall(script)
    return [
        (json.loads(first), json.loads(second)) if call == "trn" else json.loads(first)
        for call, first, second in found
    ]


def messages() -> Catalog:
    """All messages of the sources, in the order of their files."""
    catalogue = Catalog(project="moderation", charset="utf-8")

    def add(path: Path, line: int, message: object) -> None:
        if isinstance(message, tuple):
            message = tuple(part for part in message if part)
        catalogue.add(message, locations=[(str(path.relative_to(ROOT)), line)])

    for path in sorted(PACKAGE.rglob("*.py")):
        for message in messages_of_module(path.read_text(encoding="utf-8")):
            add(path, 0, message)
    for path in sorted((PACKAGE / "cli").glob("*.py")):
        for text in messages_of_help(path.read_text(encoding="utf-8")):
            add(path, 0, text)
    page = PACKAGE / "report" / "page"
    for path in sorted(page.glob("*.js")):
        for message in messages_of_script(path.read_text(encoding="utf-8")):
            add(path, 0, message)
    parser = _Texts()
    parser.feed((page / "page.html").read_text(encoding="utf-8"))
    for line, text in parser.found:
        add(page / "page.html", line, text)
    reasons = PACKAGE / "report" / "page" / "reasons.js"
    letters = PACKAGE / "apply" / "statements.py"
    told = tomllib.loads((PACKAGE / "labels" / "reasons.toml").read_text(encoding="utf-8"))
    for reason in told["reason"]:
        for key in ("title", "rule", "message"):
            if key in reason:
                add(letters if key == "message" else reasons, 0, reason[key])
    return catalogue


def brought_up(language: str, wanted: Catalog) -> bytes:
    """The catalogue of a language, or a new one, with exactly the wanted messages."""
    path = catalogue_of(language)
    if path.exists():
        text = path.read_text(encoding="utf-8")
        catalogue = read_po(io.StringIO(text), locale=language)
        head = text[: text.index('msgid ""')]
    else:
        catalogue = Catalog(locale=language, project="moderation", charset="utf-8")
        name = Locale.parse(language).get_display_name("en")
        head = f"# {name} messages of moderation.\n#\n# Glossary\n#\n"
    catalogue.update(wanted, no_fuzzy_matching=True)
    catalogue.obsolete.clear()
    for message in catalogue:
        message.locations = sorted({(file, None) for file, _ in message.locations})
    out = io.BytesIO()
    write_po(out, catalogue, width=100, omit_header=True, include_lineno=False)
    plural = get_plural(language)
    header = (
        f'{head}msgid ""\nmsgstr ""\n'
        f'"Language: {language}\\n"\n'
        '"MIME-Version: 1.0\\n"\n'
        '"Content-Type: text/plain; charset=utf-8\\n"\n'
        '"Content-Transfer-Encoding: 8bit\\n"\n'
        f'"Plural-Forms: nplurals={plural.num_plurals}; plural={plural.plural_expr};\\n"\n\n'
    )
    return header.encode() + out.getvalue()


def catalogue_of(language: str) -> Path:
    """The file of a language's catalogue."""
    return LOCALE / language / "LC_MESSAGES" / "moderation.po"


def main(arguments: list[str]) -> int:
    """Write, or with --check compare: 1 if a catalogue is not up to the sources."""
    check = "--check" in arguments
    named = [one for one in arguments if not one.startswith("-")]
    wanted = messages()
    status = 0
    for language in named or sorted(path.name for path in LOCALE.iterdir() if path.is_dir()):
        path = catalogue_of(language)
        text = brought_up(language, wanted)
        lacking = sum(
            not all(one.string if isinstance(one.string, tuple) else [one.string])
            for one in read_po(io.BytesIO(text), locale=language)
            if one.id
        )
        if check:
            status |= not path.exists() or path.read_bytes() != text
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text)
        sys.stdout.write(
            f"{path.relative_to(ROOT)}: {len(wanted)} messages, {lacking} not translated yet\n"
        )
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
