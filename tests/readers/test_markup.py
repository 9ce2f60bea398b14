"""HTML fragments to plain text: no word that a reader of the page could see is lost."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moderation.readers.markup import _pieces, plain, tidy

STRAYS = [
    "<", ">", "< ", "<3 ", "<-", "</", "<b ", "</b", "<a href", "<p", '"', "'", "<!--", "<!", "<?",
    "<script>", "<style>", "<title>", "<grin>", "<not so>", "&", "&amp;", "\n", " ", "<b>", "</b>",
    "<br>", "<p>", "</p>", "<i/>", "<li>", '<a href="http://x.example">', "</a>", "<td>", "<pre>",
]  # fmt: skip


@given(st.lists(st.sampled_from(STRAYS), max_size=30), st.booleans())
def test_no_word_is_lost(strays, newlines):
    words = [f"word{number}z" for number in range(len(strays) + 1)]
    pairs = zip(words, [*strays, ""], strict=True)
    text = plain("".join(f"{word} {stray}" for word, stray in pairs), newlines)
    places = [text.find(word) for word in words]
    assert -1 not in places
    assert places == sorted(places)


@given(st.lists(st.sampled_from([*STRAYS, "a", "&", "amp;", "&lt;"]), max_size=12), st.booleans())
def test_usual_markup_is_read_as_any_other(pieces, newlines):
    html = "".join(pieces)
    # _pieces is the slow way that plain takes for unusual markup only
    assert plain(html, newlines).split() == tidy("".join(_pieces(html, newlines))).split()


@given(st.text(alphabet="<>/ab \n&;!-='\"", max_size=60).filter(lambda text: "<" not in text))
def test_text_without_markup_stays(text):
    assert plain(text, newlines=True).split() == plain(text.replace("&", "&amp;"), True).split()


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("a < b and c > d", "a < b and c > d"),
        ("I <3 you, a <b and c> d", "I <3 you, a <b and c> d"),
        ("<john@x.example> wrote <https://x.example/?a=b>", None),
        ("so <grin> he said", None),
        ("ends in <b and more", None),
        ("ends in <", None),
        ('<a href=\'x>click</a> "now"', 'click "now"'),
        ('<a href="x and so on, for ever', None),
        ("one <!-- gone --> two <!-- never closed", "one  two  never closed"),
        ("<script>gone()</script>stays<script>never closed", "staysnever closed"),
        ('<p class="x" "y">stray quotes</p>', '<p class="x" "y">stray quotes'),
        ('<a title="a > b" href=x>link</a>', "link"),
        ("<o:p>Word's</o:p> <g-emoji alias=x>own</g-emoji>", "Word's own"),
        ("a<br / >b<BR>c", "a\nb\nc"),
        ("<img src=x alt=':)'>", ":)"),
        ("<?php echo 1 ?>x <!DOCTYPE html>y", "x y"),
        ("<![CDATA[in a section", "in a section"),
    ],
)
def test_what_is_markup_and_what_is_not(html, text):
    assert plain(html) == (html if text is None else text)


@pytest.mark.parametrize(
    "piece", ["<", '<a href="', "<a b='<a b=\"", "<!--", "<script>", "<a ", "<a x= ", "<a/", "</"]
)
def test_a_million_strays_are_no_hang(piece):
    assert len(plain(piece * (1_000_000 // len(piece)))) < 1_000_001
