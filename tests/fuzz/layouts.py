"""Dumps of systems that nobody knows, in the layouts that such systems have.

    python -m tests.fuzz.layouts --files 100 --seed 1

Columns, rows under a header, mappings, JSON:API, GraphQL, HAL, collections, answers of search
engines and databases, paths, depths and nested sets for parents, XML, YAML: in the words of ten
languages. The outcomes are those of `tests.fuzz.shapes`, with which this shares no words, names or
layouts.
"""

import csv
import io
import json
import random
from xml.sax.saxutils import escape, quoteattr

from tests.fuzz.shapes import main, outcome

SAID = [
    "Ich finde, dass die Stadt hier wirklich zu langsam handelt",
    "That is exactly what I was going to say about the old harbour",
    "Moi je pense que les impôts ne devraient pas augmenter cette année",
    "Creo que el artículo se olvida de lo más importante",
    "Nobody asked the people who live next to the motorway",
    "Я не согласен с автором, но статья хорошая",
    "Die Bahn kommt bei uns seit Wochen zu spät, und keiner sagt etwas",
    "Could you share the source of these numbers, please?",
    "Ho letto tutto, e non sono convinto per niente",
    "Het is jammer dat de winkel in het dorp dicht gaat",
    "Obrigado pelo texto, aprendi muita coisa com ele",
    "Jag håller med, det var bättre förr i tiden",
    "We tried this recipe last Sunday and the kids loved it",
    "Dlaczego nikt nie pyta mieszkańców o zdanie",
    "Yorumunuza katılıyorum, teşekkürler arkadaşlar",
    "You should read the second paragraph again before you answer",
]
PEOPLE = [
    "Ada Lovelace",
    "Bruno",
    "chris_77",
    "Dóra",
    "Елена",
    "Fatma K.",
    "gardener",
    "Hugo",
    "İpek",
    "jo",
]
NAMES = {
    "id": "id cid Nr komment_id nummer identifiant codigo ident ID_коммент lp key ref",
    "text": "text inhalt body contenu mensaje tekst treść содержание mesaj texto msg innehåll say",
    "parent": "parent vater_id en_reponse_a respuesta_a svar_på antwoord_op ответ_на replyTo",
    "author": "author autor auteur usuario schrijver автор yazar nick författare from_name",
    "time": "time datum date_envoi fecha tijd дата tarih created skapad sent_at",
    "thread": "thread seite_id page_url articulo pagina_id тема haber_id topic artikel",
    "kids": "replies antworten reponses respuestas reacties ответы yanıtlar kids svar",
    "title": "title titel titre titulo",
}
LAYOUTS = [
    "columns",
    "header",
    "split",
    "keyed",
    "jsonapi",
    "graphql",
    "hal",
    "activity",
    "elastic",
    "mongo",
    "dynamo",
    "firebase",
    "path",
    "dotted-path",
    "sets",
    "depth",
    "index",
    "urls",
    "urns",
    "pairs",
    "phpmyadmin",
    "xml",
    "xml-nested",
    "xml-attributes",
    "csv",
    "semicolons",
    "tsv",
    "prefixed",
    "mixed-lists",
    "posts",
]


def comments(rng):
    """Pages of comments, each with `parent`, a comment before it on its page, in reading order."""
    pages, made = rng.choice([1, 1, 2, 3]), []
    number = rng.randint(3, 4000)
    for page in range(pages):
        own = []
        for _ in range(rng.randint(8, 25)):
            number += rng.randint(1, 5)
            parent = rng.choice(own[-6:]) if own and rng.random() < 0.6 else None
            text = " – ".join(rng.sample(SAID, rng.randint(1, 3)))
            row = {"id": number, "page": page, "parent": parent, "text": f"{text} ({number})"}
            row |= {"author": rng.choice(PEOPLE), "time": 1650000000 + 611 * number, "kids": []}
            own.append(row)
            if parent:
                parent["kids"].append(row)
        tops = [row for row in own if row["parent"] is None]
        made += [row for top in tops for row in under(top)]
    return made, pages


def under(row):
    """The comment and what answers it, in reading order."""
    return [row, *(one for kid in row["kids"] for one in under(kid))]


def depth(row):
    return 0 if row["parent"] is None else 1 + depth(row["parent"])


