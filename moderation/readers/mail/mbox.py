"""A mailbox (mbox) or one message (.eml): a comment each, answers by the ids in their heads."""

from __future__ import annotations

import re
from email import message_from_bytes
from email.errors import MessageError
from email.header import decode_header, make_header
from email.utils import getaddresses
from functools import lru_cache
from itertools import chain
from typing import TYPE_CHECKING

from moderation.comments import Reject
from moderation.readers.encodings import decode
from moderation.readers.json.settle import conversations
from moderation.readers.mail.plain import PlainMail, plain_mail
from moderation.readers.markup import plain, tidy
from moderation.readers.records import Finding, Row, ThreadRow, batches, snippet
from moderation.readers.source import byte_blocks
from moderation.readers.values import when

if TYPE_CHECKING:
    from collections.abc import Iterator
    from email.message import Message

    from moderation.comments import Batch
    from moderation.readers.source import Source

_RETURN = re.compile(rb"\r(?!\n)")
_FROM = re.compile(rb"(?:\A|(?<=\n))From [^\n]*\n(?=[A-Za-z][A-Za-z0-9-]*:|>From )")
_LATER = re.compile(r"\nFrom [^\n]*\d\d:\d\d[^\n]*\n(?=[A-Za-z][A-Za-z0-9-]*:)")
_HEADS = re.compile(r"(?:[A-Za-z][A-Za-z0-9-]*:[^\n]*\n(?:[ \t][^\n]*\n)*){3,}", re.MULTILINE)
_NAMED = re.compile(r"^(message-id|in-reply-to|received|return-path|mime-version):", re.I | re.M)
_WORDS = re.compile(r"\b[^\W\d_]{2,}\b")
_FEW_WORDS, _MANY_WORDS = 8, 12  # in heads
_SHORT = 3 * _FEW_WORDS + 2  # characters of the shortest head that has more than these few
_VALUES = frozenset(["date", "message-id", "in-reply-to", "mime-version"])
_USUAL = ("x-", "list-", "arc-", "dkim", "received", "resent-", "authentication")
_WORDED = frozenset(
    ["subject", "references", "to", "cc", "bcc", "from", "keywords", "thread-topic", "user-agent"]
)
_ID = re.compile(r"<([^<>\s]+)>")
_WROTE = re.compile(
    r"(?:On|Am|Le|El|Il|Em|Op|Den|Dnia|W dniu)\b[^\n]{6,200}(?:\n[^\n>]{0,120})?"
    r"(?:wrote|schrieb[^\n:]*|a écrit\s?|escribió|ha scritto|escreveu|schreef[^\n:]*|"
    r"napisał[^\n:]*|skrev[^\n:]*):\s*$"
)
_MARKS = ("-", "_")
_QUOTED = re.compile(r"^\s?>")
_ORIGINAL = re.compile(
    r"^(?:-{3,}\s?(?:Original Message|Ursprüngliche Nachricht|Message d'origine|Mensaje original)"
    r"|_{10,}\s*$)",
    re.IGNORECASE,
)
_ADDRESS = re.compile(  # a name and an address, told as the standard library tells them
    r"(?:(?:\"([\w .'-]+)\"|([\w.'-]+(?: [\w.'-]+)*)) )?<([\w.+-]+@[\w-]+(?:\.[\w-]+)*)>"
)
_ANSWER = re.compile(
    r"^(?:(?:re|aw|sv|fwd?|wg|antw|odp|ref|rv|回复|答复|转发)(?:\[\d+\])?[:：]\s*)+", re.I
)


def detect(source: Source) -> str | None:
    """`From ` and heads, or the heads of one message."""
    head = source.sample.replace("\r\n", "\n").replace("\r", "\n").lstrip("\ufeff\n")
    envelope = head.startswith("From ")
    text = head.partition("\n")[2].lstrip(">") if envelope else head
    heads = _HEADS.match(text)
    if heads is None or not _NAMED.search(heads[0]):
        later = _LATER.search(head)
        found = later and _HEADS.match(head, later.end())
        return "a mailbox whose beginning is lost" if found and _NAMED.search(found[0]) else None
    return "a mailbox: messages behind lines with `From `" if envelope else "a mail with its heads"


def read(source: Source) -> Iterator[Batch]:
    """Batches of the messages; quotations and signatures are left out."""
    return batches(_findings(source))


def _findings(source: Source) -> Iterator[Finding]:
    rows: list[Row] = []
    titles: dict[str, str] = {}
    for number, (byte, raw) in enumerate(_messages(source), 1):
        whole = raw.replace(b"\r\n", b"\n")
        message = plain_mail(whole) or message_from_bytes(whole)
        row = _row(message, number)
        if why := _wrong(message, row):
            yield 1
            place = f"message {number}, bytes {byte} to {byte + len(raw)}"
            yield Reject(source.name, place, why, snippet(raw))
        if not row.text or not (message["from"] or message["message-id"] or message["date"]):
            continue
        yield 1
        rows.append(row)
        if row.id:
            titles[row.id] = without_answer(_decoded(message["subject"]))
    conversations(source, rows, [])
    yield from rows
    heads: dict[str, str] = {}
    for row in rows:
        if row.thread_id and (row.id == row.thread_id or row.thread_id not in heads):
            heads[row.thread_id] = titles.get(row.id or "", "")
    yield from (ThreadRow(thread, title or None) for thread, title in heads.items())


