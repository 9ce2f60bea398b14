"""What a reader of JSON may have missed: words that stand where no comment of the format has any.

A key that damage has changed leaves valid JSON behind. So each object is looked at for prose where
an id, a date or a name belongs, under keys that no other comment has, and in what is around it.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Any

from moderation.readers.json.columns import values
from moderation.readers.json.damage.looks import Looks, Questions
from moderation.readers.json.damage.strays import (
    TOP,
    Element,
    Homes,
    disagree,
    is_prose,
    misspelt,
    odd_key,
    says_something,
    strings_in,
)
from moderation.readers.json.damage.titles import HABIT, Titles
from moderation.readers.json.damage.words import (
    LONG_NAME,
    PROSE,
    in_place_of_a_date,
    is_long,
    is_text,
    prose_in,
    prose_key,
    sentences,
)
from moderation.readers.json.shape import (
    NESTED,
    JsonFormat,
    Record,
    alternatives_of,
    at,
    paths_of,
    status_in,
)
from moderation.readers.json.walk import Match, objects, walk
from moderation.readers.markup import plain
from moderation.readers.page_words import PageWords
from moderation.readers.records import SNIPPET
from moderation.readers.synonyms import is_value
from moderation.readers.values import no_parent

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from moderation.readers.json.damage.strays import Way

_SHAPES = 1_000  # sets of keys that are remembered


class Doubts:
    """What is odd about the objects of a file. roots: its first values, which show its habits."""

    def __init__(self, shape: JsonFormat, roots: Iterable[Any]) -> None:
        paths = paths_of(shape)
        self.texts = _unmarked(shape.text)
        self._shape = shape
        self._text_paths = alternatives_of(shape.text.replace("<", ""))
        self._known = _first_keys(paths)
        self._all_known = self._known | _first_keys(self.texts)
        self._text_keys = [path.rpartition(".")[2].lower() for path in self.texts]
        text_keys = _keys_in(self.texts)
        self.keys = text_keys | _keys_in(paths)
        self._shut = shape.shut - text_keys
        self._bare = _bare_paths(shape, paths)
        self._bare_of_posts = f"{shape.post_id}|{shape.post_url}".split("|") if shape.post else []
        parent = shape.parent if isinstance(shape.parent, str) else ""
        known_posts = bool(shape.post) and shape.name != "json-tree"
        self._answers = parent if known_posts else ""
        of_posts = _unmarked(shape.post_text)
        self._texts_of_comments = [
            path for path in self.texts if known_posts and path not in of_posts
        ]
        self._around = {path.split(".")[0] for path in self.texts if "." in path}
        self._names = shape.author.split("|") if shape.author else []
        self._usual_beside: frozenset[str] = frozenset()
        self._text_parts = frozenset(text_keys)
        self._deep: frozenset[str] = frozenset()  # paths of texts that comments have
        self._unbroken: list[str] = []  # those of them that hold ids, dates or states
        self._single: list[str] = []  # keys whose values have no blank in most comments
        self._nested: Counter[str] = Counter()  # paths of texts within objects of comments
        self._inner: Counter[str] = Counter()  # keys within objects of comments that are prose
        self._beside: Counter[str] = Counter()  # keys beside those of texts, in such objects
        self._homes = Homes(_first_keys(self.texts))
        self._of_posts = frozenset([shape.post_title, shape.post_text] if shape.post else []) - {""}
        self._plain: Counter[str] = Counter()  # keys of comments whose values have no blank
        self._worded: Counter[str] = Counter()  # and those whose values are more than that
        self._sentences: Counter[str] = Counter()  # keys that should hold values, and hold texts
        self._titles = Titles(shape)
        self._looked_for: dict[tuple[str, ...], tuple[list[str], bool]] = {}
        self._sampled = 0
        self._usual: frozenset[str] | None = None
        self.sample(roots)

    def sample(self, roots: Iterable[Any]) -> None:
        """These are values of the file that show its habits, unless others have shown them."""
        if self._usual is None:
            self._homes.forget_keys()  # these may be what has been looked at before, now whole
            for counts in (self._nested, self._inner, self._beside, self._plain, self._worded):
                counts.clear()
            self._sentences.clear()
            self._titles.forget()
            self._sampled = 0
            seen: set[str] = set()
            for root in roots:
                self._remember(root, seen)
            self._usual = self._homes.usual_keys()
            beside = (key for key, count in self._beside.items() if count >= HABIT)
            self._usual_beside = frozenset(beside)
            often = (path for path, count in self._nested.items() if count >= HABIT)
            self._deep = frozenset([*self.texts, *often])
            least = max(HABIT, self._sampled // 2)
            self._single = [
                key
                for key, count in self._plain.items()
                if count >= least and self._worded[key] <= 1
            ]
            self._unbroken = [key for key in self._single if key in self._bare]
            self._looks = Looks(self._questions, self._is_odd_within, self._around)

    def _remember(self, root: Any, seen: set[str]) -> None:
        """Learn from a value. seen: ids of comments; what is left of damage may be given twice."""
        elements: list[Element] = []
        for match in walk(root, self._shape, elements):
            name = at(match.record, self._shape.id)
            if match.is_post or (name is not None and str(name) in seen):
                continue
            seen.add(str(name))
            self._homes.remember(match.record)
            self._nested.update(self._nested_texts(match.record, frozenset()))
            self._inner.update(set(self._inner_prose(match.record)))
            self._beside.update(key for inner in self._with_texts(match.record) for key in inner)
            self._titles.remember(match.record)
            self._sampled += 1
            self._sentences.update(sentences(match.record))
            for key, value in match.record.items():
                if isinstance(value, str) and value:
                    (self._worded if " " in value else self._plain)[key] += 1
        self._homes.learn(elements)

    @property
    def homes(self) -> tuple[frozenset[Way], frozenset[Way]]:
        """Where comments have been met; see `Homes`."""
        return self._homes.places

    @homes.setter
    def homes(self, places: tuple[frozenset[Way], frozenset[Way]]) -> None:
        self._homes.places = places

    def learn(self, elements: list[Element]) -> None:
        """These are elements of lists, some of which hold a comment."""
        self._homes.learn(elements)

    def allow(self, record: Record) -> None:
        """The keys of this comment have been spoken of: what another has too is no damage."""
        if self._usual is not None:
            self._usual |= record.keys()

    def strays(self, elements: list[Element]) -> Iterator[tuple[Record, str]]:
        """Objects that hold words of a comment and are none, and why."""
        told: set[int] = set()
        for element in self._homes.strays(elements, self._shut):
            told.add(id(element))
            yield element.node, "no comment as others here are"
        for element in elements:
            if element.own or id(element) in told:
                continue
            bare, worded = self._worth_a_look(element.node)
            if bare and element.comment and (path := prose_in(element.node, bare)):
                yield element.node, f"{path} is prose"
            elif worded and element.way != TOP and (key := prose_key(element.node)):
                yield element.node, f"the key {key[:SNIPPET]!r} is prose"
            elif element.comment or element.post:
                continue
            elif self._is_like_its_replies(element.node):
                yield element.node, "a text over its replies, and no comment as others here are"
            elif self._of_values(element.node):
                yield element.node, f"{self._of_values(element.node)} is prose"

    def _worth_a_look(self, node: Record) -> tuple[list[str], bool]:
        """The paths of ids, dates and states in an object, and whether a key of it is prose."""
        keys = tuple(node)
        if keys not in self._looked_for:
            if len(self._looked_for) > _SHAPES:
                self._looked_for.clear()
            inside = [path for path in self._bare if path in node or path.split(".")[0] in node]
            self._looked_for[keys] = inside, any(map(is_prose, keys))
        return self._looked_for[keys]

    def _is_like_its_replies(self, node: Record) -> bool:
        """Whether an object with a list has a text and other keys that comments have."""
        if self._shape.name == "json-tree" or self._homes.shared(node) < HABIT + 1:
            return False
        if not any(isinstance(value, list) and value for value in node.values()):
            return False
        texts = (node.get(path) for path in self.texts)
        return any(isinstance(text, str) and is_prose(text) for text in texts)

    def _of_values(self, node: Record) -> str:
        """A key whose name is that of a value, with a text under it; empty where there is none."""
        return next((key for key in sentences(node) if self._sentences[key] < HABIT), "")

    def are_bent(self, elements: list[Element]) -> bool:
        """Whether a text stands where one of these objects would have an id or a date."""
        return any(prose_in(element.node, self._bare) for element in elements if not element.own)

    def unheld(
        self, root: Any, texts: Iterable[str], covered: Iterable[Record]
    ) -> Iterator[Record]:
        """The objects of a damaged value with prose under a text's key that did not come out.

        texts: those that did. covered: objects that something else speaks of.
        """
        known = PageWords(texts)
        passed = set(map(id, covered))
        names = {path.rpartition(".")[2] for path in self.texts}
        for node in objects(root):
            if id(node) not in passed and any(
                isinstance(text, str) and is_prose(text) and not known.has(plain(text))
                for text in map(node.get, names)
            ):
                yield node

    def odd(self, matches: Iterable[Match]) -> set[int]:
        """The objects, by their `id`, of comments in which something is worth a closer look."""
        groups: defaultdict[tuple[str, ...], list[Record]] = defaultdict(list)
        for match in matches:
            if not match.is_post:
                groups[tuple(match.record)].append(match.record)
        return {id(record) for records in groups.values() for record in self._odd_of(records)}

    def _odd_of(self, records: list[Record]) -> Iterator[Record]:
        """Those of some comments with the same keys."""
        odd = self._looks.odd(records)
        if odd is None:
            yield from records
            return
        columns = [
            column
            for column in (values(records, path, keys) for path, keys in self._text_paths)
            if column.count(None) < len(column)
        ]
        same, bent = len(columns) == 1, self._titles.are_bent(records)
        for row, record in enumerate(records):
            text = columns[0][row] if columns else None
            fine = (
                text.__class__ is str
                and text
                and (same or all(other[row] is None or other[row] == text for other in columns))
            )
            if not fine or row in odd or (bent and self._titles.is_bent(record)):
                yield record

    def of(self, match: Match) -> str:
        """Why an object may not hold all that its comment or post said; empty where it does."""
        record = match.record
        if not match.is_post and self._looks.are_usual(record):
            bent = self._titles.is_bent(record)
            return "a text within the title of others" if bent else self._of_texts(record)
        if path := prose_in(record, self._bare_of_posts if match.is_post else self._bare):
            return f"{path} is prose"
        if match.is_post:
            return self._of_post(record)
        return self._of_keys(record) or self._of_texts(record)

    def _questions(self, record: Record) -> Questions | None:
        """What decides about the values of a comment with these keys; see `_of_keys`."""
        if self._of_unknown_keys(dict.fromkeys(record, "")):
            return None
        odd = [key for key in record if self._of_unknown_keys({key: "a b c"})]
        blanks = dict.fromkeys(self._single, PROSE + 1)
        for paths, least in (
            (odd, 2),
            (self._bare, PROSE),
            (self._names, LONG_NAME),
            (
                [
                    key
                    for key in record
                    if misspelt({key: "a b c"}, self._all_known, self._text_keys)
                ],
                2,
            ),
        ):
            for path in paths:
                blanks[path] = min(least, blanks.get(path, least))
        deep = [(path, least) for path, least in blanks.items() if path.partition(".")[0] in record]
        return Questions(
            [(path, least) for path, least in deep if path in record],
            [(path, least) for path, least in deep if path not in record],
            [key for key in record if is_value(key) and self._sentences[key] < HABIT],
            odd,
        )

    def _is_odd_within(self, outer: str, node: Record) -> bool:
        """Whether the keys of an object within a comment may be odd; see `_of_inner_keys`.

        outer: its key, empty where the object is deeper.
        """
        if any(is_text(key) and self._inner[key] < HABIT for key in node):
            return True
        beside = self._usual_beside if outer in self._around else None
        if beside and node.keys() - beside - self._text_parts:
            return True
        texts = self._text_parts.intersection(node) if outer and self._usual else ()
        return any(f"{outer}.{key}" not in self._deep for key in texts)

    def _of_post(self, record: Record) -> str:
        """Why a post may have a comment in it: it answers something, or has a comment's text."""
        if self._answers and not no_parent(at(record, self._answers)):
            return f"a post that has {self._answers}"
        values = ((path, at(record, path)) for path in self._texts_of_comments)
        path = next((path for path, text in values if isinstance(text, str) and is_prose(text)), "")
        return path and f"a post that has {path}"

    def _of_keys(self, record: Record) -> str:
        if path := next((path for path in self._names if is_long(at(record, path))), ""):
            return f"{path} is prose"
        if self._titles.is_bent(record):
            return "a text within the title of others"
        if key := misspelt(record, self._all_known, self._text_keys):
            return f"{key} is prose"
        if reason := self._of_unknown_keys(record):
            return reason
        if key := next((key for key in self._single if is_text(record.get(key))), ""):
            return f"{key} is prose"
        if key := self._of_values(record):
            return f"{key} is prose"
        return self._of_inner_keys(record)

    def _of_unknown_keys(self, record: Record) -> str:
        """Why a key of the comment itself is none that others have."""
        if "" in record and says_something(record[""]):
            return "no other comment has the key ''"
        if self._usual and (key := self._odd_key(record, self._usual)):
            return f"no other comment has the key {key[:SNIPPET]!r}"
        if self._usual is None and (key := self._prose_among(record.keys())):
            return f"the key {key[:SNIPPET]!r} is prose"
        key = self._post_key(record)
        return key and f"{key} is what a post has"

    def _of_inner_keys(self, record: Record) -> str:
        """Why a key of an object within the comment is none that others have there."""
        prose = (key for key in self._inner_prose(record) if self._inner[key] < HABIT)
        if key := next(prose, ""):
            return f"the key {key[:SNIPPET]!r} is prose"
        for inner in self._with_texts(record) if self._usual_beside else ():
            if key := odd_key(inner, self._usual_beside, self._text_parts):
                return f"no other comment has the key {key[:SNIPPET]!r}"
        path = next(self._nested_texts(record, self._deep), "") if self._usual else ""
        return path and f"no other comment has the key {path!r}"

    def _post_key(self, record: Record) -> str:
        """A key of posts, with prose under it, in a file whose comments do not have it."""
        if self._of_posts.isdisjoint(record):
            return ""
        keys = self._of_posts & (record.keys() - (self._usual or set()))
        return next((key for key in keys if is_prose(str(record[key]))), "")

    def _prose_among(self, keys: Iterable[str]) -> str:
        """A key that is prose, in a format that is known by its keys; empty where there is none."""
        if self._shape.name == "json-tree":
            return ""
        return next((key for key in keys if is_prose(key) and key not in self._known), "")

    def _nested_texts(self, record: Record, but: frozenset[str]) -> Iterator[str]:
        """The paths under which a key of a text stands deeper in an object, with words.

        but: paths that are passed over.
        """
        for outer, value in record.items():
            if isinstance(value, dict):
                for key in self._text_parts.intersection(value):
                    path = f"{outer}.{key}"
                    if path not in but and any(map(is_prose, strings_in(value[key]))):
                        yield path

    def _with_texts(self, record: Record) -> list[Record]:
        """The objects right within a comment that hold its text."""
        found = (record.get(key) for key in self._around)
        return [value for value in found if isinstance(value, dict)]

    def _inner_prose(self, record: Record) -> Iterator[str]:
        """The keys that are prose in objects within an object; in lists, in those of a text."""
        stack = [(key, value) for key, value in record.items() if isinstance(value, NESTED)]
        while stack:
            outer, value = stack.pop()
            if isinstance(value, dict):
                yield from filter(is_text, value)
                stack += [(outer, one) for one in value.values() if isinstance(one, NESTED)]
            elif outer in self._around:
                stack += [(outer, one) for one in value if isinstance(one, dict)]

    def _odd_key(self, record: Record, usual: frozenset[str]) -> str:
        """A key that damage has made; one that holds comments, which come out, is none."""
        known = self._all_known
        while (key := odd_key(record, usual, known)) and self._holds_comments(record[key]):
            known |= {key}
        return key

    def _holds_comments(self, value: Any) -> bool:
        return next(walk(value, self._shape), None) is not None

    def _of_texts(self, record: Record) -> str:
        texts = [value for value in (at(record, path) for path in self.texts) if value is not None]
        if texts and isinstance(texts[0], str) and texts[0] and texts.count(texts[0]) == len(texts):
            return ""
        if not any(texts) and any(
            isinstance(record.get(key), str) and " " in record[key] for key in self._unbroken
        ):
            return "without a text"
        if not texts:
            return "without a text" * self._says_something(record)
        words = [text for text in texts if isinstance(text, str) and text]
        return "its texts are not the same" if len(words) > 1 and disagree(words) else ""

    def _says_something(self, record: Record) -> bool:
        """Whether a comment without any of the keys that texts have holds words all the same."""
        status = self._shape.status
        meaning = status(record) if callable(status) else status_in(record, status)
        if meaning not in ("deleted", "removed") and in_place_of_a_date(record, self._shape.time):
            return True
        return meaning not in ("deleted", "removed") and any(
            is_prose(text)
            for key, value in record.items()
            if key in self._around or (key not in self._known and isinstance(value, str))
            for text in strings_in(value)
        )


