"""Dumps that are not in UTF-8: told by mark, declaration or bytes, and never read as mojibake."""

from __future__ import annotations

import bz2
import gzip
import json

import pytest
from typer.testing import CliRunner

from moderation.cli import app
from moderation.errors import InputError
from moderation.readers import read
from moderation.readers.source import Options, Source

RUSSIAN = ("Очень хорошая статья, спасибо автору.", "Нет, второй абзац неверен, проверьте ещё раз!")
TEXTS = {
    "gbk": ("这篇文章写得很好，谢谢分享。", "我不同意，第二段有问题，请再查一查。"),
    "gb18030": ("这篇文章写得很好，谢谢分享。", "我不同意，第二段有问题，请再查一查。"),
    "big5": ("這篇文章寫得很好，謝謝分享。", "我不同意，第二段有問題，請再查證一下。"),
    "shift_jis": ("この記事はとても参考になりました。", "でも、二番目の段落は少し違うと思います。"),
    "euc-jp": ("この記事はとても参考になりました。", "でも、二番目の段落は少し違うと思います。"),
    "euc-kr": ("정말 좋은 기사입니다. 감사합니다.", "아니요, 두 번째 문단은 틀린 것 같아요."),
    "cp949": ("정말 좋은 기사입니다. 똠방각하!", "아니요, 두 번째 문단은 틀린 것 같아요."),
    "windows-1251": RUSSIAN,
    "koi8-r": RUSSIAN,
    "iso8859-5": RUSSIAN,
    "windows-1250": (
        "Velmi zajímavý článek, děkuji za něj.",
        "Myslím, že druhý odstavec je špatně.",
    ),
    "iso8859-2": (
        "Bardzo dobry artykuł, dziękuję.",
        "Myślę, że drugi akapit jest błędny, sprawdź źródło.",
    ),
    "windows-1253": ("Πολύ ωραίο άρθρο, ευχαριστώ πολύ.", "Η δεύτερη παράγραφος είναι λάθος."),
    "windows-1254": ("Çok güzel bir yazı, teşekkürler.", "Hayır, ikinci bölüm yanlış, şuna bakın."),
    "windows-1255": ("מאמר מצוין, תודה רבה לכם.", "לא, הפסקה השנייה שגויה, בדקו שוב."),
    "windows-1256": (
        "مقال رائع جدا، شكرا جزيلا لكم.",
        "لا، الفقرة الثانية غير صحيحة، تحقق من فضلك.",
    ),
    "tis-620": ("บทความนี้ดีมาก ขอบคุณที่แบ่งปัน", "ฉันคิดว่าย่อหน้าที่สองผิด กรุณาตรวจสอบ"),
    "windows-1252": ("Très bon article, merci à vous.", "Non, le deuxième paragraphe est erroné."),
    "utf-16-le": ("Очень хорошая статья, спасибо.", "这篇文章写得很好，谢谢分享。"),
    "utf-16-be": ("정말 좋은 기사입니다.", "Très bon article, merci à vous."),
}
HTML = """<html><head><meta http-equiv="Content-Type" content="text/html; charset={}">
<title>T</title>
</head><body><ol class="commentlist"><li class="comment" id="comment-1"><cite class="fn">Ann</cite>
<p>{}</p></li><li class="comment" id="comment-2"><cite class="fn">Bob</cite><p>{}</p></li></ol>
</body></html>"""
WXR = """<?xml version="1.0" encoding="{}"?><rss xmlns:wp="http://wordpress.org/export/1.2/">
<channel><item><title>T</title><wp:post_id>1</wp:post_id>
<wp:comment><wp:comment_id>1</wp:comment_id><wp:comment_content>{}</wp:comment_content></wp:comment>
<wp:comment><wp:comment_id>2</wp:comment_id><wp:comment_content>{}</wp:comment_content></wp:comment>
</item></channel></rss>"""


def csv_of(texts):
    return "id,author,text\n" + "".join(f'{n},Ann,"{text}"\n' for n, text in enumerate(texts, 1))


def lines_of(texts):
    rows = [{"id": str(n), "author": "Ann", "text": text} for n, text in enumerate(texts, 1)]
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


def tree_of(texts):
    reply = {"id": "2", "author": "Bob", "text": texts[1], "replies": []}
    root = {"id": "1", "author": "Ann", "text": texts[0], "replies": [reply]}
    return json.dumps([root], ensure_ascii=False)


