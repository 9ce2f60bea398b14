"""The catalogues: complete, with the placeholders of the sources, compiled as gettext reads."""

import gettext
import io
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from places import ROOT

from moderation import catalogues
from moderation.translation import LOCALE, language, tr, trn

LANGUAGES = ["de", "es", "fr", "pt"]
PLACEHOLDER = re.compile(r"\{\w*\}")


def catalogue(name):
    return (LOCALE / name / "LC_MESSAGES" / "moderation.po").read_text(encoding="utf-8")


def messages(name):
    return [one for one in catalogues.read_po(catalogue(name)) if one.id]


def placeholders(text, one, form):
    """The form for one may say "this comment" where the others have a number."""
    own = {"{n}"} if one.many and form == 0 else set()
    return set(PLACEHOLDER.findall(text)) | own


def test_every_language_is_tested():
    assert sorted(path.name for path in LOCALE.iterdir()) == LANGUAGES


def test_the_catalogues_have_the_messages_of_the_sources():
    done = subprocess.run(
        [sys.executable, ROOT / "docs" / "write_catalogues.py", "--check"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, ""), "run python docs/write_catalogues.py"


@pytest.mark.parametrize("name", LANGUAGES)
def test_every_message_is_translated(name):
    assert [one.id for one in messages(name) if one.fuzzy or not all(one.texts)] == []


@pytest.mark.parametrize("name", LANGUAGES)
def test_a_translation_has_the_placeholders_of_its_message(name):
    wrong = [
        (one.id, text)
        for one in messages(name)
        for k, text in enumerate(one.texts)
        if placeholders(text, one, k) != placeholders(one.many or one.id, one, k)
    ]
    assert wrong == []


@pytest.mark.parametrize("name", LANGUAGES)
def test_a_translation_has_no_markup_and_no_line_that_the_message_has_not(name):
    kinds = ("<", ">", "&", "\n", "`", "\u202e", "\t")
    wrong = [
        (one.id, text)
        for one in messages(name)
        for text in one.texts
        for kind in kinds
        if text.count(kind) > (one.many or one.id).count(kind)
    ]
    assert wrong == []


@pytest.mark.parametrize("name", LANGUAGES)
def test_a_message_with_a_number_has_every_form(name):
    assert {len(one.texts) for one in messages(name) if one.many} == {2}
    assert {len(one.texts) for one in messages(name) if not one.many} == {1}


@pytest.mark.parametrize("name", LANGUAGES)
def test_a_message_ends_and_begins_as_its_source(name):
    wrong = [
        (one.id, text)
        for one in messages(name)
        for text in one.texts
        if (text[:1].isspace(), text[-1:].isspace())
        != (one.id[:1].isspace(), one.id[-1:].isspace())
        or (text.endswith(".") != one.id.endswith(".") and len(one.id) > 20)
    ]
    assert wrong == []


@pytest.mark.parametrize("name", LANGUAGES)
def test_gettext_reads_what_is_compiled(name, tmp_path):
    path = tmp_path / "moderation.mo"
    path.write_bytes(catalogues.write_mo(catalogues.read_po(catalogue(name))))
    read = gettext.GNUTranslations(io.BytesIO(path.read_bytes()))
    for one in messages(name):
        said = (
            [read.ngettext(one.id, one.many, n) for n in (1, 2)]
            if one.many
            else [read.gettext(one.id)]
        )
        assert tuple(said) == one.texts


def test_escapes_several_lines_and_obsolete_messages_are_read():
    text = (
        'msgid ""\nmsgstr "Plural-Forms: nplurals=2; plural=n != 1;\\n"\n\n'
        "#: moderation/report/page/card.js\n#, python-brace-format\n"
        'msgid ""\n"a \\"b\\" "\n"c\\\\"\nmsgstr "d\\ne"\n\n'
        '#~ msgid "gone"\n#~ msgstr "weg"\n\n'
        '#, fuzzy\nmsgid "maybe"\nmsgstr "vielleicht"\n'
    )
    first, doubtful = [one for one in catalogues.read_po(text) if one.id]
    assert (first.id, first.texts, doubtful.fuzzy) == ('a "b" c\\', ("d\ne",), True)
    assert catalogues.page_words(catalogues.read_po(text))["texts"] == {'a "b" c\\': "d\ne"}


RUSSIAN = "(n%10==1 && n%100!=11 ? 0 : n%10>=2 && n%10<=4 && (n%100<12 || n%100>14) ? 1 : 2)"


@pytest.mark.parametrize(
    ("rule", "to_nine", "from_110", "from_121"),
    [
        ("n != 1", "1011111111", "1111111111", "11111"),
        ("n > 1", "0011111111", "1111111111", "11111"),
        (RUSSIAN, "2011122222", "2222222222", "01112"),
        ("0", "0000000000", "0000000000", "00000"),
    ],
)
def test_the_page_is_told_which_form_goes_with_a_number(rule, to_nine, from_110, from_121):
    text = f'msgid ""\nmsgstr "Plural-Forms: nplurals=3; plural={rule};\\n"\n'
    told = catalogues.page_words(catalogues.read_po(text))["plurals"]
    assert (told[:10], told[110:120], told[121:126]) == (to_nine, from_110, from_121)


# ---- which language ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("environment", "chosen"),
    [
        ({}, "en"),
        ({"LANG": "C.UTF-8"}, "en"),
        ({"LANG": "de_DE.UTF-8"}, "de"),
        ({"LANG": "de_AT@euro"}, "de"),
        ({"LANG": "pt_BR.UTF-8"}, "pt"),
        ({"LANG": "de_DE.UTF-8", "LC_MESSAGES": "fr_FR.UTF-8"}, "fr"),
        ({"LANG": "de_DE.UTF-8", "LC_MESSAGES": "fr_FR.UTF-8", "LC_ALL": "C"}, "en"),
        ({"LANG": "de_DE.UTF-8", "LANGUAGE": "nl:es:fr"}, "es"),
        ({"LANG": "de_DE.UTF-8", "LANGUAGE": "en:fr"}, "en"),
        ({"LANG": "C", "LANGUAGE": "fr"}, "en"),
        ({"LANG": "nl_NL.UTF-8"}, "en"),
        ({"LANG": "../../etc/passwd"}, "en"),
        ({"LANG": "C", "LC_ALL": "../x"}, "en"),
        ({"LANG": "de_DE", "LANGUAGE": "/:..:"}, "de"),
    ],
)
def test_the_environment_says_which_language(environment, chosen, monkeypatch):
    for name in ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert language() == chosen


