"""Which field of an unknown dump is what: the usual names first, then what the values are."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING

from moderation.readers.inference.links import Link, links
from moderation.readers.inference.names import hints
from moderation.readers.synonyms import plainly, roles

if TYPE_CHECKING:
    from collections.abc import Mapping

    from moderation.readers.inference.fields import Field

_DEPTH_WORDS = (
    "depth level threadingdepth indent indentlevel nestinglevel nesting commentdepth "
    "commentlevel replylevel is2ndlevelcomment isreply ebene nivel niveau уровень 层级 楼层深度"
)
DEPTHS = frozenset(_DEPTH_WORDS.split())
_CLEAR = 1.6  # times as many words as the next field that could be the text
_PAIRS = 4  # answers that are in the thread of what they answer
_FEW, _WORDY = 3, 2  # references at least, and words of one at most
_COUNTED = re.compile(r"count|num|total|anzahl|nombre|author|user|name|text|body|url|date|time")
_LONG_NAME = 5  # words of an author's name
_OF_PEOPLE = re.compile(r"avatar|image|img|photo|picture|icon|thumb|profile|author|member|hash")
_PAGE_WORDS = (
    "tid objectid objectpk contentid entityid nodeid nid itemid productid productname asin "
    "businessid "
    "placeid hotelid restaurantid listingid appid appname app game gameid movieid movie book "
    "bookid issueid bugid ticketid questionid noteableid commitid pullrequesturl issueurl "
    "sourceurl pageurl articleurl posturl videourl threadurl pagetitle slug pageslug postslug "
    "artikel artikelid beitrag thema seite articulo artigo produto producto produit artykuł "
    "статья товар 文章 文章id 帖子 帖子id 视频 视频id 商品 记事 記事 게시글 상품"
)
_PAGES = frozenset(_PAGE_WORDS.split())
"""What the thing is plainly called that is talked about."""


@dataclass
class Roles:
    """Our column -> the field. told: those told by their values. doubt: what cannot be told.

    unlinked: a field that should name what is answered, and names nothing that is there.
    addressed: one that names the authors of what is answered.
    """

    fields: dict[str, str] = field(default_factory=dict)
    told: dict[str, str] = field(default_factory=dict)
    doubt: list[str] = field(default_factory=list)
    link: Link | None = None
    unlinked: str = ""
    addressed: str = ""

    def take(self, role: str, path: str, by_values: bool) -> None:
        """This field is that."""
        self.fields[role] = path
        if by_values:
            self.told[role] = path

    @property
    def note(self) -> str:
        """What was told by values, in words for the summary."""
        return ", ".join(f"{role} is {path!r}" for role, path in self.told.items())


def infer(fields: list[Field], mapping: Mapping[str, str], rest: bool = True) -> Roles:
    """The fields of records that are comments, as far as they can be told.

    rest: whether ids, parents and others may be told by values too, not only the text.
    """
    by_path = {one.path: one for one in fields}
    found = Roles(dict(mapping))
    chosen = roles(_telling(fields), mapping)
    _text(found, chosen, fields)
    if "text" not in found.fields:
        return found
    for role, path in chosen.items():
        one = by_path.get(path)
        free = role not in found.fields and path not in found.fields.values()
        if free and (one is None or role in mapping or _fits(role, one)):
            found.take(role, path, by_values=False)
    if rest:
        _link(found, by_path, mapping)
        _own_names(found, by_path, mapping)
        _no_root(found, by_path, chosen)
        if "id" not in found.fields:
            _id(found, fields)
        for role in ("created_at", "author"):
            if role not in found.fields:
                _others(found, role, fields)
        if "thread_id" not in found.fields:
            _thread(found, fields)
    _depth(found, fields)
    if rest and not found.fields.keys() & {"parent_id", "depth"}:
        _address(found, by_path)
    if rest and not found.fields.keys() & {"parent_id", "depth"}:
        found.unlinked = next((one.path for one in fields if _is_unlinked(one, found)), "")
    return found


def _address(found: Roles, by_path: dict[str, Field]) -> None:
    """The field of parents is one that names authors, where its name says that it may be."""
    authors = by_path.get(found.fields.get("author", ""))
    names = {name.lstrip("@").casefold() for name in authors.filled} if authors else set()
    for one in by_path.values() if names else ():
        given = [ref.lstrip("@").casefold() for ref in one.references if ref is not None]
        taken = one.path in found.fields.values() or not hints(one.path, "parent_id")
        if given and not taken and sum(name in names for name in given) > 0.5 * len(given):
            found.take("parent_id", one.path, by_values=True)
            found.addressed = one.path
            return


def _is_unlinked(one: Field, found: Roles) -> bool:
    """Whether a field is called after what a comment answers, and is no count, time or flag."""
    given = sum(ref is not None for ref in one.references)
    if one.path in found.fields.values() or not hints(one.path, "parent_id"):
        return False
    other = one.is_time or one.has_flags or _COUNTED.search(one.path.lower())
    return given >= _FEW and not other and one.words < _WORDY


def _telling(fields: list[Field]) -> list[str]:
    """The paths, with those of inner objects by their last name too where no other has it."""
    return [one.path for one in fields if one.filled]


def _fits(role: str, one: Field) -> bool:
    """Whether the values can be what the name of their field says."""
    if role == "created_at":
        return one.is_time or not one.is_prose
    if role in ("id", "parent_id", "status", "kind"):
        return one.words < 4
    return True


def _text(found: Roles, chosen: Mapping[str, str], fields: list[Field]) -> None:
    """The field of texts: by an exact name, by a hint, or as the only prose."""
    if "text" in found.fields:
        return
    by_path = {one.path: one for one in fields}
    named = by_path.get(chosen.get("text", ""))
    if named is not None and named.is_text:
        found.take("text", named.path, by_values=False)
        return
    taken = set(found.fields.values())
    _text_by_values(found, [one for one in fields if one.is_text and one.path not in taken])


def _text_by_values(found: Roles, can: list[Field]) -> None:
    """Of the fields that can be texts: one that sounds so, or the only prose."""
    hinted = [one for one in can if _is_called_text(one)]
    prose = sorted((one for one in can if one.is_prose), key=_weight, reverse=True)
    worded = [one for one in hinted if one in prose] or (hinted if not prose else [])
    if worded:
        found.take("text", max(worded, key=_weight).path, by_values=True)
        return
    if not prose:
        return
    rivals = [one for one in prose[1:] if _weight(one) * _CLEAR > _weight(prose[0])]
    if rivals:
        found.doubt = [one.path for one in (prose[0], *rivals)]
        return
    found.take("text", prose[0].path, by_values=True)


def _is_called_text(one: Field) -> bool:
    others = [role for role in ("title", "parent_id") if hints(one.path, role)]
    last = one.path.rpartition(".")[2]
    return hints(one.path, "text") and not others and not hints(last, "author")


def _weight(one: Field) -> float:
    return min(one.words, 60) * one.distinct * (0.5 + one.share)


def _link(found: Roles, by_path: dict[str, Field], mapping: Mapping[str, str]) -> None:
    """The ids, and the parents that refer to them; a name that its values belie is left out."""
    free = [
        one
        for path, one in by_path.items()
        if path not in found.fields.values() or path in (_of(found, "id"), _of(found, "parent_id"))
    ]
    known = _of(found, "parent_id")
    every = links(free, _of(found, "id"))
    every = [
        link
        for link in every
        if mapping.get("id", link.id.path) == link.id.path
        and mapping.get("parent_id", link.parent.path) == link.parent.path
    ]
    if known is not None:
        every_known = [link for link in every if link.parent.path == known]
        if not every_known and not any(by_path[known].references if known in by_path else ()):
            every_known = every
        every = every_known
    if not every:
        return
    best = _deepest(every)
    found.link = best
    if _of(found, "id") != best.id.path:
        _release(found, best.id.path)
        found.take("id", best.id.path, by_values=True)
    if known != best.parent.path:
        _release(found, best.parent.path)
        found.take("parent_id", best.parent.path, by_values=True)


def _own_names(found: Roles, by_path: dict[str, Field], mapping: Mapping[str, str]) -> None:
    """A parent that no row shares with another, where no row has an id, is the id: `pid`."""
    one = by_path.get(found.fields.get("parent_id", ""))
    if one is None or "id" in found.fields or mapping or found.link is not None:
        return
    if len(one.filled) > _FEW and one.is_unique and plainly(one.path) in ("pid", "rid"):
        _release(found, one.path)
        found.take("id", one.path, by_values=True)


def _no_root(found: Roles, by_path: dict[str, Field], chosen: Mapping[str, str]) -> None:
    """A field of the comment at the top is no thread's, where another may be."""
    one = by_path.get(found.fields.get("thread_id", ""))
    own = by_path.get(found.fields.get("id", ""))
    if one is None or own is None or one is own:
        return
    names = set(own.filled)
    given = [ref for ref in one.references if ref is not None]
    if given and sum(ref in names for ref in given) > 0.5 * len(given):
        del found.fields["thread_id"]
        others = [path for path in by_path if path != one.path]
        again = roles(others, {}).get("thread_id")
        if again is not None and again not in found.fields.values():
            found.take("thread_id", again, by_values=False)


