import places
import pytest
from hypothesis import given, settings
from pages import flat, forests, html, page, styles
from places import SHARED
from resiliparse.extract.html2text import extract_plain_text

from moderation.readers import read
from moderation.readers.bylines.dates import stamp
from moderation.readers.bylines.heads import head_of, is_button, is_date_line
from moderation.readers.plaintext.page import detect, parse
from moderation.readers.source import Source

SAMPLES = places.SAMPLES / "plaintext"
needs_shared = pytest.mark.skipif(not SHARED.exists(), reason="the shared pages are not here")


def tree(name):
    return [
        (one.depth, one.author, one.text.split("\n")[0], one.text.count("\n\n") + 1)
        for one in parse((SAMPLES / name).read_text("utf-8")).comments
    ]


def test_dates_and_own_points_are_no_replies():
    assert tree("garten.txt") == [
        (1, "Jochen W.", "Schade. Ich hatte mich auf die Beete gefreut.", 1),
        (2, "Karin Leitner", "Die Beete kommen trotzdem, nur eben am Zaun.", 5),
        (3, "Jochen W.", "Gut, dann trage ich mich ein.", 1),
        (2, "molchfreundin", "Mich freut es.", 1),
        (1, "Ulf", "1. Mai 2019 hieß es noch, der Teich sei dicht.", 2),
        (2, "Petra K.", "Das stimmt nicht, Ulf:", 2),
        (1, None, "Gartenrundschau im November | Laubenfunk", 1),
        (1, "Ute", "Wer bezahlt das?", 1),
        (2, "Karin Leitner", "Der Verein, aus der Rücklage.", 1),
    ]


def test_bulleted_replies_inside_a_layout_list():
    assert tree("bicis.txt") == [
        (1, "Marisa", "Por fin. Se oye hasta la fuente.", 1),
        (2, "Tendero", "Y se oye la caja vacía.", 1),
        (3, "Marisa", "La tuya estaba llena el domingo:", 3),
        (4, "Tendero", "Un domingo de doce.", 1),
        (5, "Lucía", "¿Y los otros once?", 1),
        (2, "Raúl", "Yo voy ahora en bici.", 1),
        (1, "vecino_del_3", "21 de junio de 2018: ya lo prometieron.", 2),
        (1, "Ana", "¿Habrá autobús?", 1),
        (2, "Ayuntamiento", "Sí, cada veinte minutos.", 1),
        (1, "Pepe", "Muy bien.", 1),
    ]


def test_lost_comments_are_noticed():
    found = parse((SAMPLES / "ferry.txt").read_text("utf-8"))
    assert [
        (one.depth, one.kind, one.text.split("\n")[0][:24], one.warnings) for one in found.comments
    ] == [
        (1, "comment", "Half past three. Wonderf", []),
        (2, "comment", "My cousin does, with the", []),
        (3, "comment", "Then tell him about the ", []),
        (2, "comment", "Nobody met it last time ", []),
        (1, "comment", "I counted three things w", []),
        (2, "comment", "They never do.", []),
        (3, "comment", "They did once, in a leap", []),
        (4, "comment", "29 February, framed on t", []),
        (1, "comment", "Some of us like the hour", ["number_gap"]),
        (2, "comment", "Quiet until the ramp com", ["ambiguous_marker", "number_gap"]),
        (1, "comment", "The bunks are fine if yo", []),
        (2, "placeholder", "", ["lost_text"]),
        (3, "comment", "And if you are not?", ["depth_jump"]),
        (1, "comment", "See you on Friday.", ["number_gap"]),
    ]
    assert [note.partition(":")[0].partition(" have")[0] for note in found.notes] == [
        "number gaps",
        "placeholders",
        "the comments",
    ]


def test_a_page_without_comments_gives_none():
    assert parse((SAMPLES / "rezept.txt").read_text("utf-8")).comments == []


def test_a_page_without_markers_gives_none_and_a_note():
    found = parse((SAMPLES / "marktplatz.txt").read_text("utf-8"))
    assert found.comments == []
    assert "without markers" in found.notes[0]
    assert "Ich sitze schon" not in (found.article or "")


def test_preformatted_lines_belong_to_their_comment():
    # the printer does not indent the inner lines of <pre>
    found = parse(
        "Title\n\n3 Comments\n\n  1. Ann says:\n    May 3, 2020 at 4:00 pm\n\n    Try this:\n\n"
        "    for boat in\n    1. harbour\n  quay:\n\n    It sails.\n\n    Reply\n\n"
        "    1. Bob says:\n      May 4, 2020 at 5:00 pm\n\n      It sank.\n\n      Reply\n\n"
        "  2. Cy says:\n    May 5, 2020 at 6:00 pm\n\n    Mine floats.\n\n    Reply\n\n"
        "Leave a reply\n"
    )
    assert [(one.depth, one.author, one.text.split("\n")[-1]) for one in found.comments] == [
        (1, "Ann", "It sails."),
        (2, "Bob", "It sank."),
        (1, "Cy", "Mine floats."),
    ]
    assert "1. harbour\n  quay:" in found.comments[0].text


