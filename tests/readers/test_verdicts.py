"""Verdicts that stand in fields of their own, in tables, JSON of any shape, XML and SQL."""

import json

import pytest

from moderation.readers import read

TEXTS = {
    "1": "The tulips are out already.",
    "2": "Mine have gone to the deer.",
    "3": "Deer? In this part of town?",
    "4": "Plant daffodils, they do not taste.",
    "5": "Cheap pills for all of you here.",
}


def statuses(path, content):
    path.write_text(content)
    comments = read(path).comments
    return dict(zip(comments["id"], comments["status"], strict=True))


def csv_of(header, cells):
    rows = [f'{own},Ada,"{TEXTS[own]}",{given}' for own, given in cells.items()]
    return "\n".join([f"id,author,comment,{header}", *rows, ""])


@pytest.mark.parametrize(
    ("header", "cells", "expected"),
    [
        (
            "is_spam,is_approved,is_deleted",
            {"1": "False,True,False", "2": "True,True,False", "3": "False,False,False"}
            | {"4": "True,True,True"},
            {"1": "approved", "2": "spam", "3": "pending", "4": "deleted"},
        ),
        (
            "deleted_at,hidden",
            {"1": ",0", "2": "2024-01-01 10:00:00,0", "3": ",1", "4": "0000-00-00 00:00:00,0"},
            {"1": "unknown", "2": "deleted", "3": "hidden", "4": "unknown"},
        ),
        (
            "status,rejected",
            {"1": "published,no", "2": "published,yes", "3": "pending,no", "4": "spam,no"},
            {"1": "approved", "2": "removed", "3": "pending", "4": "spam"},
        ),
        (
            "visible",
            {"1": "1", "2": "0", "3": "1", "4": "1"},
            {"1": "approved", "2": "hidden", "3": "approved", "4": "approved"},
        ),
    ],
    ids=["flags", "times", "beside a status", "visible"],
)
def test_columns_of_verdicts(tmp_path, header, cells, expected):
    assert statuses(tmp_path / "comments.csv", csv_of(header, cells)) == expected


def test_columns_with_other_values_are_no_verdicts(tmp_path):
    """The date of publication, and the name of who approved it, say nothing of this kind."""
    cells = {"1": "2024-01-01,Eve", "2": "2024-01-02,Eve", "3": "2024-01-03,Mal"}
    found = statuses(tmp_path / "comments.csv", csv_of("published,hidden", cells))
    assert found == {"1": "unknown", "2": "unknown", "3": "unknown"}


def test_a_mapped_status_is_the_only_one(tmp_path):
    path = tmp_path / "comments.csv"
    path.write_text(csv_of("verdict,is_spam", {"1": "spam,0", "2": "approved,1", "3": "hold,0"}))
    comments = read(path, mapping={"status": "verdict"}).comments
    assert comments["status"].tolist() == ["spam", "approved", "pending"]


FLAGGED = [
    {"id": "1", "isSpam": False, "approved": True, "isDeleted": False},
    {"id": "2", "isSpam": True, "approved": True, "isDeleted": False},
    {"id": "3", "isSpam": False, "approved": False, "isDeleted": False},
    {"id": "4", "isSpam": True, "approved": True, "isDeleted": True},
]
TOLD = {"1": "approved", "2": "spam", "3": "pending", "4": "deleted"}
ROWS = [{**one, "user": "Ada", "comment": TEXTS[one["id"]]} for one in FLAGGED]


@pytest.mark.parametrize(
    "made",
    [
        lambda rows: rows,
        lambda rows: {"meta": {"total": 4}, "data": {"comments": rows}},
        lambda rows: [rows[0] | {"replies": rows[1:]}],
    ],
    ids=["rows", "within", "nested"],
)
def test_fields_of_verdicts_in_json(tmp_path, made):
    assert statuses(tmp_path / "comments.json", json.dumps(made(ROWS))) == TOLD


