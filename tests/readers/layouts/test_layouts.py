"""Dumps of unknown systems that are no objects in lists."""

import json

import pytest

from moderation.errors import InputError
from moderation.readers import read
from moderation.readers.layouts.ancestry import ancestry

TEXTS = ["The bridge is closed again", "Since when is that so?", "Since Monday, and nobody said it"]
TREE = [(None, TEXTS[0]), (TEXTS[0], TEXTS[1]), (TEXTS[1], TEXTS[2])]
WHEN = ["2024-01-01T10:00:00Z", "2024-01-01T11:00:00Z", "2024-01-02T10:00:00Z"]


def tree(dump):
    """What each text answers."""
    by_id = dict(zip(dump.comments["id"], dump.comments["text"], strict=True))
    parents = [by_id.get(one) for one in dump.comments["parent_id"]]
    return list(zip(parents, dump.comments["text"], strict=True))


def written(tmp_path, value, name="dump.json"):
    path = tmp_path / name
    path.write_text(value if isinstance(value, str) else json.dumps(value))
    return path


COLUMNS = {"nr": [4, 7, 9], "inhalt": TEXTS, "antwort_auf": [None, 4, 7], "datum": WHEN}
ROWS = [list(row) for row in zip(*COLUMNS.values(), strict=True)]
TYPED = [
    {
        "nr": {"N": str(nr)},
        "inhalt": {"S": text},
        "vater": {"N": str(above)} if above else {"NULL": True},
    }
    for nr, text, above, _ in ROWS
]
FIRESTORE = [
    {
        "name": f"c/{nr}",
        "fields": {
            "nr": {"integerValue": str(nr)},
            "text": {"stringValue": text},
            "parent": {"integerValue": str(above or 0)},
        },
    }
    for nr, text, above, _ in ROWS
]


@pytest.mark.parametrize(
    "value",
    [
        COLUMNS,
        {"data": {"table": COLUMNS}},
        {name: {str(n): cell for n, cell in enumerate(cells)} for name, cells in COLUMNS.items()},
        [list(COLUMNS), *ROWS],
        {"columns": list(COLUMNS), "index": [0, 1, 2], "data": ROWS},
        {"fields": [{"name": name, "type": "x"} for name in COLUMNS], "rows": ROWS},
        {"Items": TYPED, "Count": 3},
        {"documents": FIRESTORE},
    ],
)
def test_tables_that_are_no_objects(tmp_path, value):
    dump = read(written(tmp_path, value))
    assert tree(dump) == TREE
    assert dump.records == 3


def test_columns_of_different_lengths_are_refused(tmp_path):
    path = written(tmp_path, COLUMNS | {"inhalt": TEXTS[1:]})
    with pytest.raises(InputError, match="columns of different lengths"):
        read(path)


def test_columns_of_a_large_file_are_known_by_the_whole(tmp_path):
    count = 5_000
    value = {
        "n": list(range(count)),
        "text": [f"The bridge no. {n} is closed" for n in range(count)],
    }
    dump = read(written(tmp_path, value))
    assert len(dump.comments) == count