def _id(found: Roles, fields: list[Field]) -> None:
    """A field that is called a name, and is another for each record."""
    taken = set(found.fields.values())
    for one in fields:
        if one.path not in taken and one.is_unique and hints(one.path, "id") and not one.is_time:
            found.take("id", one.path, by_values=True)
            return


def _of(found: Roles, role: str) -> str | None:
    return found.fields.get(role)


def _release(found: Roles, path: str) -> None:
    """This field is not what its name says."""
    for role in [role for role, other in found.fields.items() if other == path]:
        del found.fields[role]


def _deepest(every: list[Link]) -> Link:
    """The likeliest; of two that refer to the same ids, the one whose chains are longer.

    The other names the comment at the top.
    """
    best = every[0]
    for link in every[1:]:
        if link.id is best.id and link.sure > best.sure - 1 and link.depth > best.depth:
            best = link
    return best


def _others(found: Roles, role: str, fields: list[Field]) -> None:
    """The field of times or of authors, by its values and a hint; a time needs no hint."""
    taken = set(found.fields.values())
    free = (one for one in fields if one.path not in taken and one.share > 0.5)
    fits = _is_moment if role == "created_at" else _may_be_author
    can = [one for one in free if not one.is_prose and fits(one)]
    hinted = [one for one in can if hints(one.path, role)]
    if hinted or (can and role == "created_at"):
        named = [one for one in hinted if not plainly(one.path).endswith(("id", "mail", "hash"))]
        found.take(role, (named or hinted or can)[0].path, by_values=True)