def test_fields_of_verdicts_in_xml(tmp_path):
    fields = ("id", "user", "comment", "isSpam", "approved", "isDeleted")
    rows = ("".join(f"<{name}>{row[name]}</{name}>" for name in fields) for row in ROWS)
    text = "".join(f"<comment>{row}</comment>" for row in rows)
    assert statuses(tmp_path / "comments.xml", f"<comments>{text}</comments>") == TOLD


def test_fields_of_verdicts_in_sql(tmp_path):
    cells = (
        f"({own},'Ada','{TEXTS[own]}',{spam},{approved})"
        for own, spam, approved in [("1", 0, 1), ("2", 1, 1), ("3", 0, 0)]
    )
    rows = ",".join(cells)
    content = f"INSERT INTO `remarks` (`id`,`author`,`comment`,`spam`,`approved`) VALUES {rows};"
    found = statuses(tmp_path / "remarks.sql", content)
    assert found == {"1": "approved", "2": "spam", "3": "pending"}


@pytest.mark.parametrize(
    ("table", "columns", "rows", "expected"),
    [
        (
            "jos_jcomments",
            "id parent object_id object_group name comment date published deleted",
            [
                "1,0,7,'com_content','Ada','{}','2024-01-01 10:00:00',1,0",
                "2,1,7,'com_content','Ben','{}','2024-01-01 10:00:00',0,0",
                "3,0,8,'com_content','Cleo','{}','2024-01-01 10:00:00',1,1",
            ],
            [["7", "1", "", "approved"], ["7", "2", "1", "pending"], ["8", "3", "", "deleted"]],
        ),
        (
            "comments",
            "cid pid nid uid subject comment hostname timestamp status format thread name",
            [
                "1,0,7,0,'x','{}','h',1600000000,0,1,'01/','Ada'",
                "2,1,7,0,'x','{}','h',1600000000,1,1,'01.00/','Ben'",
            ],
            [["7", "1", "", "approved"], ["7", "2", "1", "pending"]],
        ),
        (
            "flarum_posts",
            "id discussion_id number created_at user_id type content hidden_at is_approved",
            [
                "1,7,2,'2024-01-01 10:00:00',3,'comment','<t><p>{}</p></t>',NULL,1",
                "2,7,3,'2024-01-01 10:00:00',3,'comment','<t><p>{}</p></t>','2024-01-01',1",
                "3,7,4,'2024-01-01 10:00:00',3,'comment','<t><p>{}</p></t>',NULL,0",
            ],
            [["7", "1", "", "approved"], ["7", "2", "", "hidden"], ["7", "3", "", "pending"]],
        ),
    ],
    ids=["JComments", "Drupal 6", "Flarum"],
)
def test_tables_of_systems(tmp_path, table, columns, rows, expected):
    names = ",".join(f"`{name}`" for name in columns.split())
    filled = (row.format(text) for row, text in zip(rows, TEXTS.values(), strict=False))
    path = tmp_path / "dump.sql"
    path.write_text(f"INSERT INTO `{table}` ({names}) VALUES ({'),('.join(filled)});")
    comments = read(path).comments
    comments["parent_id"] = comments["parent_id"].fillna("")
    assert comments[["thread_id", "id", "parent_id", "status"]].values.tolist() == expected
    assert set(comments["text"]) <= set(TEXTS.values())


@pytest.mark.parametrize(
    ("table", "page", "bodies"),
    [
        ("comment", "nid", "field_data_comment_body"),
        ("comment_field_data", "entity_id", "comment__comment_body"),
    ],
    ids=["Drupal 7", "Drupal"],
)
def test_texts_of_drupal_stand_in_another_table(tmp_path, table, page, bodies):
    """Texts of pages stand in a table of like name, under numbers that comments have too."""
    path = tmp_path / "drupal.sql"
    path.write_text(
        f"INSERT INTO `{table}` (`cid`,`pid`,`{page}`,`uid`,`subject`,`created`,`status`,`thread`,"
        "`name`) VALUES (1,0,7,0,'x',1600000000,1,'01/','Ada'),(2,1,7,0,'x',1600000000,0,'01.00/',"
        f"'Ben');\nINSERT INTO `{bodies}` (`entity_id`,`comment_body_value`) VALUES "
        f"(1,'<p>{TEXTS['1']}</p>'),(2,'<p>{TEXTS['2']}</p>');\n"
        "INSERT INTO `field_data_body` (`entity_id`,`body_value`) VALUES (2,'The whole page.');"
    )
    comments = read(path).comments
    assert comments[["thread_id", "id", "status", "text"]].values.tolist() == [
        ["7", "1", "approved", TEXTS["1"]],
        ["7", "2", "pending", TEXTS["2"]],
    ]
    assert comments["parent_id"].tolist()[1] == "1"


