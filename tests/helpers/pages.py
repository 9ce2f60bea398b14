"""Random comment trees, as HTML pages and as the plain text that Resiliparse prints of them.

`printed` is the slow, plain twin of that printer: the layout rules and nothing else, so that
the reader can be tested where Resiliparse is not installed.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from hypothesis import strategies as st

WORDS = ["the", "quiet", "harbour", "wakes", "before", "boats", "while", "gulls", "argue", "bread"]
NAMES = ["Anna", "Bernd K.", "José", "x_man", "Dörte", "Old Salt"]
MONTHS = ["January", "February", "March", "April", "May", "June"]


@dataclass
class Written:
    """A comment: its paragraphs (lines of each), the head over it and its replies."""

    name: str
    day: int
    month: str
    paragraphs: list[list[str]]
    replies: list[Written] = field(default_factory=list)

    def head(self, style: str) -> list[str]:
        when = f"{self.month} {self.day}, 2019 at 4:{self.day:02d} pm"
        return {
            "says": [f"{self.name} says:", when],
            "line": [f"{self.name} {when}"],
            "german": [self.name, f"{self.day}. November 2019 um 16:{self.day:02d} Uhr"],
            "none": [],
        }[style]

    def text(self) -> str:
        return "\n\n".join("\n".join(lines) for lines in self.paragraphs)


def flat(comments: list[Written], depth: int = 1) -> list[tuple[int, str]]:
    """Depth and text of every comment in the order of the page."""
    found = []
    for one in comments:
        found += [(depth, one.text()), *flat(one.replies, depth + 1)]
    return found


_line = st.lists(st.sampled_from(WORDS), min_size=2, max_size=9).map(
    lambda words: " ".join(words).capitalize() + "."
)
_paragraph = st.lists(_line, min_size=1, max_size=2)


def _comment(replies):
    return st.builds(
        Written,
        st.sampled_from(NAMES),
        st.integers(1, 28),
        st.sampled_from(MONTHS),
        st.lists(_paragraph, min_size=1, max_size=3),
        replies,
    )


_leaf = _comment(st.just([]))
_branch = st.recursive(_leaf, lambda inner: _comment(st.lists(inner, max_size=3)), max_leaves=12)
forests = st.lists(_branch, min_size=2, max_size=8)
styles = st.sampled_from(["says", "line", "german", "none"])


def printed(comments: list[Written], style: str, base: int = 2, mark: str = "") -> str:
    """The comments as the page printer lays them out: two columns per list, markers hanging."""
    lines: list[str] = []
    for number, one in enumerate(comments, 1):
        blocks = [one.head(style), *one.paragraphs] if one.head(style) else one.paragraphs
        marker = f"{mark or str(number) + '.'} "
        for at, block in enumerate(blocks):
            lines += [""] * (at > 0)
            for row, text in enumerate(block):
                first = at == 0 and row == 0
                lines.append(" " * base + marker + text if first else " " * (base + 2) + text)
        lines.append("")
        if one.replies:
            lines += [printed(one.replies, style, base + 2, mark), ""]
    return "\n".join(lines).rstrip("\n")


def page(comments: list[Written], style: str) -> str:
    """A plain-text page around the comments: menu, article, share links, form, archive."""
    count = len(flat(comments))
    return (
        "Harbour News\n  • Home\n  • About\n\nThe boats are late again\n\n"
        "Nobody on the quay could say on Monday why all four boats came in after the tide.\n\n"
        f"  • Facebook\n  • E-mail\n\n{count} Comments\n\n{printed(comments, style)}\n\n"
        "Leave a Reply\n\nYour email address will not be published.\n\nArchive\n\n"
        "  • May 2019\n  • June 2019\n"
    )


def html(comments: list[Written], style: str, tag: str = "ol") -> str:
    """The same page as HTML."""
    count = len(flat(comments))
    return (
        "<html><head><title>The boats are late again</title></head><body><div>Harbour News</div>"
        "<ul><li>Home</li><li>About</li></ul><article><h1>The boats are late again</h1>"
        "<p>Nobody on the quay could say on Monday why all four boats came in after the tide.</p>"
        "<ul><li>Facebook</li><li>E-mail</li></ul></article>"
        f"<h2>{count} Comments</h2>{_items(comments, style, tag, 1)}<h3>Leave a Reply</h3>"
        "<p>Your email address will not be published.</p><h4>Archive</h4>"
        "<ul><li>May 2019</li><li>June 2019</li></ul></body></html>"
    )


def _items(comments: list[Written], style: str, tag: str, depth: int) -> str:
    rows = []
    for one in comments:
        head = "".join(f"<div>{line}</div>" for line in one.head(style))
        body = "".join(f"<p>{'<br>'.join(lines)}</p>" for lines in one.paragraphs)
        inner = _items(one.replies, style, tag, depth + 1) if one.replies else ""
        rows.append(
            f'<li class="comment depth-{depth}">{head}'
            f'<div class="comment-content">{body}</div>{inner}</li>'
        )
    return f'<{tag} class="{"comment-list" if depth == 1 else "children"}">{"".join(rows)}</{tag}>'
