"""Rebuild the reply tree of one printed list: which markers are comments, and whose replies.

A numbered line may be a reply or a paragraph that begins with a number. What decides, in order:
the head that this page prints over its comments (author, date), prose of the parent that follows
in the same column (then it was a paragraph: nothing of the parent follows its replies), the run
of the numbers, and blank lines. Numbers that are missing tell of comments that were not printed.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING

from moderation.readers.plaintext.lists import STEP, Line, Listing
from moderation.readers.plaintext.profile import FEET, is_reply

if TYPE_CHECKING:
    from moderation.readers.plaintext.profile import Profile

_SMALL_GAP = 3  # numbers that may be missing before a reply without a head is not believed


@dataclass
class Node:
    """A comment of the printed tree. `lost` = only its replies were printed."""

    column: int
    kind: str
    number: int
    parent: Node | None
    lines: list[Line] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    lost: bool = False
    last_number: int = 0  # of its replies so far
    has_replies: bool = False
    guessed: bool = False  # the last reply's number is a guess: it was not printed
    has_points: bool = False  # a paragraph of its own that begins with a number or bullet

    @property
    def content(self) -> int:
        """The column of its later paragraphs, and of its replies' markers."""
        return self.column + STEP


def tree(listing: Listing, profile: Profile) -> list[Node]:
    """The comments of a list in the order of the page, each with its parent."""
    return _Builder(listing, profile).run()