def _wrong(message: Message | PlainMail, row: Row) -> str:
    """Why a mail may not hold all that was said; empty where it does."""
    if not (message["from"] or message["message-id"] or message["date"]):
        return "a mail without heads"
    if not row.text:
        return "a mail without a text"
    if message.defects:
        return f"a damaged mail: {type(message.defects[0]).__name__}"
    odd = (name for name, value in message.items() if _is_odd(name, str(value)))
    return next((f"the head {name!r} is prose" for name in odd), "")


def _is_odd(name: str, value: str) -> bool:
    """Whether a head holds a text: no usual one, or one whose values are short."""
    if len(value) < _SHORT:
        return False
    key = name.lower()
    if key in _VALUES:
        return len(_WORDS.findall(value)) > _FEW_WORDS
    if key in _WORDED or key.startswith(_USUAL):
        return False
    return len(_WORDS.findall(value)) > _MANY_WORDS


def _messages(source: Source) -> Iterator[tuple[int, bytes]]:
    """The messages of a mailbox with the byte where each begins, without the line before it."""
    pending, byte = b"", 0
    for block in _blocks(source):
        pending += block
        found = list(_FROM.finditer(pending))
        at = 0
        for mark in found:
            if mark.start() and mark.end() > len(pending) - 2:
                break
            if pending[at : mark.start()].strip():
                yield byte + at, pending[at : mark.start()]
            at = mark.end()
        pending, byte = pending[at:], byte + at
    if pending.strip():
        yield byte, pending


def _blocks(source: Source) -> Iterator[bytes]:
    """The file, carriage returns that end a line alone as newlines."""
    carried = b""
    for block in chain(byte_blocks(source), [b""]):
        whole = carried + block
        carried = b"\r" if block and whole.endswith(b"\r") else b""
        whole = whole[: len(whole) - len(carried)]
        yield _RETURN.sub(b"\n", whole) if b"\r" in whole else whole


def _row(message: Message | PlainMail, number: int) -> Row:
    own = _ID.search(str(message["message-id"] or ""))
    answered = _ID.findall(str(message["in-reply-to"] or ""))
    answered = answered[:1] or _ID.findall(str(message["references"] or ""))[-1:]
    name, address = _sender(_decoded(message["from"]))
    return Row(
        own_words(_text(message)),
        own[1] if own else f"message-{number}",
        answered[0] if answered else None,
        None,
        name or address or None,
        when(str(message["date"] or "")),
        "message",
        "spam" if str(message["x-spam-flag"] or "").strip().upper() == "YES" else "unknown",
    )


@lru_cache(4096)
def _sender(text: str) -> tuple[str, str]:
    """Name and address of the first that are named."""
    if usual := _ADDRESS.fullmatch(text):
        return usual[1] or usual[2] or "", usual[3]
    found = getaddresses([text])
    return found[0] if found else ("", "")


def _decoded(value: object) -> str:
    """A head with its encoded words, on one line."""
    text = " ".join(str(value or "").split())
    if "=?" not in text:
        return text
    try:
        return str(make_header(decode_header(text)))
    except (LookupError, ValueError, MessageError):
        return text


def _text(message: Message | PlainMail) -> str:
    """The first plain text of a message, else its HTML."""
    if isinstance(message, PlainMail):
        return _in_charset(message.raw, message.charset)
    html = ""
    for part in message.walk():
        kind = part.get_content_type()
        if part.is_multipart() or part.get_content_disposition() == "attachment":
            continue
        if kind == "text/plain":
            return _payload(part)
        if kind == "text/html" and not html:
            html = _payload(part)
    return plain(html)


def _payload(part: Message) -> str:
    raw = part.get_payload(decode=True)
    if not isinstance(raw, bytes):
        return str(raw or "")
    return _in_charset(raw, part.get_content_charset() or "")


def _in_charset(raw: bytes, charset: str) -> str:
    try:
        return raw.decode(charset) if charset else decode(raw)[0]
    except (LookupError, UnicodeDecodeError):
        return decode(raw)[0]


def without_answer(subject: str) -> str:
    """A subject without the `Re:` before it."""
    return _ANSWER.sub("", subject).strip()


def own_words(text: str) -> str:
    """A mail without what it quotes and without its signature; all of it where that is all."""
    if ">" not in text and "--" not in text and "___" not in text:
        return tidy(text)
    kept: list[str] = []
    lines = text.replace("\r\n", "\n").split("\n")
    for line in lines:
        if line.rstrip() == "--" or (line[:1] in _MARKS and _ORIGINAL.match(line) and kept):
            break
        if ">" in line[:2] and _QUOTED.match(line) and not line.startswith(">From "):
            _cut_head(kept)
            continue
        kept.append(line.removeprefix(">") if line.startswith(">From ") else line)
    own = tidy("\n".join(kept))
    return own or tidy(text)


def _cut_head(kept: list[str]) -> None:
    """Take away the line or two that say who wrote what is quoted next."""
    while kept and not kept[-1].strip():
        kept.pop()
    for count in (1, 2, 3):
        if len(kept) >= count and _WROTE.fullmatch("\n".join(kept[-count:]).strip()):
            del kept[-count:]
            break
    kept.append("")