AVATAR = "https://img.example/u/{}.png"


def test_the_picture_of_an_author_is_no_page(tmp_path):
    rows = [
        {"id": n, "html": f"<p>{text}</p>", "user_avatar_url": AVATAR.format(n % 2), "points": 0}
        for n, text in enumerate(TEXTS.values(), 1)
    ]
    path = tmp_path / "comments.json"
    path.write_text(json.dumps(rows))
    assert read(path).comments["thread_id"].nunique() == 1


def test_the_address_of_a_comment_is_no_page(tmp_path):
    address = "https://api.example/repos/tea/comments/{}"
    rows = [
        {"id": n, "comment": text, "author": "Ada", "url": address.format(n)}
        for n, text in enumerate(TEXTS.values(), 1)
    ]
    path = tmp_path / "comments.json"
    path.write_text(json.dumps(rows))
    assert read(path).comments["thread_id"].nunique() == 1


@pytest.mark.parametrize("name", ["business_id", "asin", "Artikel", "productId", "文章"])
def test_what_reviews_are_about_is_their_page(tmp_path, name):
    rows = [
        {"review_id": f"r{n}", "user": f"U{n}", "text": text, name: f"B{n % 2}"}
        for n, text in enumerate(TEXTS.values(), 1)
    ]
    path = tmp_path / "reviews.json"
    path.write_text("\n".join(map(json.dumps, rows)))
    comments = read(path).comments
    assert dict(zip(comments["id"], comments["thread_id"], strict=True)) == {
        "r1": "B1",
        "r2": "B0",
        "r3": "B1",
        "r4": "B0",
        "r5": "B1",
    }


def test_published_may_be_a_verdict_or_a_date(tmp_path):
    cells = {"1": "N,Y", "2": "Y,Y", "3": "N,N", "4": "N,Y"}
    found = statuses(tmp_path / "comments.csv", csv_of("Hidden,Published", cells))
    assert found == {"1": "approved", "2": "hidden", "3": "pending", "4": "approved"}


def test_reviewers_are_the_authors_and_products_the_pages(tmp_path):
    rows = [
        {"id": n, "product_id": 30 + n % 2, "product_name": f"P{n % 2}", "review": f"<p>{text}</p>"}
        | {"status": "approved", "reviewer": f"Ada {n}"}
        for n, text in enumerate(TEXTS.values(), 1)
    ]
    path = tmp_path / "reviews.json"
    path.write_text(json.dumps(rows))
    comments = read(path).comments
    assert sorted(zip(comments["id"], comments["author"], comments["thread_id"], strict=True)) == [
        ("1", "Ada 1", "31"),
        ("2", "Ada 2", "30"),
        ("3", "Ada 3", "31"),
        ("4", "Ada 4", "30"),
        ("5", "Ada 5", "31"),
    ]


def test_a_pid_without_an_id_is_the_id(tmp_path):
    """As Discuz has it: `pid` is the post, `tid` the thread."""
    rows = ",".join(
        f"({70 + n},{n % 2 + 8},'Ada',1620000000,'{text}')"
        for n, text in enumerate(TEXTS.values(), 1)
    )
    path = tmp_path / "forum.sql"
    path.write_text(
        f"INSERT INTO `pre_forum_post` (`pid`,`tid`,`author`,`dateline`,`message`) VALUES {rows};"
    )
    comments = read(path).comments
    assert comments["parent_id"].isna().all()
    assert dict(zip(comments["id"], comments["thread_id"], strict=True)) == {
        "71": "9",
        "72": "8",
        "73": "9",
        "74": "8",
        "75": "9",
    }
