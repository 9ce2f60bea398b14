"""Comments and flags by language."""

import pyarrow as pa

from moderation.flags.by_language import by_language, strange_note, sum_of, worth_saying

SCORED = pa.table(
    {
        "language": ["en", "de", None, "de", "en", "de"],
        "flags": ["spam;abuse", "", "abuse", "spam", "", ""],
        "cannot_tell": pa.array([None, "language", None, "language", None, "language"]),
    }
)
COUNTS = {
    "de": {"comments": 3, "cannot_tell": 3, "flags": {"spam": 1}},
    "en": {"comments": 2, "cannot_tell": 0, "flags": {"abuse": 1, "spam": 1}},
    "": {"comments": 1, "cannot_tell": 0, "flags": {"abuse": 1}},
}


def test_comments_and_flags_are_counted_by_language():
    counts = by_language(SCORED)
    assert counts == COUNTS
    assert list(counts) == ["de", "en", ""]


def test_parts_add_up_in_any_order():
    parts = [by_language(SCORED.slice(0, 2)), by_language(SCORED.slice(2)), {}]
    assert list(sum_of(parts).items()) == list(COUNTS.items())
    assert list(sum_of(reversed(parts)).items()) == list(COUNTS.items())


def test_a_table_without_languages_has_no_counts():
    assert by_language(SCORED.drop_columns("language")) == {}
    assert by_language(SCORED.slice(0, 0)) == {}


def test_english_and_the_unknown_need_no_table():
    assert worth_saying(COUNTS)
    assert not worth_saying({"en": COUNTS["en"], "": COUNTS[""]})
    assert not worth_saying({})


def test_a_dump_of_which_most_is_in_a_language_not_learnt_is_told_with_what_to_do():
    mostly = {"sv": COUNTS["de"], "en": COUNTS["en"]}
    assert strange_note(mostly).startswith("3 of 5 comments lack a score for some label")
    assert "(sv)" in strange_note(mostly)
    assert "moderation train --from" in strange_note(mostly)
    assert strange_note(COUNTS) == ""
    assert strange_note({}) == ""
