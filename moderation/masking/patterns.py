"""Find personal data that has a form: addresses, numbers of several kinds, mentions.

Sources: RFC 5321, 4.1.2 (mailbox); RFC 4291, 2.2 (IPv6); ISO 13616 (IBAN, remainder of 97);
ISO/IEC 7812-1, annex B (cards, the Luhn formula); ITU-T E.164 (15 digits of a telephone number).
Every pattern takes time in proportion to the text: what repeats is bounded, and none begins anew
inside a word that it has passed.
"""

from __future__ import annotations

import ipaddress
import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

EMAIL, IP, IBAN, CARD = "EMAIL_ADDRESS", "IP_ADDRESS", "IBAN_CODE", "CREDIT_CARD"
PHONE, PERSON, PARAMETERS = "PHONE_NUMBER", "PERSON", "URL_PARAMETERS"
KINDS = (EMAIL, IP, IBAN, CARD, PHONE, PERSON, PARAMETERS)


class Match(NamedTuple):
    """`text[start:end]` is of a kind. value: what it says, in one spelling for all its forms."""

    start: int
    end: int
    kind: str
    value: str


_LOCAL = r"(?:(?<![\w.+%@-])|(?<=[.%+_-]{2})(?=[^\W_]))[\w.+%-]{1,64}"  # a line of dashes is none
_AT = r"(?:@|\uff20|%40|&#64;)"
_LABEL = r"[^\W_](?:[\w-]{0,61}[^\W_])?"
_TOP = r"[^\W\d_]{2,24}(?![\w-])"
_BRACKETED_AT = r"\s{0,2}[\[({<]\s?(?:at|@|ät|arroba)\s?[\])}>]\s{0,2}"
_BRACKETED_DOT = r"\s{0,2}[\[({<]\s?(?:dot|\.|punkt|punto)\s?[\])}>]\s{0,2}"
_DOT = rf"(?:{_BRACKETED_DOT}|\s{{1,2}}dot\s{{1,2}}|\.)"

_EMAIL = re.compile(
    rf"({_LOCAL}){_AT}((?:{_LABEL}\.){{1,8}}(?:[xX][nN]--[a-zA-Z0-9-]{{1,59}}|[^\W\d_]{{2,24}})"
    rf"|\[[0-9a-fA-F:.]{{2,45}}\])"
)
_SPELT_EMAIL = re.compile(
    rf"(?i)({_LOCAL})"
    rf"(?:{_BRACKETED_AT}((?:{_LABEL}{_DOT}){{1,4}}{_TOP})"
    rf"|\s{{1,2}}at\s{{1,2}}((?:{_LABEL}\s{{1,2}}dot\s{{1,2}}){{1,4}}{_TOP}))"
)
_SPELT_DOT = re.compile(_DOT, re.IGNORECASE)
_URL = re.compile(r"(?i)\b(?:https?://|www\.)[^\s<>\"'?#]{1,2000}([?#])([^\s<>\"']{1,4000})")
_IPV4 = re.compile(r"(?<![^\W_])(?<!\.)\d{1,3}(?:\.\d{1,3}){3}(?![^\W_]|\.\d)")
_VERSION = re.compile(r"(?i)\b(?:v|ver|version|release|build)[ .:]{0,2}$")
_IPV6 = re.compile(
    r"(?<![\w:.])(?=[0-9a-fA-F]{0,4}:)[0-9a-fA-F:]{4,40}(?:(?<=:)\d{1,3}(?:\.\d{1,3}){3})?(?![\w:]|\.\d)"
)
_IBAN = re.compile(r"(?<![A-Za-z0-9])[A-Za-z]{2}\d{2}(?:[ -]?[A-Za-z0-9]){11,30}(?![A-Za-z0-9])")
_CARD = re.compile(r"(?<![\w.,-])\d(?:[ -]?\d){12,18}(?![\w-])")
_SPACES = " \u00a0\u2007\u2009\u202f"
_PHONE = re.compile(
    rf"(?<![\w.,/+-])(?:[+\uff0b]\s?\d{{1,3}}[{_SPACES}.-]?)?(?:\(\d{{1,5}}\)[{_SPACES}.-]?)?"
    rf"\d(?:[{_SPACES}./\u2010-\u2015-]{{0,2}}\d){{4,14}}(?:x\d{{1,5}})?(?!\w|\s?=)"
)
_MENTION = re.compile(r"(?<![\w@/.+-])(?:@|/?u/)(\w(?:[\w.-]{0,62}\w)?)(?:@[\w.-]{1,200}\w)?")

