"""Files of other kinds: each is told as what it is, and none is read as comments."""

import json
import zipfile

import pytest

from moderation.errors import UnknownFormatError
from moderation.readers import read

SAID = "The harbour was closed for the whole of the winter again"
FILES = {
    "calendar": f"BEGIN:VCALENDAR\nBEGIN:VEVENT\nSUMMARY:{SAID}\nEND:VEVENT\nEND:VCALENDAR\n",
    "contacts": f"BEGIN:VCARD\r\nFN:Ada\r\nNOTE:{SAID}\r\nEND:VCARD\r\n",
    "subtitles": f"1\n00:00:01,000 --> 00:00:02,000\n{SAID}\n",
    "difference": f"diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -1 +1 @@\n-{SAID}\n+{SAID} and so\n",
    "LaTeX": f"\\documentclass{{article}}\n\\begin{{document}}\n{SAID}\n\\end{{document}}\n",
    "settings": f"[a]\nb = 1\nname = {SAID}\n",
    "log": "".join(f"2024-01-01 10:00:0{n},123 INFO [main] x.App - {SAID}\n" for n in range(9)),
    "YAML": "".join(f"- id: {n}\n  author: Ada\n  text: {SAID}, {n}\n" for n in range(9)),
    "HAR": json.dumps({"log": {"version": "1.2", "creator": {}, "entries": [{"a": SAID}] * 5}}),
    "GeoJSON": json.dumps(
        {
            "type": "FeatureCollection",
            "features": [
                {"properties": {"name": f"P{n}", "text": f"{SAID} {n}"}} for n in range(9)
            ],
        }
    ),
    "OpenAPI": json.dumps({"openapi": "3.0", "info": {"description": SAID}, "paths": {}}),
    "notebook": json.dumps({"nbformat": 4, "cells": [{"id": "a", "source": [SAID]}]}),
    "package": json.dumps({"name": "x", "version": "1", "description": SAID, "scripts": {}}),
    "KML": f"<kml><Document><Placemark><name>P</name><description>{SAID}</description></Placemark></Document></kml>",  # noqa: E501
    "sitemap": "<urlset><url><loc>http://x.example/</loc></url></urlset>",
    "translations": f'<tmx version="1.4"><body><tu><tuv><seg>{SAID}</seg></tuv></tu></body></tmx>',
}


@pytest.mark.parametrize("kind", FILES)
def test_files_of_other_kinds_are_named(tmp_path, kind):
    path = tmp_path / "file"
    path.write_text(FILES[kind])
    with pytest.raises(UnknownFormatError, match=kind):
        read(path)


@pytest.mark.parametrize(
    ("member", "what"), [("META-INF/container.xml", "EPUB"), ("word/document.xml", "Word")]
)
def test_documents_that_are_archives_are_named(tmp_path, member, what):
    path = tmp_path / "file.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(member, f"<x><p>{SAID}</p></x>")
        archive.writestr("page.html", f"<html><p>{SAID}</p></html>")
    with pytest.raises(Exception, match=what):
        read(path)


def test_yaml_comes_with_the_command_to_try(tmp_path):
    path = tmp_path / "comments.yml"
    path.write_text(FILES["YAML"])
    with pytest.raises(UnknownFormatError) as told:
        read(path)
    assert f"yq -o=json {path} > {tmp_path}/comments.json" in str(told.value)


def test_a_mail_with_many_heads_is_no_yaml(tmp_path):
    path = tmp_path / "message.eml"
    received = "".join(
        f"Received: from a{n}.example\n by b.example; Mon, 1 Jan 2024\n" for n in range(60)
    )
    path.write_text(
        f"{received}From: Ada <a@x.example>\nSubject: Harbour\nMessage-ID: <1@x.example>\n"
        f"Date: Mon, 01 Jan 2024 10:00:00 +0000\n\n{SAID}\n"
    )
    assert read(path).comments["text"].tolist() == [SAID]


def test_commas_in_cells_that_are_not_quoted(tmp_path):
    path = tmp_path / "comments.csv"
    path.write_text(
        "Comment Number (ID),Nickname,User @,User URL,Comment Text,Time,Likes,Profile Picture URL,"
        "Is 2nd Level Comment,User Replied To,Number of Replies\n"
        "1,Ada,a,https://t.example/@a,so, this, is it,02.09.21,3,https://p.example/x.jpg,No,---,1\n"
        "2,Bo,b,https://t.example/@b,yes,03.09.21,0,https://p.example/y.jpg,Yes,Ada,0\n"
        "3,Cy,c,https://t.example/@c,two\nlines, then,04.09.21,0,https://p.example/z.jpg,No,---,0\n"
    )
    dump = read(path)
    table = dump.comments.astype(object).where(dump.comments.notna(), None)
    assert list(zip(table["id"], table["parent_id"], table["text"], strict=True)) == [
        ("1", None, "so, this, is it"),
        ("2", "1", "yes"),
        ("3", None, "two\nlines, then"),
    ]
    assert dump.rejects.empty