class _Builder:
    """The open comments while the lines go by (the stack is the path to the last comment)."""

    def __init__(self, listing: Listing, profile: Profile) -> None:
        self.lines = listing.lines
        self.profile = profile
        self.root = Node(listing.base - STEP, "", 0, None)
        self.open: list[Node] = [self.root]
        self.nodes: list[Node] = []
        self.verdicts: dict[int, str] = {}  # line -> "", "true" or "unsure"

    def run(self) -> list[Node]:
        for at, line in enumerate(self.lines):
            if self._is_preformatted(at, line):
                self.open[-1].lines.append(line._replace(indent=self.open[-1].content))
                continue
            while self.open[-1].content > line.indent and len(self.open) > 1:
                self.open.pop()
            if line.kind and self._is_comment(at, line):
                self._add(at, line)
            else:
                self._keep(self.open[-1], line)
        return self.nodes

    def _keep(self, node: Node, line: Line) -> None:
        """Add a line to a comment; a marker too deep for its own points may be a lost one's."""
        last = node.lines[-1] if node.lines else None
        nested = last is not None and last.kind and last.indent + STEP >= line.indent
        if line.kind and line.indent > node.content and not nested and node is not self.root:
            node.warnings = sorted({*node.warnings, "ambiguous_marker"})
        node.lines.append(line)
        node.has_points |= bool(line.kind)

    def _is_preformatted(self, at: int, line: Line) -> bool:
        """Preformatted text stands further left than its comment, without a blank line before."""
        if at == 0 or line.loose or line.indent >= self.open[-1].content:
            return False
        if not line.kind:
            return not self.profile.is_chrome(line.text)
        parent = next((node for node in self.open if node.content == line.indent), None)
        if parent is self.root or parent is None or 1 < line.number == parent.last_number + 1:
            return False
        return not self.profile.has_head(self._own(at)) if self.profile.headed else False

    # --- is it a comment? ---

    def _is_comment(self, at: int, line: Line) -> bool:
        parent = self.open[-1]
        if parent is self.root and line.indent == self.root.content:
            return True
        if at not in self.verdicts:
            self._judge(at, parent)
        return bool(self.verdicts[at])

    def _judge(self, at: int, parent: Node) -> None:
        """Give a verdict on every marker in the column of line `at` under `parent`."""
        column, members, last_prose = self.lines[at].indent, [], -1
        end = at
        waits = self.profile.button_first and not any(map(is_reply, parent.lines))
        while end < len(self.lines) and self.lines[end].indent >= column:
            line = self.lines[end]
            if line.indent == column:
                if line.kind:
                    members.append(end)
                elif (waits and is_reply(line)) or not self.profile.is_chrome(line.text):
                    last_prose = end
                    waits = False
            end += 1
        judge = self._judge_headed if self.profile.headed else self._judge_bare
        judge(members, last_prose, parent, end)

    def _judge_headed(self, members: list[int], last_prose: int, parent: Node, end: int) -> None:
        """On a page whose comments have heads: a head, or a number between two that have one."""
        del end
        sure = [at for at in members if self.profile.has_head(self._own(at))]
        known = set(sure)
        number, begun = 0, parent.has_replies
        for place, at in enumerate(members):
            line = self.lines[at]
            after = next((later for later in sure if later > at), None)
            if at in known:
                verdict = "true"
            elif begun and line.loose | (line.kind == "ol" and line.number == number + 1):
                verdict = "true" if line.number == number + 1 else "unsure"
                verdict = "" if at < last_prose and after is None else verdict
            else:
                verdict = self._leads_to(members[place:], after, last_prose)
            self.verdicts[at] = verdict
            if verdict:
                number, begun = line.number, True

    def _leads_to(self, members: list[int], after: int | None, last_prose: int) -> str:
        """A first reply without head counts when the numbers run on to one that has a head."""
        if after is None or self.lines[after].kind != "ol":
            return ""
        run = members[: members.index(after) + 1]
        if any(self.lines[at].kind != "ol" for at in run):
            return ""
        numbers = [self.lines[at].number for at in run]
        whole = all(b == a + 1 for a, b in pairwise(numbers))
        prose = any(
            not self.lines[at].kind and self.lines[at].indent == self.lines[after].indent
            for at in range(run[0], after)
            if at <= last_prose
        )
        return "unsure" if whole and not prose else ""

    def _judge_bare(self, members: list[int], last_prose: int, parent: Node, end: int) -> None:
        """On a page that prints the text alone: structure, numbers and blank lines."""
        for at in members:
            if at < last_prose:
                self.verdicts[at] = ""
        runs = self._runs([at for at in members if at > last_prose])
        replied = parent.has_replies
        for place, run in enumerate(runs):
            verdict = "true" if replied else self._bare_verdict(run, parent)
            later = runs[place + 1 :]
            if verdict and not replied and later:
                verdict = self._before_others(run, later, parent, end)
            for at in run:
                self.verdicts[at] = verdict
            replied |= bool(verdict)

    def _before_others(self, run: list[int], later: list[list[int]], parent: Node, end: int) -> str:
        """A first run with others behind it may be the commenter's own points, then the replies."""
        others = [other_run for other_run in later if self._bare_verdict(other_run, parent)]
        if any(self.lines[other_run[0]].kind != self.lines[run[0]].kind for other_run in others):
            return ""  # one comment's replies are all numbered or all bulleted
        return "true" if not others or self._gap_above(parent, end) else "unsure"

    def _bare_verdict(self, rest: list[int], parent: Node) -> str:
        first = self.lines[rest[0]]
        if self._looks_own(rest, parent):
            return ""
        if first.kind == "ol" and first.number > 1:
            texts = [line.whole if at else line.text for at, line in enumerate(parent.lines)]
            inline = any(f"{first.number - 1}. " in text for text in texts[-3:])
            return "" if inline else "unsure"
        return "true"

    def _looks_own(self, rest: list[int], parent: Node) -> bool:
        """Whether a run of markers is rather points of the parent's own than replies to it."""
        first = self.lines[rest[0]]
        if self.profile.reply_kind not in ("", first.kind):
            return True
        lost_above = (first.indent - parent.content) // STEP
        if lost_above and (parent.has_points or not first.loose):
            return True
        if first.kind == "ol" and first.number > 1 + _SMALL_GAP:
            return True
        tight = not any(self.lines[at].loose for at in rest[1:])
        if self.profile.loose and tight and (len(rest) > 1 or not first.loose):
            return True
        before = parent.lines[-1].text if parent.lines else ""
        return before.endswith(":") and len(rest) > 1

    def _runs(self, members: list[int]) -> list[list[int]]:
        runs: list[list[int]] = []
        for at in members:
            line = self.lines[at]
            last = self.lines[runs[-1][-1]] if runs else None
            if last and line.kind == last.kind and (not line.number or line.number > last.number):
                runs[-1].append(at)
            else:
                runs.append([at])
        return runs

    def _own(self, at: int) -> list[str]:
        """The lines of the comment that a marker at `at` would begin, up to the next marker.

        Where author and date stand below the text, up to them.
        """
        own, column = [self.lines[at].text], self.lines[at].indent
        foot = self.profile.style in FEET
        for line in self.lines[at + 1 :]:
            if line.indent <= column or (line.kind and not foot):
                break
            if not foot or (line.indent == column + STEP and not line.kind):
                own.append(line.text)
            if foot and len(own) > 1 and self.profile.ends(own):
                break
        return own

    # --- where does it belong? ---

    def _add(self, at: int, line: Line) -> None:
        parent = self.open[-1]
        warnings = ["ambiguous_marker"] if self.verdicts.get(at) == "unsure" else []
        while parent.content < line.indent:
            parent.guessed = True
            parent = self._lose(parent, parent.last_number + 1)
            warnings.append("depth_jump")
        if line.kind == "ol" and parent.has_replies and line.number <= parent.last_number:
            parent, lost = self._after_restart(at, parent)
            warnings.append("depth_jump" if lost else "ambiguous_marker")
        if line.kind == "ol" and line.number > parent.last_number + 1 and not parent.guessed:
            warnings.append("number_gap")
        parent.guessed = False
        node = Node(line.indent, line.kind, line.number, parent, [line], sorted(set(warnings)))
        parent.has_replies, parent.last_number = True, line.number
        self._push(node)

    def _push(self, node: Node) -> None:
        while self.open[-1] is not node.parent:
            self.open.pop()
        self.open.append(node)
        self.nodes.append(node)

    def _lose(self, parent: Node, number: int) -> Node:
        """Put a comment that was not printed under `parent`."""
        node = Node(parent.content, "ol", number, parent, lost=True, warnings=["lost_text"])
        parent.has_replies, parent.last_number = True, number
        self._push(node)
        return node

    def _after_restart(self, at: int, parent: Node) -> tuple[Node, bool]:
        """Numbers begin again at line `at`: its parent was not printed, or has two lists."""
        grandparent = parent.parent
        if grandparent is not None and self._gap_above(parent, at):
            while self.open[-1] is not grandparent:
                self.open.pop()
            return self._lose(grandparent, parent.number + 1), True
        parent.last_number = 0
        return parent, False

    def _gap_above(self, parent: Node, at: int) -> bool:
        """True when the next number in the column of `parent` shows that one after it is lost."""
        if parent.kind != "ol":
            return False
        for line in self.lines[at:]:
            if line.indent < parent.column:
                return False
            if line.indent == parent.column and line.kind == "ol":
                return line.number > parent.number + 1
        return False