class Layout:
    """One dump: its names, and how its values are written."""

    def __init__(self, rng):
        self.rng = rng
        self.rows, self.pages = comments(rng)
        self.names = {role: rng.choice(names.split()) for role, names in NAMES.items()}
        self.iso = rng.random() < 0.6
        self.key = rng.choice(["data", "liste", "resultats", "kommentare", "items", "записи", "d"])
        self.suffix, self.split = ".json", True

    def time(self, row):
        minutes, day = row["id"] % 60, 1 + row["id"] // 300 % 28
        return f"2022-04-{day:02}T09:{minutes:02}:00+02:00" if self.iso else row["time"]

    def page(self, row):
        return f"/2022/{row['page']}-{'abcdef'[row['page']] * 4}.html"

    def flat(self, row, own=None, parent=None, **more):
        """The comment as an object that names its parent."""
        names = self.names
        own = own or (lambda one: one["id"])
        record = {names["id"]: own(row), names["author"]: row["author"]}
        record |= {
            names["time"]: self.time(row),
            names["text"]: row["text"],
            "likes": row["id"] % 4,
        }
        if self.pages > 1:
            record[names["thread"]] = self.page(row)
        above = row["parent"]
        record[names["parent"]] = parent(row) if parent else above and own(above)
        return record | more

    def bare(self, row):
        """The same without page and parent."""
        left = (self.names["thread"], self.names["parent"])
        return {key: value for key, value in self.flat(row).items() if key not in left}

    def tops(self):
        return [row for row in self.rows if row["parent"] is None]

    def write(self, layout):
        """The content of the file."""
        value = getattr(self, "as_" + layout.replace("-", "_"))()
        return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, indent=1)

    def as_columns(self):
        records = [self.flat(row) for row in self.rows]
        table = {key: [record[key] for record in records] for key in records[0]}
        return {self.key: table} if self.rng.random() < 0.4 else table

    def as_header(self):
        records = [self.flat(row) for row in self.rows]
        return [list(records[0]), *(list(record.values()) for record in records)]

    def as_split(self):
        records = [self.flat(row) for row in self.rows]
        names = self.rng.choice([("columns", "data"), ("fields", "rows"), ("cols", "values")])
        return {names[0]: list(records[0]), names[1]: [list(one.values()) for one in records]}

    def as_keyed(self):
        left = self.names["id"]
        records = {
            f"n{row['id']}": self.flat(row, own=lambda one: f"n{one['id']}") for row in self.rows
        }
        for record in records.values():
            del record[left]
        return {self.key: records}

    def as_jsonapi(self):
        people = {name: str(number) for number, name in enumerate(PEOPLE, 1)}

        def made(row):
            above = row["parent"]
            relations = {"author": {"data": {"type": "people", "id": people[row["author"]]}}}
            relations["parent"] = {"data": above and {"type": "comments", "id": str(above["id"])}}
            if self.pages > 1:
                relations["article"] = {"data": {"type": "articles", "id": self.page(row)}}
            attributes = {"body": row["text"], "created-at": self.time(row)}
            own = {"type": "comments", "id": str(row["id"]), "attributes": attributes}
            return own | {"relationships": relations}

        included = [
            {"type": "people", "id": number, "attributes": {"name": name}}
            for name, number in people.items()
        ]
        return {
            "data": list(map(made, self.rows)),
            "included": included,
            "jsonapi": {"version": "1.0"},
        }

    def as_graphql(self):
        def made(row):
            node = {"id": f"Q29t{row['id']}", "bodyText": row["text"], "createdAt": self.time(row)}
            node["author"] = {"__typename": "User", "name": row["author"]}
            node["replies"] = {
                "edges": list(map(edge, row["kids"])),
                "totalCount": len(row["kids"]),
            }
            return node

        def edge(row):
            return {"cursor": f"c{row['id']}", "node": made(row)}

        self.pages = self.pages if self.rng.random() < 0.5 else 1
        self.rows = [row for row in self.rows if row["page"] < self.pages]

        def story(page):
            edges = [edge(row) for row in self.tops() if row["page"] == page]
            return {"id": f"S{page}", "title": f"Story {page}", "comments": {"edges": edges}}

        stories = list(map(story, range(self.pages)))
        return {"data": {"story": stories[0]} if self.pages == 1 else {"stories": stories}}

    def as_hal(self):
        def made(row):
            links = {"self": {"href": f"/api/comments/{row['id']}"}}
            if row["parent"]:
                links["parent"] = {"href": f"/api/comments/{row['parent']['id']}"}
            if self.pages > 1:
                links["article"] = {"href": "/api" + self.page(row)}
            record = {"content": row["text"], "user": row["author"], "postedAt": self.time(row)}
            return record | {"_links": links}

        inner = {"comments": list(map(made, self.rows))}
        return {
            "_embedded": inner,
            "_links": {"self": {"href": "/api/comments"}},
            "page": {"size": 99},
        }

    def as_activity(self):
        base = "https://social.example/notes/"

        def made(row):
            above = row["parent"]
            replies = above and f"{base}{above['id']}"
            note = {"type": "Remark", "id": f"{base}{row['id']}", "content": row["text"]}
            note |= {
                "replyOf": replies,
                "published": self.time(row),
                "actor": f"https://social.example/@{row['id'] % 7}",
            }
            return {"type": "Add", "object": note}

        self.split = False
        return {
            "type": "Collection",
            "totalItems": len(self.rows),
            "orderedItems": list(map(made, self.rows)),
        }

    def as_elastic(self):
        def made(row):
            record = self.flat(row)
            own = record.pop(self.names["id"])
            return {"_index": "kommentare", "_id": str(own), "_score": 1.0, "_source": record}

        hits = list(map(made, self.rows))
        return {
            "took": 3,
            "timed_out": False,
            "hits": {"total": {"value": len(hits)}, "hits": hits},
        }

    def as_mongo(self):
        def oid(row):
            return {"$oid": f"{row['id']:024x}"}

        self.suffix = ".jsonl"
        lines = []
        for row in self.rows:
            record = self.flat(row, own=oid)
            record["_id"] = record.pop(self.names["id"])
            record[self.names["time"]] = {"$date": f"2022-04-01T09:00:{row['id'] % 60:02}Z"}
            lines.append(json.dumps(record, ensure_ascii=False))
        return "\n".join(lines)

    def as_dynamo(self):
        def typed(value):
            if value is None:
                return {"NULL": True}
            return {"N": str(value)} if isinstance(value, int) else {"S": value}

        rows = [{key: typed(value) for key, value in self.flat(row).items()} for row in self.rows]
        return {"Items": rows, "Count": len(rows), "ScannedCount": len(rows)}

    def as_firebase(self):
        def made(row):
            record = self.bare(row)
            del record[self.names["id"]]
            if row["kids"]:
                record[self.names["kids"]] = {f"-M{kid['id']}": made(kid) for kid in row["kids"]}
            return record

        tops = {n: [row for row in self.tops() if row["page"] == n] for n in range(self.pages)}
        return {
            "comments": {
                f"artikel-{n}": {f"-M{row['id']}": made(row) for row in some}
                for n, some in tops.items()
            }
        }

    def as_path(self, sign="/"):
        def path(row):
            return (path(row["parent"]) + sign if row["parent"] else "") + str(row["id"])

        rows = []
        for row in self.rows:
            record = self.flat(row, parent=path)
            record["path"] = record.pop(self.names["parent"])
            rows.append(record)
        return rows

    def as_dotted_path(self):
        def path(row):
            return (path(row["parent"]) if row["parent"] else "") + f"{row['id']:05}."

        rows = []
        for row in self.rows:
            record = self.flat(row, parent=path)
            record["path"] = record.pop(self.names["parent"])
            del record[self.names["id"]]
            rows.append(record)
        return {self.key: rows}

    def as_sets(self):
        counter = iter(range(1, 10**6))
        sides = {}

        def visit(row):
            left = next(counter)
            for kid in row["kids"]:
                visit(kid)
            sides[row["id"]] = left, next(counter)

        for row in self.tops():
            visit(row)
        names = self.rng.choice([("lft", "rgt"), ("left", "right"), ("tree_left", "tree_right")])
        rows = []
        for row in self.rows:
            record = self.flat(row) | dict(zip(names, sides[row["id"]], strict=True))
            del record[self.names["parent"]]
            rows.append(record)
        self.rng.shuffle(rows)
        return rows

    def as_depth(self):
        name = self.rng.choice(["depth", "level", "indent", "ebene", "niveau"])
        rows = []
        for row in self.rows:
            record = self.flat(row) | {name: depth(row)}
            del record[self.names["parent"]]
            rows.append(record)
        return {self.key: rows}

    def as_index(self):
        """Parents are places in the list, from 0; an object has no id."""
        place = {row["id"]: n for n, row in enumerate(self.rows)}
        rows = []
        for row in self.rows:
            above = row["parent"]
            record = self.flat(
                row, parent=lambda row, above=above: place[above["id"]] if above else None
            )
            del record[self.names["id"]]
            rows.append(record)
        return {"comments": rows}

    def as_urls(self):
        return [
            self.flat(row, own=lambda one: f"https://blog.example/c/{one['id']}#k")
            for row in self.rows
        ]

    def as_urns(self):
        return {
            self.key: [
                self.flat(row, own=lambda one: f"urn:li:comment:(a:7,{one['id']})")
                for row in self.rows
            ]
        }

    def as_pairs(self):
        """A comment is its text and a list of such replies."""

        def made(row):
            return [row["author"], row["text"], list(map(made, row["kids"]))]

        self.split = False
        return list(map(made, self.tops()))

    def as_phpmyadmin(self):
        rows = [
            {key: value if value is None else str(value) for key, value in self.flat(row).items()}
            for row in self.rows
        ]
        head = [
            {
                "type": "header",
                "version": "5.1.1",
                "comment": "Export to JSON plugin for PHPMyAdmin",
            }
        ]
        return [
            *head,
            {"type": "database", "name": "db1"},
            {"type": "table", "name": "x_comments", "database": "db1", "data": rows},
        ]

    def elements(self, row, kids):
        record = self.flat(row) if not kids else self.bare(row)
        inner = "".join(
            f"<{key}>{escape('' if value is None else str(value))}</{key}>"
            for key, value in record.items()
        )
        if kids and row["kids"]:
            name = self.names["kids"]
            inner += f"<{name}>{''.join(self.elements(kid, True) for kid in row['kids'])}</{name}>"
        return f"<kommentar>{inner}</kommentar>\n"

    def as_xml(self):
        self.suffix = ".xml"
        return (
            "<?xml version='1.0'?>\n<liste>"
            + "".join(self.elements(row, False) for row in self.rows)
            + "</liste>"
        )

    def as_xml_nested(self):
        self.suffix = ".xml"
        pages = [[row for row in self.tops() if row["page"] == n] for n in range(self.pages)]
        inner = "".join(
            f'<seite url="/{n}.html">{"".join(self.elements(row, True) for row in some)}</seite>'
            for n, some in enumerate(pages)
        )
        return f"<?xml version='1.0' encoding='UTF-8'?>\n<export>{inner}</export>"

    def as_xml_attributes(self):
        self.suffix = ".xml"
        made = []
        for row in self.rows:
            record = self.flat(row)
            text = record.pop(self.names["text"])
            given = " ".join(
                f"{key}={quoteattr(str(value))}"
                for key, value in record.items()
                if value is not None
            )
            made.append(f"  <comment {given}>{escape(text)}</comment>\n")
        return f"<comments>\n{''.join(made)}</comments>\n"

    def as_csv(self, sign=","):
        self.suffix = ".tsv" if sign == "\t" else ".csv"
        records = [self.flat(row) for row in self.rows]
        out = io.StringIO()
        writer = csv.DictWriter(out, list(records[0]), delimiter=sign)
        writer.writeheader()
        writer.writerows(records)
        return out.getvalue()

    def as_semicolons(self):
        return self.as_csv(";")

    def as_tsv(self):
        return self.as_csv("\t")

    def as_prefixed(self):
        prefix = self.rng.choice(["cmt_", "kommentar.", "c_", "wall_comment_"])
        return [{prefix + key: value for key, value in self.flat(row).items()} for row in self.rows]

    def as_mixed_lists(self):
        """Comments beside people and articles, each with ids and texts of their own."""
        articles = [
            {"url": f"/2022/{n}-{'abcdef'[n] * 4}.html", "headline": SAID[n], "teaser": SAID[-n]}
            for n in range(self.pages)
        ]
        people = [{"id": n, "name": name, "bio": SAID[-n]} for n, name in enumerate(PEOPLE, 1)]
        return {
            "articles": articles,
            "people": people,
            "remarks": [self.flat(row) for row in self.rows],
        }

    def as_posts(self):
        """Articles with their text, their comments in them."""
        thread = self.names["thread"]

        def remarks(page):
            for row in self.rows:
                if row["page"] == page:
                    yield {key: value for key, value in self.flat(row).items() if key != thread}

        return [
            {
                "slug": f"artikel-{n}",
                self.names["title"]: SAID[n],
                "article_html": f"<p>{SAID[-n]}</p>" * 4,
                "comments": list(remarks(n)),
            }
            for n in range(self.pages)
        ]


def generated(rng, layout):
    """A file: its content, its suffix, and for each text the text it answers and its page."""
    made = Layout(rng)
    content = made.write(layout)
    wanted = {
        row["text"]: (
            row["parent"] and row["parent"]["text"],
            row["page"] if made.split and made.pages > 1 else 0,
        )
        for row in made.rows
    }
    return content, made.suffix, wanted


def results(files, seed):
    """Number, layout, suffix, content, outcome and reason of each file."""
    for number in range(files):
        rng = random.Random(f"{seed} {number}")
        layout = LAYOUTS[number % len(LAYOUTS)]
        content, suffix, wanted = generated(rng, layout)
        yield number, layout, suffix, content, *outcome(content, suffix, wanted)


if __name__ == "__main__":
    main(results, __doc__)