@pytest.mark.parametrize("layout", [csv_of, lines_of, tree_of])
@pytest.mark.parametrize("encoding", TEXTS)
def test_a_dump_in_another_encoding_is_read_as_what_it_is(tmp_path, encoding, layout):
    path = tmp_path / "dump"
    path.write_bytes(layout(TEXTS[encoding]).encode(encoding))
    dump = read(path)
    assert tuple(dump.comments["text"]) == TEXTS[encoding]
    assert dump.records == 2


@pytest.mark.parametrize("layout", [HTML, WXR])
@pytest.mark.parametrize(
    ("encoding", "name"),
    [
        ("cp932", "x-sjis"),
        ("gbk", "gb2312"),
        ("big5", "Big5"),
        ("cp949", "ks_c_5601-1987"),
        ("koi8-r", "KOI8-R"),
        ("cp874", "windows-874"),
    ],
)
def test_what_is_declared_comes_first(tmp_path, layout, encoding, name):
    texts = {"cp932": TEXTS["shift_jis"], "cp874": TEXTS["tis-620"]}.get(
        encoding, TEXTS.get(encoding)
    )
    path = tmp_path / "dump"
    path.write_bytes(layout.format(name, *texts).encode(encoding))
    dump = read(path)
    assert tuple(dump.comments["text"]) == texts
    (told,) = dump.formats.values()
    assert " as it declares; " in told[1]


def test_utf8_counts_for_more_than_a_wrong_declaration(tmp_path):
    path = tmp_path / "dump.html"
    path.write_text(HTML.format("windows-1251", *RUSSIAN), "utf-8")
    assert tuple(read(path).comments["text"]) == RUSSIAN


def test_the_detection_line_says_the_encoding(tmp_path):
    path = tmp_path / "dump.csv"
    path.write_bytes(csv_of(RUSSIAN).encode("cp1251"))
    (told,) = read(path).formats.values()
    assert told == ("table", "cp1251 by its bytes; header line with id, author, text")


def test_few_bytes_leave_a_note_with_the_way_out(tmp_path):
    path = tmp_path / "dump.csv"
    path.write_bytes("id,text\n1,Спасибо автору\n".encode("cp1251"))
    dump = read(path)
    assert dump.comments["text"].tolist() == ["Спасибо автору"]
    assert dump.notes == [
        f"{path}: read as cp1251, by few bytes; if letters are wrong, say --encoding NAME"
    ]


def test_the_user_overrules(tmp_path):
    path = tmp_path / "dump.csv"
    path.write_bytes(csv_of(("“Yes”, he said", "naïve café")).encode("mac_roman"))
    dump = read(path, options=Options(encoding="macintosh"))
    assert dump.comments["text"].tolist() == ["“Yes”, he said", "naïve café"]
    with pytest.raises(InputError, match="--encoding nonsense: there is no such encoding"):
        read(path, options=Options(encoding="nonsense"))


@pytest.mark.parametrize("command", [["parse"], ["score", "--partitions", "2"]])
def test_the_option_on_the_command_line(tmp_path, command):
    path = tmp_path / "dump.csv"
    path.write_bytes("id,text\n1,d\xe9j\xe0 vu\n".encode("cp1252"))
    out = str(tmp_path / ("out" if "score" in command else "out.jsonl"))
    run = CliRunner().invoke(app, [*command, str(path), "--encoding", "cp1251", "-o", out])
    assert run.exit_code == 0
    assert "cp1251 named by --encoding" in run.stderr
    found = (
        read(out).comments if command == ["parse"] else read(f"{out}/part-0000*.parquet").comments
    )
    assert found["text"].tolist() == ["dйjа vu"]
    wrong = CliRunner().invoke(app, [*command, str(path), "--encoding", "nonsense", "-o", out])
    assert wrong.exit_code == 2


def test_a_run_in_partitions_reads_the_same(tmp_path):
    path = tmp_path / "dump.jsonl"
    path.write_bytes(lines_of(RUSSIAN).encode("koi8-r"))
    out = str(tmp_path / "out")
    run = CliRunner().invoke(app, ["score", str(path), "--partitions", "2", "-o", out])
    assert run.exit_code == 0
    assert sorted(read(f"{out}/part-*.parquet").comments["text"]) == sorted(RUSSIAN)