def _is_moment(one: Field) -> bool:
    return one.is_time


def _may_be_author(one: Field) -> bool:
    other = one.is_time or one.is_address or one.has_flags or one.is_named
    other = other or plainly(one.path.rpartition(".")[2]) in _PAGES
    return not other and 0 < one.words <= _LONG_NAME and not any("://" in v for v in one.filled[:9])


def _thread(found: Roles, fields: list[Field]) -> None:
    """A field that is the same for an answer and what it answers, and differs elsewhere."""
    taken = set(found.fields.values())
    for one in fields:
        if one.path in taken or one.share < 0.95 or len(one.counts) < 2 or one.distinct > 0.9:
            continue
        if _OF_PEOPLE.search(one.path.lower()) or one.is_time or one.has_flags:
            continue
        named = plainly(one.path.rpartition(".")[2]) in _PAGES
        hinted = named or hints(one.path, "thread_id")
        if not (one.is_address or one.is_named or named):
            continue
        if not hinted and not _agrees(found, one):
            continue
        if found.link is None or _agrees(found, one, least=0):
            found.take("thread_id", one.path, by_values=True)
            return


def _agrees(found: Roles, one: Field, least: int = _PAIRS) -> bool:
    """Whether all answers have the value of what they answer."""
    if found.link is None:
        return False
    names, parents = found.link.id.references, found.link.parent.references
    values = dict(zip(names, one.values, strict=True))
    pairs = [
        (value, values[ref])
        for value, ref in zip(one.values, parents, strict=True)
        if ref is not None and ref in values
    ]
    same = sum(first == second for first, second in pairs)
    return len(pairs) >= least and same >= 0.98 * len(pairs)


def _depth(found: Roles, fields: list[Field]) -> None:
    """A number for the depth, where no parent is named and the order is that of reading."""
    if "parent_id" in found.fields:
        return
    for one in fields:
        if plainly(one.path.rpartition(".")[2]) in DEPTHS and ladder(one.values):
            found.fields["depth"] = one.path
            return


def ladder(values: list[object]) -> bool:
    """Whether these are depths in the order of reading: each at most one deeper than the last."""
    steps = [depth_of(value) for value in values]
    known = [step for step in steps if step is not None]
    if not known or len(set(known)) < 2 or max(known) > 200:
        return False
    least = min(known)
    wrong = sum(step > last + 1 for last, step in pairwise(known))
    return known[0] == least and wrong <= 0.02 * len(known)


def depth_of(value: object) -> int | None:
    """A depth as a number: `2`, `"2"`, `Yes` (an answer), `No`; None for what is none.

    >>> [depth_of(value) for value in (2, "3", "Yes", False, "deep", None, 1.0)]
    [2, 3, 1, 0, None, None, 1]
    """
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, int | float):
        return int(value) if value == value else None
    word = str(value).strip().lower()
    if word in _YES or word in _NO:
        return int(word in _YES)
    return int(float(word)) if word.replace(".0", "").isdigit() else None


_YES = frozenset(["yes", "true", "y", "ja", "oui", "sí", "si", "sim", "да", "是"])
_NO = frozenset(["no", "false", "n", "nein", "non", "não", "нет", "否"])