def unread(root: Any, read: set[int], covered: Iterable[Record] = ()) -> Iterator[Record]:
    """The objects of a damaged value that hold words, and are within no comment or post.

    read: these by their `id`. covered: objects that something else speaks of.
    """
    passed = read | set(map(id, covered))
    stack: list[tuple[Any, bool]] = [(root, False)]
    while stack:
        node, inside = stack.pop()
        if isinstance(node, list):
            stack += [(value, inside and not isinstance(value, dict)) for value in node]
        elif isinstance(node, dict):
            inside = inside or id(node) in passed
            stack += [(value, inside) for value in node.values() if isinstance(value, NESTED)]
            if not inside and any(
                is_prose(text) for text in node.values() if isinstance(text, str)
            ):
                yield node


def _unmarked(paths: str) -> list[str]:
    """The paths of texts, without the mark of those that are HTML."""
    return [path.removeprefix("<") for path in paths.split("|")]


def _first_keys(paths: list[str]) -> frozenset[str]:
    """The keys of a record with which these paths begin."""
    return frozenset(path.split(".")[0] for path in paths)


def _keys_in(paths: list[str]) -> set[str]:
    """The keys of some paths; places in lists are none."""
    keys = {key for path in paths for key in path.split(".")}
    return {key for key in keys if not key.lstrip("-").isdigit()}


def _bare_paths(shape: JsonFormat, paths: list[str]) -> list[str]:
    """The paths under which no prose stands."""
    worded = [shape.title, shape.thread, shape.author, shape.thread_url, shape.text]
    prose = {path for words in worded if isinstance(words, str) for path in words.split("|")}
    prose |= set(_unmarked(shape.text))
    return [path for path in paths if path not in prose]
