"""The errors that people meet most often, in their language.

Errors are raised in English, the same for every caller of the library. The command line says those
of the forms below in the language of its user; others stay English.
"""

from __future__ import annotations

from moderation.translation import language, marked, said_again_in

FORMS = (
    marked("{file}: there is no such file"),
    marked("{file}: the file is empty"),
    marked(
        "{file}: no reader knows this format: it is neither JSON, XML, HTML, a table nor a chat; "
        "try {command} if it is a page saved as text"
    ),
    marked(
        "{file}: no column for the text; the file has {columns}. If one of them is the text, say "
        "--map text=COLUMN; if this is data, the header line is missing"
    ),
    marked("{name}: no such model; known here: {models}; give one of them, or a model's folder"),
    marked("{file}: no such file; make one with {command}"),
    marked("{file}: not a scored table: it has no column {columns}; make one with {command}"),
    marked("{file}: not a scored table; make one with {command}"),
    marked("{file}: cannot be written; name another with {option}"),
    marked("{file}: cannot be written: {why}"),
    marked("{file}: is one of the dumps that are read; write to another file"),
    marked("{file}: no column 'text'; the columns are {columns}: name one 'text'"),
    marked("{file}: the extension names no format; use {formats}"),
    marked("{folder}: the folder holds no file that a reader knows; {why}"),
)


def in_their_language(message: str) -> str:
    """The message of an error as its reader would say it, if it is of one of the forms."""
    return said_again_in(language(), message, *FORMS)