_NOT_DIGITS = re.compile(r"\D+")
_SEVEN_DIGITS = re.compile(r"\d(?:\D{0,3}\d){6}")
_TWO_DIGITS = re.compile(r"[A-Za-z]\d\d")
_DATE = re.compile(
    r"(?:(?:19|20)\d\d([-./ ])[01]?\d\1[0-3]?\d|[0-3]?\d([-./])[0-3]?\d\2(?:19|20)?\d\d)"
    r"(?:\D{1,3}\d.*)?"
    r"|(?:19|20)\d\d\D{1,3}(?:19|20)\d\d"
)
_SUM = re.compile(r"[1-9]\d{0,2}(?:[., ]\d{3})+|\d+\.\d+")
_NATIONAL = re.compile(  # 555-0199, 555-123-4567, 1 800 555 0199; and by twos or threes after a 0
    r"(?:1[ .-])?\d{3}[ .-]\d{3}[ .-]\d{4}|\d{3}[-.]\d{4}"
)
_PAIRS = re.compile(r"0[1-9](?:([ .-])\d\d)(?:\1\d\d){3}")  # French; it begins as a date does
_NUMBER = re.compile(r"[$\u20ac\u00a3=*/]\s?$")  # of what is paid or reckoned
_ASKED = re.compile(
    r"(?i)(?:call|phone|tel|mobile|cell|fax|whats\s?app|viber|telegram|sms|text|ring|number|no)"
    r"\W{0,3}(?:me|us|at|on|is)?\W{0,3}$"
)
_FOUR = 4
_BEFORE = 24  # characters that are looked at before a number
_LEAST_DIGITS = 7
_SHORTEST_IBAN = 15


def matches(text: str) -> list[Match]:
    """What of a text is personal data, in order, none inside another."""
    taken: list[Match] = []
    for may_hold, find in _FINDERS:
        if may_hold(text):
            taken = with_more(taken, list(find(text)))
    return taken


def with_more(taken: list[Match], more: list[Match]) -> list[Match]:
    """Both, in order, without those of `more` that touch what is taken. Both are in order."""
    joined: list[Match] = []
    at = 0
    for found in more:
        while at < len(taken) and taken[at].end <= found.start:
            joined.append(taken[at])
            at += 1
        free = not joined or joined[-1].end <= found.start
        if free and (at == len(taken) or found.end <= taken[at].start):
            joined.append(found)
    return joined + taken[at:]


def _emails(text: str) -> Iterator[Match]:
    for found in _EMAIL.finditer(text):
        yield Match(found.start(), found.end(), EMAIL, f"{found[1]}@{found[2]}".casefold())


def _spelt_emails(text: str) -> Iterator[Match]:
    for found in _SPELT_EMAIL.finditer(text):
        host = _SPELT_DOT.sub(".", found[2] or found[3])
        yield Match(found.start(), found.end(), EMAIL, f"{found[1]}@{host}".casefold())


def _parameters(text: str) -> Iterator[Match]:
    for found in _URL.finditer(text):
        parameters = found[2].rstrip(".,:;!?)]}")  # these end the sentence
        if parameters and (found[1] == "?" or "=" in parameters):  # else the name of a heading
            start = found.start(2)
            yield Match(start, start + len(parameters), PARAMETERS, parameters)