def test_own_points_over_the_reply_button_are_no_replies():
    found = parse(
        "Title\n\n3 Kommentare\n\n  1. Was fehlt, ist schnell gesagt.\n\n"
        "    1. Geld\n\n    2. Zeit\n\n"
        "    Antworten\n\n    1. Und Lust.\n\n      Antworten\n\n"
        "  2. Mir fehlt nichts.\n\n    Antworten\n\nSchreibe einen Kommentar\n"
    )
    assert [(one.depth, one.text) for one in found.comments] == [
        (1, "Was fehlt, ist schnell gesagt.\n\n1. Geld\n\n2. Zeit"),
        (2, "Und Lust."),
        (1, "Mir fehlt nichts."),
    ]


def test_a_lost_parent_between_two_numbers_gets_a_placeholder():
    found = parse(
        "Title\n\n5 Comments\n\n  1. One.\n\n    1. Reply to one.\n\n    1. Reply to two.\n\n"
        "  3. Three.\n\nComments are closed.\n"
    )
    assert [(one.depth, one.kind, one.text) for one in found.comments] == [
        (1, "comment", "One."),
        (2, "comment", "Reply to one."),
        (1, "placeholder", ""),
        (2, "comment", "Reply to two."),
        (1, "comment", "Three."),
    ]


@pytest.mark.parametrize(
    "lists",
    [
        "Latest posts\n\n"
        + "".join(
            f"  • Boats and ropes {n}\n    May {n}, 2020 at 4:00 pm\n\n    Some words on boats.\n\n"
            for n in range(1, 6)
        ),
        "".join(
            f"  {n}. Boats {n}\n    May {n}, 2020 at 4:00 pm\n\n    Some words.\n\n    More\n\n"
            for n in range(1, 6)
        ),
        "Contents\n\n  1. Ropes\n    1. Hemp\n    2. Steel\n  2. Boats\n",
    ],
)
def test_lists_of_other_things_are_no_comments(lists):
    assert parse(f"Title\n\n{lists}\nLeave a reply\n\nYour email address is safe.\n").comments == []


def test_article_and_title_are_apart_from_the_comments():
    found = parse((SAMPLES / "garten.txt").read_text("utf-8"))
    assert found.title == "Warum wir den Teich doch nicht zuschütten"
    assert found.article is not None
    assert found.article.startswith("Der Verein hat am Samstag")
    assert found.article.endswith("meldet sich im Büro.")
    assert "Facebook" not in found.article
    assert "Die Kosten für den Aushub" in found.article


def test_rows_of_a_page(tmp_path):
    dump = read(SAMPLES / "garten.txt")
    assert dump.comments["depth"].tolist() == [1, 2, 3, 2, 1, 2, 1, 1, 2]
    assert dump.comments["kind"].value_counts().to_dict() == {"comment": 8, "pingback": 1}
    assert dump.comments["created_at"][0].isoformat() == "2023-11-01T11:54:00+00:00"
    assert dump.threads["title"].tolist() == ["Warum wir den Teich doch nicht zuschütten"]


@pytest.mark.parametrize(
    "content",
    [
        "a,b\n1,2\n3,4\n",
        '{"text": "one"}\n',
        "<html><p>some words stand in here now</p></html>",
        "12 13 14\n15 16 17\n",
        "# Notes\n\nSome words that stand in a Markdown file of notes.\n",
        "id\ttext\n1\tone two three four five six seven\n2\tand eight nine ten eleven twelve\n",
    ],
)
def test_other_formats_are_not_claimed(tmp_path, content):
    path = tmp_path / "page.txt"
    path.write_text(content, "utf-8")
    assert detect(Source(path)) is None


def test_every_sample_is_recognised():
    reasons = [detect(Source(path)) for path in sorted(SAMPLES.glob("*.txt"))]
    assert [reason is not None for reason in reasons] == [True] * 5


@settings(max_examples=60, deadline=None)
@given(forests, styles)
def test_printed_trees_come_back(comments, style):
    found = parse(page(comments, style))
    assert [(one.depth, one.text) for one in found.comments] == flat(comments)
    assert [one.warnings for one in found.comments] == [[]] * len(found.comments)


@settings(max_examples=60, deadline=None)
@given(forests, styles)
def test_pages_rendered_by_resiliparse_come_back(comments, style):
    found = parse(extract_plain_text(html(comments, style), preserve_formatting=True))
    assert [(one.depth, one.text) for one in found.comments] == flat(comments)