def test_mostly_utf8_stays_utf8(tmp_path):
    path = tmp_path / "dump.csv"
    good = csv_of(RUSSIAN).encode()
    path.write_bytes(good + "3,Ann,tr\xe8s \x93bon\x94\n".encode("latin-1"))
    assert read(path).comments["text"].tolist() == [*RUSSIAN, "très “bon”"]


@pytest.mark.parametrize("packed", [bytes, gzip.compress, bz2.compress])
def test_letters_that_come_late_tell_too(tmp_path, packed):
    path = tmp_path / "dump.csv"
    ascii_rows = "".join(f'{n},Ann,"plain words, row {n}"\n' for n in range(10, 20_000))
    content = csv_of(TEXTS["shift_jis"]).splitlines(keepends=True)
    whole = content[0] + ascii_rows + "".join(content[1:])
    path.write_bytes(packed(whole.encode("shift_jis")))
    texts = read(path).comments["text"]
    assert set(TEXTS["shift_jis"]) <= set(texts)


def test_a_large_file_is_looked_at_in_many_places(tmp_path):
    path = tmp_path / "dump.csv"
    text = csv_of(RUSSIAN).encode("koi8-r")
    filler = b'9,Ann,"plain words"\n' * 850_000
    path.write_bytes(text[:15] + filler + text[15:] * 20_000)
    source = Source(path)
    assert source.size > 1 << 24
    assert source.encoding == "koi8-r"


def test_characters_that_the_encoding_lacks_are_counted(tmp_path):
    path = tmp_path / "dump.csv"
    path.write_bytes(csv_of(TEXTS["gbk"] * 20).encode("gbk") + b"99,Ann,a\xff!\n")
    dump = read(path)
    assert dump.comments["text"].tolist()[-1] == "a\ufffd!"
    assert "1 characters are no gb18030; read as U+FFFD." in dump.notes[0]


def test_a_single_line_is_not_cut_within_a_character(tmp_path):
    rows = [{"id": str(n), "text": f"{n} {TEXTS['shift_jis'][1]}"} for n in range(5000)]
    path = tmp_path / "dump.json"
    path.write_bytes(json.dumps(rows, ensure_ascii=False).encode("shift_jis"))
    dump = read(path)
    assert dump.comments["text"].tolist()[4999] == f"4999 {TEXTS['shift_jis'][1]}"


def test_a_line_break_is_never_swallowed_by_half_a_character(tmp_path):
    path = tmp_path / "dump.csv"
    rows = csv_of(TEXTS["gbk"] * 20).encode("gbk") + b"98,Ann,cut \xc4\n99,Ann,next\n"
    path.write_bytes(rows)
    dump = read(path)
    assert dump.comments["text"].tolist()[-2:] == ["cut \ufffd", "next"]
    assert dump.records == len(dump.comments) == 42


def test_an_encoding_that_makes_controls_of_letters_is_not_guessed_in_silence(tmp_path):
    text = "Ich stimme völlig zu, die Preise steigen täglich, größer geht es nicht."
    path = tmp_path / "dos.csv"
    path.write_bytes(
        f"id,text\n{''.join(f'{n},{text}' + chr(10) for n in range(30))}".encode("cp850")
    )
    dump = read(path)
    assert not dump.comments["text"].str.contains("[\x80-\x84\x86-\x9f]").any()
    assert any("--encoding NAME" in note for note in dump.notes)


FERRY = [
    "Я думаю, что это не так, и он опять опоздал.",
    "Никто не знает, почему паром опоздал; мы ждали целый час на причале.",
    "Мне кажется, что вчера погода была лучше, я так думаю.",
]
ROMANIAN = [
    "De ce nu știe nimeni când vine feribotul?",
    "Am așteptat o oră întreagă și era foarte frig.",
    "„Nu este nimic de mirare” fiindcă așa se întâmplă mereu, ție nu?",
]


@pytest.mark.parametrize(
    ("texts", "encoding"),
    [
        (FERRY, "mac_cyrillic"),
        (FERRY, "cp1251"),
        (ROMANIAN, "iso8859-16"),
    ],
)
@pytest.mark.parametrize("times", [1, 10])
def test_encodings_that_differ_from_a_more_common_one_in_a_few_bytes(
    tmp_path, texts, encoding, times
):
    path = tmp_path / "comments.csv"
    rows = [f'{n},"{text}"' for n, text in enumerate(texts * times)]
    path.write_bytes("\n".join(["id,text", *rows]).encode(encoding))
    assert list(read(path).comments["text"]) == texts * times