def _ibans(text: str) -> Iterator[Match]:
    for found in _IBAN.finditer(text):
        gaps = [gap.start() for gap in re.finditer(r"[ -]", found[0])]
        for end in (len(found[0]), *reversed(gaps)):  # other words may follow
            code = re.sub(r"[ -]", "", found[0][:end]).upper()
            digits = sum(sign.isdigit() for sign in code)  # few: one of 97 sentences would do
            if len(code) >= _SHORTEST_IBAN and digits >= _LEAST_DIGITS and _remainder(code) == 1:
                yield Match(found.start(), found.start() + end, IBAN, code)
                break


def _remainder(code: str) -> int:
    """Of an IBAN as a number, by 97: 1 for one that was not mistyped."""
    return int("".join(str(int(sign, 36)) for sign in code[4:] + code[:4])) % 97


def _addresses(text: str) -> Iterator[Match]:
    found = [*_IPV4.finditer(text), *_IPV6.finditer(text)]
    for one in sorted(found, key=lambda match: match.start()):
        if not any(sign.isdigit() for sign in one[0]):
            continue  # a::b is code
        written = one[0] if one[0].endswith("::") else one[0].removesuffix(":")
        try:
            address = ipaddress.ip_address(written)
        except ValueError:
            continue
        before = text[max(0, one.start() - _BEFORE) : one.start()]
        if address.version == _FOUR and _VERSION.search(before):
            continue
        yield Match(one.start(), one.start() + len(written), IP, str(address))


def _cards(text: str) -> Iterator[Match]:
    for found in _CARD.finditer(text):
        digits = _NOT_DIGITS.sub("", found[0])
        if digits[0] in "23456" and len(set(digits)) > 1 and _luhn(digits):
            yield Match(found.start(), found.end(), CARD, digits)


def _luhn(digits: str) -> bool:
    """Whether the last digit fits the others."""
    doubled = [int(digit) * (1 + place % 2) for place, digit in enumerate(reversed(digits))]
    return sum(number // 10 + number % 10 for number in doubled) % 10 == 0


def _phones(text: str) -> Iterator[Match]:
    for found in _PHONE.finditer(text):
        written = re.sub(f"[{_SPACES}]", " ", found[0]).replace("\uff0b", "+")
        if _is_phone(written, text[max(0, found.start() - _BEFORE) : found.start()]):
            value = ("+" if written[0] == "+" else "") + _NOT_DIGITS.sub("", written)
            yield Match(found.start(), found.end(), PHONE, value)


def _is_phone(written: str, before: str) -> bool:
    """A number that begins as those of telephones do, is grouped as they are, or is asked for.

    Dates, sums, decimals and the numbers of orders are none.
    """
    count = sum(sign.isdigit() for sign in written)
    if _PAIRS.fullmatch(written):
        return True
    if (
        count < _LEAST_DIGITS
        or _NUMBER.search(before)
        or _DATE.fullmatch(written)
        or _SUM.fullmatch(written)
    ):
        return False
    if written[0] in "+(" or _NATIONAL.fullmatch(written):
        return True
    if written[0] == "0":  # by itself it may be any number
        return not written.isdigit() or len(written) in (10, 11) or written[1] == "0"
    return _ASKED.search(before) is not None


def _mentions(text: str) -> Iterator[Match]:
    for found in _MENTION.finditer(text):
        yield Match(found.start(), found.end(), PERSON, found[1])


def _has(*signs: str) -> Callable[[str], bool]:
    return lambda text: any(sign in text for sign in signs)


def _numbers(text: str) -> bool:
    return _SEVEN_DIGITS.search(text) is not None


_FINDERS: tuple[tuple[Callable[[str], bool], Callable[[str], Iterator[Match]]], ...] = (
    (_has("@", "\uff20", "%40", "&#64;"), _emails),
    (_has("?", "#"), _parameters),
    (_has("at", "AT", "At", "ät", "arroba", "@"), _spelt_emails),
    (lambda text: _TWO_DIGITS.search(text) is not None, _ibans),
    (_has(".", ":"), _addresses),
    (_numbers, _cards),
    (_numbers, _phones),
    (_has("@", "u/"), _mentions),
)
"""Whether a text may hold any, and which: the surest kinds first, for they keep what they take."""