def test_a_thousand_levels_are_read():
    lines = [" " * (2 * depth) + f"1. Level {depth} answers.\n" for depth in range(1, 1001)]
    found = parse("Title\n\n1000 Comments\n\n" + "\n".join(lines) + "\nLeave a reply\n")
    assert found.comments[-1].depth == 1000


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("11. Dezember 2012 um 11:07", "2012-12-11T11:07"),
        ("August 15, 2020 at 9:35 am", "2020-08-15T09:35"),
        ("8. April 2019 @ 11:38", "2019-04-08T11:38"),
        ("3 junio, 2019 a las 7:45 pm", "2019-06-03T19:45"),
        ("lunes, 4 de mayo de 2020, 10:33 h", "2020-05-04T10:33"),
        ("18.10.2019, 16:18", "2019-10-18T16:18"),
        ("2012/05/03 10:10", "2012-05-03T10:10"),
        ("10:34 am on May 3, 2020", "2020-05-03T10:34"),
        ("le 3 février 2015 à 21h04", "2015-02-03T21:04"),
        ("31 Febbraio 2020", None),
        ("vor 2 Jahren", None),
        ("Jun 20th at 2:41 am", None),
    ],
)
def test_dates_of_many_languages(line, expected):
    found = stamp(line)
    assert found is not None
    assert (found.when and found.when.isoformat()[:16]) == expected
    assert is_date_line(line)


@pytest.mark.parametrize(
    ("lines", "author", "taken"),
    [
        (["Ann says:", "May 3, 2020 at 4:00 pm", "Reply", "Hello"], "Ann", 3),
        (["IwonaMay 30, 2019 at 1:06 PM", "Nice place"], "Iwona", 1),
        (["Karin Autor11. Dezember 2012 um 13:19", "Nein."], "Karin", 1),
        (["Avatar Bebs says:", "October 27, 2020 at 1:18 am", "Sure"], "Bebs", 2),
        (["Kommentar von Ute am 3. Mai 2020", "Ja"], "Ute", 1),
        (["3 de mayo de 2020 a las 10:04", "Hola"], None, 1),
    ],
)
def test_heads(lines, author, taken):
    found = head_of(lines)
    assert found is not None
    assert (found.author, found.lines) == (author, taken)


@pytest.mark.parametrize("line", ["On 3 May 2020 I went home", "version 1.2.3 is out", "No idea."])
def test_sentences_are_no_heads(line):
    assert head_of([line, "More."]) is None


@pytest.mark.parametrize("line", ["Reply", "Antwort ↓", "ReplyDelete", "Liked by 21 people", "#"])
def test_buttons(line):
    assert is_button(line)


# A reading of the third shared page, made by hand: depth, words, paragraphs, hard line breaks.
THIRD_PAGE = [
    (1, 577, 11, 1),
    (2, 1, 1, 0),
    (3, 43, 1, 1),
    (2, 26, 1, 0),
    (2, 3, 1, 0),
    (2, 18, 1, 0),
    (2, 840, 4, 2),
    (1, 38, 1, 0),
    (2, 18, 1, 0),
    (3, 13, 1, 0),
    (4, 12, 1, 0),
    (1, 17, 1, 0),
    (2, 54, 2, 0),
    (3, 19, 1, 0),
    (4, 5, 1, 0),
    (1, 69, 1, 0),
    (1, 11, 1, 0),
    (2, 3, 1, 0),
    (2, 54, 2, 0),
    (1, 32, 2, 0),
    (1, 71, 2, 0),
    (1, 33, 2, 0),
    (2, 14, 1, 0),
    (2, 19, 1, 0),
    (2, 75, 2, 0),
    (1, 36, 1, 0),
    (2, 6, 1, 0),
    (1, 232, 4, 0),
    (2, 68, 1, 0),
    (3, 203, 5, 0),
    (1, 100, 2, 0),
    (1, 57, 5, 0),
    (2, 28, 1, 0),
    (3, 10, 1, 0),
    (1, 17, 2, 0),
    (1, 42, 1, 0),
    (2, 58, 1, 0),
    (3, 20, 1, 0),
    (4, 17, 1, 0),
    (5, 22, 1, 1),
    (1, 41, 1, 0),
]


def test_a_page_of_the_project():
    """Its questions are a list within a comment; related articles are none."""
    found = parse((places.ROOT / "seeds" / "bike-lane.txt").read_text("utf-8")).comments
    assert [one.depth for one in found] == [
        *(1, 2, 3, 4, 5, 2, 3, 1, 2, 2, 3, 2),
        *(1, 2, 1, 2, 1, 2, 1, 1, 1, 2, 1, 1),
    ]
    assert [len(one.text.split()) for one in found] == [
        *(52, 15, 15, 4, 39, 24, 34, 41, 17, 18, 10, 17),
        *(11, 13, 25, 22, 28, 16, 18, 38, 28, 15, 21, 27),
    ]
    assert found[16].text.count("\n") >= 3


@needs_shared
def test_the_third_shared_page():
    path = next((SHARED / "seeds").glob("002*.txt"))
    assert [
        (
            one.depth,
            len(one.text.split()),
            one.text.count("\n\n") + 1,
            one.text.replace("\n\n", "").count("\n"),
        )
        for one in parse(path.read_text("utf-8")).comments
    ] == THIRD_PAGE


@needs_shared
@pytest.mark.parametrize("name", ["000*.txt", "001*.txt"])
def test_shared_pages_without_comments(name):
    path = next((SHARED / "seeds").glob(name))
    assert parse(path.read_text("utf-8")).comments == []
