"""Texts of every script in the browser: direction, language, marks, and where a text is cut."""

import json

import pytest
from browser_pages import opened, report
from scored_tables import scored

DIRECTION = "node => getComputedStyle(node).direction"
MARKED = """() => [...document.querySelectorAll('.flagged mark')].map(one => {
  const box = one.getBoundingClientRect();
  return [one.textContent, Math.round(box.left)];
})"""

# language, text, the words that carry the score, direction
TEXTS = [
    ("ar", "@sam أنت كلب قذر وحقير", ["كلب", "وحقير"], "rtl"),
    ("he", "buy now אתה אידיוט גמור", ["buy", "אידיוט"], "rtl"),
    ("fa", "مقاله خوبی نمی‌توانم باشم", ["خوبی", "باشم"], "rtl"),
    ("ur", "تم گدھے ہو اور کتے ہو", ["گدھے", "کتے"], "rtl"),
    ("zh", "你这个傻逼,滚出去", ["傻逼", "滚出去"], "ltr"),
    ("ja", "お前は馬鹿だ、死ね", ["馬鹿", "死ね"], "ltr"),
    ("ko", "이 병신 새끼야 꺼져라", ["병신", "꺼져라"], "ltr"),
    ("th", "ไอ้ควาย สมัครเล่นน้ำ", ["ควาย", "น้ำ"], "ltr"),
    ("hi", "तू कुत्ता है, हरामी", ["कुत्ता", "हरामी"], "ltr"),
    ("en", "you 👩🏽‍🚀 big cre\u0301tin of 🇩🇪🇫🇷 x", ["👩🏽‍🚀", "cre\u0301tin", "🇩🇪🇫🇷"], "ltr"),
]


def one_flagged(text, words, **columns):
    spans = [[text.index(word), text.index(word) + len(word), 2.0] for word in words]
    why = json.dumps({"spam": {"score": 0.9, "threshold": 0.5, "spans": spans}})
    return scored((1, text, 0.9, None, "spam"), why=[why], **columns)


@pytest.mark.parametrize(("language", "text", "words", "direction"), TEXTS)
def test_what_is_marked_is_what_carries_the_score(
    context, tmp_path, language, text, words, direction
):
    page = opened(context, report(tmp_path, one_flagged(text, words, language=[language])))
    shown = page.locator(".flagged .text")
    assert shown.inner_text() == text
    assert (shown.get_attribute("lang"), shown.evaluate(DIRECTION)) == (language, direction)
    assert page.locator("#list .snippet").evaluate(DIRECTION) == direction
    assert [marked for marked, _ in page.evaluate(MARKED)] == words


def test_words_from_right_to_left_stand_from_right_to_left(context, tmp_path):
    frame = one_flagged("أنت كلب قذر وحقير", ["أنت", "وحقير"], language=["ar"])
    page = opened(context, report(tmp_path, frame))
    (_, first), (_, last) = page.evaluate(MARKED)
    assert first > last
    box = page.locator(".flagged").bounding_box()
    assert first > box["x"] + box["width"] / 2  # at the right edge


@pytest.mark.parametrize(
    ("text", "direction"),
    [("مرحبا buy", "rtl"), ("buy مرحبا", "ltr"), ("... 12 مرحبا", "rtl")],
)
def test_a_text_of_unknown_language_goes_by_its_first_letter(context, tmp_path, text, direction):
    page = opened(context, report(tmp_path, one_flagged(text, ["buy"][:0], language=[None])))
    assert page.locator(".flagged .text").get_attribute("lang") is None
    assert page.locator(".flagged .text").evaluate(DIRECTION) == direction
    assert page.locator("#list .snippet").evaluate(DIRECTION) == direction


def test_paragraphs_of_two_directions_each_begin_at_their_side(context, tmp_path):
    frame = one_flagged("good morning\nمرحبا بكم", ["good", "بكم"], language=[None])
    page = opened(context, report(tmp_path, frame))
    (_, latin), (_, arabic) = page.evaluate(MARKED)
    box = page.locator(".flagged .text").bounding_box()
    assert latin < box["x"] + box["width"] / 2 < arabic


def test_quoted_words_from_right_to_left_keep_their_order(context, tmp_path):
    frame = one_flagged("אתה אידיוט מטומטם", ["אתה", "אידיוט", "מטומטם"], language=["he"])
    page = opened(context, report(tmp_path, frame))
    assert page.inner_text(".because").replace("\u2068", "").replace("\u2069", "").strip() == (
        "spam: words of adverts: “אתה”, “אידיוט”, “מטומטם”"
    )
    lefts = page.evaluate("""() => {
      const node = document.querySelector('.because').lastChild;
      return ['אתה', 'אידיוט', 'מטומטם'].map(word => {
        const range = document.createRange();
        range.setStart(node, node.data.indexOf(word));
        range.setEnd(node, node.data.indexOf(word) + word.length);
        return range.getBoundingClientRect().left;
      });
    }""")
    assert lefts == sorted(lefts)  # a sentence of this page runs from left to right


def test_a_snippet_is_cut_between_characters(context, tmp_path):
    text = "🇩🇪" * 30 + "👩🏽‍🚀" * 100 + "क्षि" * 300
    page = opened(context, report(tmp_path, one_flagged(text, ["🇩🇪"], language=["en"])))
    shown = page.inner_text("#list .snippet")
    assert text.startswith(shown)
    assert shown == "🇩🇪" * 30 + "👩🏽‍🚀" * 100 + "क्षि" * 30


def test_names_do_not_reorder_what_stands_beside_them(context, tmp_path):
    frame = one_flagged("hello", ["hello"], author=["דוד 5"], title=["مقال"], language=["en"])
    page = opened(context, report(tmp_path, frame))
    assert page.locator(".flagged .meta bdi").first.inner_text() == "דוד 5"
    assert page.locator("#comment-title bdi").evaluate("n => getComputedStyle(n).unicodeBidi") in (
        "isolate",
        "plaintext",
    )