def test_a_message_in_the_language_of_the_environment(monkeypatch):
    monkeypatch.setenv("LC_ALL", "de_DE.UTF-8")
    assert tr("Comment {n}", n=12_345) == "Kommentar 12\xa0345"
    assert trn("{n} comment", "{n} comments", 1) == "1 Kommentar"
    assert trn("{n} comment", "{n} comments", 2_000) == "2\xa0000 Kommentare"
    assert tr("no such message about {what}", what="tea") == "no such message about tea"


def test_help_reads_no_catalogue():
    code = "import sys, moderation.cli; print('moderation.catalogues' in sys.modules)"
    environment = {**os.environ, "LC_ALL": "de_DE.UTF-8"}
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"


def test_a_clone_compiles_a_changed_catalogue(tmp_path):
    inside = tmp_path / "de" / "LC_MESSAGES"
    inside.mkdir(parents=True)
    source = inside / "moderation.po"
    source.write_text(catalogue("de"), encoding="utf-8")
    catalogues.keep_up(tmp_path / "de")
    first = (inside / "moderation.mo").read_bytes()
    source.write_text(catalogue("de").replace("anonym", "namenlos"), encoding="utf-8")
    later = Path(inside / "moderation.mo").stat().st_mtime + 5
    os.utime(source, (later, later))
    catalogues.keep_up(tmp_path / "de")
    assert (b"anonym\0" in first, b"namenlos\0" in (inside / "moderation.mo").read_bytes()) == (
        True,
        True,
    )
