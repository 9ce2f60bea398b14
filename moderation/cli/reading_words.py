"""What readers say of a dump, in the language of the command's user.

Readers speak English, the same for every caller of the library: in notes, in the reasons of rejects
and for the reader that was taken. The command line says those of the forms below in the language of
its user, with what stands in the placeholders as it is; others stay English.
"""

from __future__ import annotations

from moderation.translation import language, marked, said_again_in

NOTES = (
    marked("{file}: comments with their own id as parent, now at the top level: {n}"),
    marked(
        "{file}: {n} bytes are not UTF-8; read as Windows-1252. If it is of another encoding, say "
        "--encoding NAME"
    ),
    marked("{file}: {n} bytes are not UTF-8; read as Windows-1252"),
    marked("{file}: read as {encoding}, by few bytes; if letters are wrong, say --encoding NAME"),
    marked(
        "{file}: {n} characters are no {encoding}; read as U+FFFD. If it is of another encoding, "
        "say --encoding NAME"
    ),
    marked(
        "{file}: no comment was found in it, read as {reader}; if it has any, say what it is with "
        "--format, or which column is the text with --map text=COLUMN"
    ),
    marked("{file}: {n} posts that open a thread are its article, no comments"),
    marked("{file}: {n} posts that are neither questions nor answers are left out"),
    marked("{file}: {n} comments behind 'more' links are not in the file"),
    marked(
        "{file}: {n} comments without an id have replies within them; an id was made up for each"
    ),
    marked("{file}: days and months of its dates cannot be told apart; days come first"),
    marked("{file}: by its values, {columns}; if that is wrong, say --map"),
    marked("{file}: the threads cannot be read: {why}"),
    marked("{file}: is XML of no export that is known, read by its elements"),
    marked(
        "{file}: nothing but the name of the column {column} tells that it holds comments; if "
        "another is the text, say --map text=COLUMN"
    ),
    marked(
        "the comments have neither author nor date on this page: a comment's last paragraph that "
        "begins with a number or bullet looks as a reply does"
    ),
    marked(
        "no comment list found, though many lines are dates: the page may print its comments "
        "without markers"
    ),
    marked("number gaps: {n}; the comments there were not printed on the page"),
    marked("placeholders: {n}, for comments of which only the replies were printed"),
    marked("the page speaks of {n} comments, and {found} are on it"),
    marked("the page nests more than {n} elements deep; what is deeper stands beside"),
    marked("{n} anchors of comments are on the page, and no comment could be told apart"),
    marked(
        "the page's markup is none that is known: its {n} comments were told by what they have in "
        "common, and replies may stand at top level"
    ),
    marked(
        "a numbered list of {n} entries stands over the form for comments; it was taken for the "
        "article's own"
    ),
    marked(
        "nearly every comment is printed deeper than the one before: the page's lists may not have "
        "been closed, and the depths may be too great"
    ),
    marked("the page says that something failed, instead of what was to be saved"),
    marked("the site asked whether a browser was at work, and the page was not saved"),
    marked("it is a page to log in: save the page again after logging in"),
    marked(
        "the page makes its comments in the browser, from {source}: save the page from the browser "
        "when all are shown, or what is in that script as a JSON file, and read it"
    ),
    marked(
        "the page loads its comments from {source} when it is opened: the saved file has none of "
        "them; ask {system} for an export"
    ),
    marked(
        "{file}: nothing but a name tells what a comment answers; taken for an answer to what the "
        "author of that name wrote last before: {n}"
    ),
    marked(
        "{file}: nothing but the @name that begins its text tells what a comment answers; taken "
        "for an answer to what the author of that name wrote last before: {n}"
    ),
)
REASONS = (
    marked("{n} cells, but the header has {columns}"),
    marked("{n} cells, and no header that says what they are"),
    marked("{n} values, but the table has {columns} columns"),
    marked("a quote is opened and not closed, or stands within a cell"),
    marked("a quote closes a cell that none opens: words before it are lost, or in another cell"),
    marked("not a JSON object"),
    marked("not JSON: {why}"),
    marked("not JSON"),
    marked("{key} twice in one object: the last is taken"),
    marked("the same comment again, word for word"),
    marked("neither a text nor an id"),
    marked("prose where {column} should be"),
    marked("words within a date"),
    marked("words where other objects have none"),
    marked("text among the comments"),
    marked("words outside of the content"),
    marked("stands before the first message"),
    marked("the rest of a long message"),
    marked("the file ends within this record"),
    marked("the {compression} data ends here"),
    marked("longer than {n} bytes"),
    marked("a text that no comment has; it has {keys}"),
    marked("a text that no comment has"),
    marked("no comment could be told in it, and it has {what}"),
)
PLACES = (
    marked("line {line}, bytes {first} to {last}"),
    marked("message {n}, bytes {first} to {last}"),
    marked("lines {first} to {last}"),
    marked("bytes {first} to {last}"),
    marked("line {line}"),
    marked("row {row}"),
    marked("comment {id}"),
    marked("the whole file"),
    marked("the rest of the file"),
)
READ_AS = (
    marked("an HTML page"),
    marked("a piece of an HTML page"),
    marked("nested JSON objects with {keys}"),
    marked("JSON objects with {keys}"),
    marked("header line with {columns}"),
    marked("columns {columns}"),
    marked("plain text with {n} indented list markers in its first 64 KiB"),
    marked("plain text with prose and no markup"),
    marked("RSS with WordPress' export elements, version {version}"),
    marked("Atom feed with RFC 4685 threading"),
    marked("XML with the root element {element}"),
    marked("XML with rows of comments or posts"),
    marked("SQL dump of {systems}"),
    marked("lines of a chat: date, time, name"),
    marked("a mailbox: messages behind lines with `From `"),
    marked("people or channels of Slack, no messages"),
    marked(
        "no reader knows this format: it is neither JSON, XML, HTML, a table nor a chat; try "
        "{command} if it is a page saved as text"
    ),
    marked("no reader knows this format: it is {what}"),
)


def note(text: str) -> str:
    """A note on a dump."""
    return said_again_in(language(), text, *NOTES)


def why_rejected(text: str) -> str:
    """The reason of a reject."""
    return said_again_in(language(), text, *REASONS)


def place_in_file(text: str) -> str:
    """Where a reject stands."""
    return said_again_in(language(), text, *PLACES)


def why_this_reader(text: str) -> str:
    """By what a file was recognised, or why no reader took it."""
    return said_again_in(language(), text, *READ_AS)
