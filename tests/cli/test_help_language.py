"""`--help` and what is said of a wrong use: no word of theirs is forgotten by the catalogues."""

import re

import pytest
from brackets import outside, speak_in_brackets, words
from typer.main import get_command

from moderation.cli import app

COMMANDS = {
    group: sorted(getattr(command, "commands", ()))
    for group, command in get_command(app).commands.items()
}
EVERY = ["", *COMMANDS, *(f"{group} {one}" for group, those in COMMANDS.items() for one in those)]
NAMES = {name for group, those in COMMANDS.items() for name in (group, *those)}
TYPED = {"python", "pytest", "moderation"}
"""What the program is called here."""


@pytest.fixture
def bracketed(monkeypatch):
    speak_in_brackets(monkeypatch)


def forgotten(shown):
    """Words of three letters or more that no catalogue would translate."""
    listed = re.sub(r"(?m)^  [a-z]+ +⟦.*$", "", shown)  # cut after a sentence, or by dots
    bare = outside(re.sub(r"⟦\[(default|env var):⟧[^]]*\]", "", listed))
    bare = re.sub(r"--[a-z-]+|<[^>]*>|\{[^}]*\}\S*|'[^']*'", "", bare)
    return words(bare) - NAMES - TYPED


@pytest.mark.usefixtures("bracketed")
@pytest.mark.parametrize("command", EVERY)
def test_no_word_of_the_help_is_forgotten(moderation, command):
    ran = moderation(*command.split(), "--help")
    assert ran.out.startswith("⟦Usage:⟧")
    assert forgotten(ran.out) == set()


@pytest.mark.usefixtures("bracketed")
@pytest.mark.parametrize(
    "wrong",
    [
        "score",
        "score --nosuch",
        "nosuch",
        "queue x -n 0",
        "queue x -n few",
        "queue x --share 3",
        "parse a --map text",
        "parse a --map tekst=body",
        "parse a --encoding martian",
        "parse a -o a.doc",
        "score a --memory much -o out/",
        "score a --memory 2GB",
        "train -o m",
        "train -o m --sources a",
        "train a -o m --from b --sources c --data d",
        "train -o m --languages de",
        "evaluate",
        "promote",
        "thresholds default --language de --dump a",
        "labels import a --kind x -o l",
        "labels retract",
        "report a -o r.html --language nl",
        "explain a b",
        "explain -m",
        "review a --port",
    ],
)
def test_no_word_about_a_wrong_use_is_forgotten(moderation, wrong, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    ran = moderation(*wrong.split())
    assert (ran.status, ran.out) == (2, "")
    assert forgotten(ran.err.replace("Try", "")) == set()


def test_usage_in_german(moderation, monkeypatch):
    monkeypatch.setenv("LC_ALL", "de_DE.UTF-8")
    usage, hint, _, error = moderation("score").err.splitlines()
    assert usage.startswith("Aufruf: ")
    assert (hint[:7], error) == ("Hilfe: ", "Fehler: Das Argument 'DUMP...' fehlt.")
    ran = moderation("queue", "x", "-n", "few")
    assert ran.err.splitlines()[-1] == (
        "Fehler: Ungültiger Wert für '-n' / '--budget': Erwartet wird eine ganze Zahl"
    )


def test_the_status_is_that_of_english(moderation, monkeypatch, tmp_path):
    for language in ("C", "fr_FR.UTF-8"):
        monkeypatch.setenv("LC_ALL", language)
        assert moderation("--version").status == 0
        assert moderation().status == 2
        assert moderation("parse", tmp_path / "none.csv").status == 1