MANY = 3_000  # rows that are more than detection looks at
LARGE = {
    "nr": list(range(MANY)),
    "inhalt": [
        f"The bridge no. {n} is closed again, and nobody says for how long" for n in range(MANY)
    ],
    "antwort_auf": [None, *range(MANY - 1)],
    "datum": WHEN * (MANY // 3),
}
LONG = {
    "inhalt": [f"The bridge no. {n} is closed. " * 400 for n in range(60)],
    "nr": list(range(60)),
    "antwort_auf": [None, *range(59)],
}


def rows_of(columns):
    return [list(row) for row in zip(*columns.values(), strict=True)]


def typed(columns):
    return [
        {name: {"NULL": True} if cell is None else {"S": str(cell)} for name, cell in row}
        for row in (zip(columns, row, strict=True) for row in rows_of(columns))
    ]


def by_places(columns):
    return {name: {str(n): cell for n, cell in enumerate(cells)} for name, cells in columns.items()}


@pytest.mark.parametrize(
    "value",
    [
        LARGE,
        LONG,
        {"a": {"b": LARGE}, "meta": {"count": MANY}},
        [LARGE],
        by_places(LARGE),
        by_places(LONG),
        [list(LARGE), *rows_of(LARGE)],
        [list(LONG), *rows_of(LONG)],
        {"columns": list(LARGE), "data": rows_of(LARGE)},
        {"rows": rows_of(LONG), "fields": list(LONG)},
        {"Items": typed(LARGE), "Count": MANY},
        typed(LONG),
    ],
)
def test_layouts_beyond_what_detection_looks_at(tmp_path, value):
    path = written(tmp_path, value)
    assert path.stat().st_size > 1 << 18
    dump = read(path)
    assert len(dump.comments) in (MANY, 60)
    assert dump.comments["text"].str.startswith("The bridge no. ").all()
    assert dump.comments["parent_id"].notna().sum() == len(dump.comments) - 1


def test_paths_beyond_what_detection_looks_at(tmp_path):
    rows = [
        {"path": f"{n}." if n % 2 else f"{n - 1}.{n}.", "inhalt": text}
        for n, text in enumerate(LARGE["inhalt"], 1001)
    ]
    dump = read(written(tmp_path, {"liste": rows}))
    assert len(dump.comments) == MANY
    assert dump.comments["parent_id"].notna().sum() == MANY // 2


@pytest.mark.parametrize("around", [lambda rows: rows, lambda rows: {"liste": rows}])
def test_nested_sets_and_paths_in_any_order(tmp_path, around):
    """Where what detection looks at has hardly a row that stands above another."""
    sets, paths = [], []
    for n, text in enumerate(LARGE["inhalt"]):
        first, place = divmod(n, 3)
        sides = [(6 * first + 1, 6 * first + 6), (6 * first + 2, 6 * first + 5)]
        left, right = [*sides, (6 * first + 3, 6 * first + 4)][place]
        sets.append({"inhalt": text, "lft": left, "rgt": right})
        steps = [str(3 * first + step) for step in range(place + 1)]
        paths.append({"inhalt": text, "weg": "/".join(steps)})
    for rows in (sets, paths):
        mixed = [rows[n * 1_007 % MANY] for n in range(MANY)]
        dump = read(written(tmp_path, around(mixed)))
        assert len(dump.comments) == MANY
        assert dump.comments["parent_id"].notna().sum() == MANY // 3 * 2


def test_many_paths_cost_no_square():
    rows = [{"inhalt": f"{TEXTS[0]} {n}", "weg": f"{n // 2}/{n}"} for n in range(60_000)]
    tops = [{"inhalt": f"{TEXTS[1]} {n}", "weg": f"{n}"} for n in range(30_000)]
    above = ancestry([*tops, *rows], {})
    assert sum(one is not None for one in above.above) == 60_000


@pytest.mark.parametrize("value", [LARGE, {"columns": list(LARGE), "data": rows_of(LARGE)}])
def test_layouts_too_large_to_hold_are_refused(tmp_path, monkeypatch, value):
    monkeypatch.setattr("moderation.readers.layouts.read.LARGEST", 1 << 18)
    with pytest.raises(InputError, match="MB of JSON that is no list of objects; give it as"):
        read(written(tmp_path, value))


def test_columns_that_are_cut_are_refused(tmp_path):
    path = written(tmp_path, json.dumps(LARGE)[:-100])
    with pytest.raises(InputError, match="is damaged JSON"):
        read(path)


def test_records_by_their_names_are_read_past_damage(tmp_path):
    """Though what detection looks at ends within a list of plain values."""
    likes = [f"reader {n}" for n in range(400)]
    records = {
        f"c{n}": {"author": "Ada", "text": text, "likes": likes}
        for n, text in enumerate(LARGE["inhalt"][:100])
    }
    dump = read(written(tmp_path, json.dumps({"comments": records})[:-50]))
    assert len(dump.comments) >= 99


PATHS = [{"path": path} for path in ("4", "4/7", "4/7/9", "4/12")]
SORTED = [{"sort": s} for s in ("004.", "004.007.", "004.007.009.", "004.012.")]
ABOVE = [{"above": above} for above in ([], [4], [4, 7], [4])]
SETS = [{"lft": left, "rgt": right} for left, right in ((1, 8), (2, 5), (3, 4), (6, 7))]
SIDES = [{"tree_left": one["lft"], "tree_right": one["rgt"]} for one in SETS]


@pytest.mark.parametrize("more", [PATHS, SORTED, ABOVE, SETS, SIDES])
def test_what_is_answered_shows_in_the_ancestry(tmp_path, more):
    texts = [*TEXTS, "That is three weeks now, then"]
    rows = [
        {"id": name, "text": text, "author": "Ada"} | one
        for name, text, one in zip([4, 7, 9, 12], texts, more, strict=True)
    ]
    dump = read(written(tmp_path, rows))
    assert tree(dump) == [*TREE, (TEXTS[0], texts[3])]
    assert any("answers by" in note for note in dump.notes)


def test_paths_in_a_table_of_text(tmp_path):
    lines = [
        "path,author,text",
        f"1,Ada,{TEXTS[0]}",
        f"1.1,Bo,{TEXTS[1]}",
        f'1.1.1,Cy,"{TEXTS[2]}"',
    ]
    lines += ["2,Dan,Something else altogether", "2.1,Eve,Not quite so"]
    dump = read(written(tmp_path, "\n".join(lines), "dump.csv"))
    assert tree(dump)[:3] == TREE


@pytest.mark.parametrize("key", ["url", "date", "version"])
def test_addresses_and_dates_are_no_ancestry(key):
    values = {
        "url": ["/2024/a.html", "/2024/b.html", "/2024/a.html#c", "/2024/c.html"],
        "date": ["2024-01-01", "2024-01-02", "2024-02-01", "2024-02-03"],
        "version": ["1.0", "1.1", "1.2", "2.0"],
    }[key]
    rows = [{"text": f"{TEXTS[0]} {n}", key: value} for n, value in enumerate(values)]
    assert ancestry(rows, {}) is None


def test_a_field_that_names_no_id_is_told(tmp_path):
    rows = [
        {
            "inhalt": f"{TEXTS[0]}, no. {n}",
            "antwort_auf": f"x{n}" if n % 2 else None,
            "autor": "Ada",
        }
        for n in range(12)
    ]
    dump = read(written(tmp_path, {"liste": rows}))
    assert any("'antwort_auf' may say what a comment answers" in note for note in dump.notes)


XML = f"""<?xml version="1.0"?>
<export><page url="/tea.html"><remarks>
  <remark nr="4"><who>Ada</who><when>{WHEN[0]}</when><says>{TEXTS[0]}</says>
    <answers><remark nr="7"><who>Bo</who><when>{WHEN[1]}</when><says>{TEXTS[1]}</says>
      <answers><remark nr="9"><who>Cy</who><when>{WHEN[2]}</when>
        <says>Since <b>Monday</b>, and nobody said it</says></remark></answers>
    </remark></answers>
  </remark>
</remarks></page></export>
"""


def test_xml_of_nested_elements(tmp_path):
    assert tree(read(written(tmp_path, XML, "dump.xml"))) == TREE


def test_xml_of_attributes(tmp_path):
    rows = [
        f'<c id="{nr}" answer_to="{above or ""}" at="{when}" by="Ada">{text}</c>'
        for nr, text, above, when in ROWS
    ]
    dump = read(written(tmp_path, f"<all>{''.join(rows)}</all>", "dump.xml"))
    assert tree(dump) == TREE
    assert dump.comments["author"].tolist() == ["Ada"] * 3


def test_xml_that_ends_before_its_root_does_is_told(tmp_path):
    dump = read(written(tmp_path, XML.replace("</export>", ""), "dump.xml"))
    assert tree(dump) == TREE
    assert dump.rejects["reason"].tolist() == ["the XML ends before its root does"]


ENTRY = "<entry no='{}'><who>Ada {}</who><when>2024-01-0{}</when><says>{}</says></entry>\n"
SAID = [f"So many words of the {n}th entry about the harbour & its boats" for n in range(1, 8)]


@pytest.mark.parametrize(
    "wrong",
    [
        "<says>oh <b not closed words of harbour</says></entry>",
        "<says>words of the harbour</sayz></entry>",
        "<says>words < of the harbour</says></entry>",
        "<says><![CDATA[words of the harbour</says></entry>",
        "<says>words of the harbour</says>",
        "<says>words of the harbour</entry></entry>",
    ],
    ids=["tag", "name", "less", "CDATA", "end", "other end"],
)
def test_xml_goes_on_behind_a_damaged_record(tmp_path, wrong):
    entries = [ENTRY.format(n, n, n, said) for n, said in enumerate(SAID, 1)]
    entries[3] = entries[3].partition("<says>")[0] + wrong + "\n"
    raw = f"<book>\n{''.join(entries)}</book>"
    path = written(tmp_path, raw, "dump.xml")
    dump = read(path)
    assert dump.comments["text"].tolist() == [*SAID[:3], *SAID[4:]]
    place = dump.rejects["place"][0].split()
    start, end = int(place[1]), int(place[3])
    assert raw[start:end].startswith(entries[3][:30])


def test_a_second_document_in_a_file_of_xml_is_read_too(tmp_path):
    entries = [ENTRY.format(n, n, n, said) for n, said in enumerate(SAID, 1)]
    raw = f"<book>\n{''.join(entries[:3])}</book>\n<book>\n{''.join(entries[3:])}"
    dump = read(written(tmp_path, raw, "dump.xml"))
    assert dump.comments["text"].tolist() == SAID
    assert len(dump.rejects) == 1


def test_cells_that_an_attribute_names(tmp_path):
    """As `mysqldump --xml` and phpMyAdmin write rows."""
    fields = ("comment_ID", "comment_content", "comment_approved", "comment_parent")
    rows = [("1", SAID[0], "1", "0"), ("2", SAID[1], "spam", "1"), ("3", SAID[2], "0", "0")]
    cells = (
        "".join(
            f'<field name="{name}">{value.replace("&", "&amp;")}</field>\n'
            for name, value in zip(fields, row, strict=True)
        )
        for row in rows
    )
    inner = "".join(f"<row>{row}</row>" for row in cells)
    raw = f'<mysqldump><database name="b"><table_data name="wp_comments">{inner}</table_data>'
    dump = read(written(tmp_path, f"{raw}</database></mysqldump>", "dump.xml"))
    found = dump.comments[["id", "parent_id", "status", "text"]].fillna("").values.tolist()
    assert found == [
        ["1", "", "approved", SAID[0]],
        ["2", "1", "spam", SAID[1]],
        ["3", "", "pending", SAID[2]],
    ]


def test_a_text_that_is_called_as_the_record_around_it(tmp_path):
    rows = "".join(
        f"<comment><id>{n}</id><user>Ada</user><date>2024-01-0{n}</date><comment>{said}</comment>"
        "</comment>"
        for n, said in enumerate(SAID, 1)
    )
    dump = read(written(tmp_path, f"<comments>{rows}</comments>", "dump.xml"))
    assert dump.comments["text"].tolist() == SAID


def test_ids_that_the_user_names_are_kept(tmp_path):
    rows = [
        {"key": f"k{n}", "nr": n, "text": f"{TEXTS[0]} {n}", "parent": n - 1 if n else None}
        for n in range(6)
    ]
    dump = read(written(tmp_path, rows), mapping={"id": "key", "text": "text"})
    assert dump.comments["id"].tolist() == [f"k{n}" for n in range(6)]


def test_entities_of_a_file_are_not_resolved(tmp_path):
    declared = '<!DOCTYPE all [<!ENTITY a "so it is"><!ENTITY b "&a;&a;&a;">]>'
    rows = "".join(f'<c id="{n}" by="Ada" at="{WHEN[0]}">and &b; {n}</c>' for n in range(3))
    path = written(tmp_path, f"<?xml version='1.0'?>{declared}<all>{rows}</all>", "dump.xml")
    with pytest.raises(InputError):
        read(path)
