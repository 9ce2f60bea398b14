"""A language whose words are the English ones in ⟦brackets⟧: what is outside was forgotten."""

import re


class Brackets:
    """Its catalogue."""

    def gettext(self, message):
        return f"⟦{message}⟧"

    def ngettext(self, one, many, n):
        return f"⟦{many}⟧"


def speak_in_brackets(monkeypatch):
    monkeypatch.setenv("LC_ALL", "de_DE.UTF-8")
    monkeypatch.setattr("moderation.translation._catalogue", lambda name: Brackets())


def outside(text):
    """What stands in no brackets, one within another or not."""
    while (bare := re.sub(r"⟦[^⟦⟧]*⟧", "", text)) != text:
        text = bare
    return text


def words(text):
    """Words of three letters or more."""
    return set(re.findall(r"[a-z]{3,}", text))
