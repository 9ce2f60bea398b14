"""The commands in the language of the environment; what programs read is the same in all."""

import json
import re

import pytest
from places import SEEDS

from moderation.cli import reading_words
from moderation.cli.failures import FORMS, in_their_language
from moderation.translation import tr


@pytest.fixture
def german(monkeypatch):
    monkeypatch.setenv("LC_ALL", "de_DE.UTF-8")


@pytest.mark.usefixtures("german")
def test_score_speaks_german(moderation, tmp_path):
    ran = moderation("score", SEEDS / "forum.jsonl", "-o", tmp_path / "s.jsonl")
    assert "44 Datensätze = 44 Kommentare + 0 Ausschuss, 3 Threads" in ran.err
    assert "Label      Markierungen  unklar  Anteil hier" in ran.err
    assert "abuse" in ran.err


@pytest.mark.usefixtures("german")
def test_a_queue_in_german(moderation, tmp_path):
    moderation("score", SEEDS / "forum.jsonl", "-o", tmp_path / "s.parquet")
    ran = moderation("queue", tmp_path / "s.parquet", "-n", "5", "-o", tmp_path / "q.jsonl")
    assert ran.err.startswith("5 Kommentare zu prüfen: ")
    lines = (tmp_path / "q.jsonl").read_text(encoding="utf-8").splitlines()
    reasons = [json.loads(line)["queue"] for line in lines]
    asked = {reason.split()[0] for reason in reasons if reason}
    assert asked <= {"random", "uncertain", "likely"}


def test_files_are_the_same_in_every_language(moderation, tmp_path, monkeypatch):
    for language in ("en_GB", "de_DE", "fr_FR"):
        monkeypatch.setenv("LC_ALL", f"{language}.UTF-8")
        for kind in ("jsonl", "csv", "parquet"):
            moderation("score", SEEDS / "bike-lane.txt", "-o", tmp_path / f"{language}.{kind}")
    for kind in ("jsonl", "csv", "parquet"):
        same = {path.read_bytes() for path in tmp_path.glob(f"*.{kind}")}
        assert len(same) == 1


ERRORS = {
    "score none.jsonl": "none.jsonl: diese Datei gibt es nicht",
    "score empty.txt": "empty.txt: die Datei ist leer",
    "score prose.txt": """prose.txt: kein Leser kennt dieses Format: weder JSON noch XML, HTML,
        Tabelle oder Chat; versuchen Sie moderation parse prose.txt --format plaintext --tree,
        wenn es eine als Text gespeicherte Seite ist""",
    "score table.csv": """table.csv: keine Spalte für den Text; die Datei hat a, b. Ist eine davon
        der Text, sagen Sie --map text=SPALTE; sind das Daten, fehlt die Kopfzeile""",
    "score prose.txt -m none": """none: dieses Modell gibt es nicht; hier bekannt: default; nennen
        Sie eines davon oder den Ordner eines Modells""",
    "review none.parquet": """none.parquet: diese Datei gibt es nicht; so entsteht eine: `moderation
        score DUMP -o none.parquet`""",
    "report table.csv -o r.html": """table.csv: keine bewertete Tabelle: Es fehlt die Spalte
        thread_id; so entsteht eine: `moderation score DUMP -o scored.parquet`""",
    "train table.csv -o m": """table.csv: keine Spalte 'text'; die Spalten sind a, b: Nennen Sie
        eine 'text'""",
}


@pytest.mark.usefixtures("german")
@pytest.mark.parametrize("command", ERRORS)
def test_errors_in_german(moderation, tmp_path, monkeypatch, command):
    (tmp_path / "empty.txt").touch()
    (tmp_path / "prose.txt").write_text("hello there\n")
    (tmp_path / "table.csv").write_text("a,b\n1,2\n")
    monkeypatch.chdir(tmp_path)
    last = moderation(*command.split()).err.strip().splitlines()[-1]
    assert last == "moderation: " + " ".join(ERRORS[command].split())


@pytest.mark.usefixtures("german")
@pytest.mark.parametrize("form", FORMS)
def test_every_form_of_an_error_is_known_again(form):
    in_english = form.replace("{", "").replace("}", "")
    assert in_their_language(in_english) != in_english


@pytest.mark.usefixtures("german")
def test_another_error_stays_as_it_is():
    assert in_their_language("t.csv: line 3: not a number") == "t.csv: line 3: not a number"
    assert in_their_language("") == ""


SAID = {
    reading_words.note: reading_words.NOTES,
    reading_words.why_rejected: reading_words.REASONS,
    reading_words.place_in_file: reading_words.PLACES,
    reading_words.why_this_reader: reading_words.READ_AS,
}


@pytest.mark.usefixtures("german")
@pytest.mark.parametrize("say", SAID)
def test_every_form_of_what_readers_say_is_known_again(say):
    """By the first form that fits, and none is hidden behind a wider one."""
    for form in SAID[say]:
        values = {name: f"<{name}>" for name in re.findall(r"\{(\w+)\}", form)}
        in_english = form.format(**values)
        assert say(in_english) == tr(form, **values) != in_english


@pytest.mark.usefixtures("german")
def test_what_was_read_and_rejected_in_german(moderation, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    table = "id,parent_id,author,text\n1,,Ada,gr\xfc\xdfe\n2,2,Ben,hello there\n3,,Eve,a,b,c\n"
    (tmp_path / "a.csv").write_bytes(table.encode("latin-1"))
    said = " ".join(moderation("parse", "a.csv").err.split())
    assert "a.csv: table: Kopfzeile mit id, parent_id, author, text" in said
    assert "Hinweis: a.csv: 2 Bytes sind kein UTF-8; als Windows-1252 gelesen." in said
    assert "Hinweis: a.csv: Kommentare mit der eigenen ID als übergeordneter" in said
    assert re.search("a.csv Zeile 4, Bytes [0-9]+ bis [0-9]+ 6 Zellen, aber die Kopfzeile", said)


@pytest.mark.usefixtures("german")
def test_explanations_and_thresholds_in_german(moderation):
    shown = moderation("explain", "You are an idiot, and you know it").out
    assert re.search(r"abuse: 0\.9\d+, markiert \(Schwelle 0\.\d+\)", shown)
    assert " vor der Kalibrierung: Anfang " in shown
    assert "off_topic: unklar (weder Titel, Artikel" in " ".join(shown.split())
    shown = " ".join(moderation("thresholds", "default", "--language", "de").out.split())
    assert shown.startswith("abuse: at most 3,000 flags per 100,000 comments, markiert ab ")
    assert " der Kommentare abuse sind: Präzision 0." in shown
