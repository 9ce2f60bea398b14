"""Saved pages with comments in the markup of blogs, plugins and magazines that nobody lists.

    python -m tests.fuzz.pages --pages 100 --seed 1

Bare anchors before each comment, plugins with names of classes that say nothing, lists whose items
are the parts of a comment, magazines' articles, rows of tables, rules between paragraphs: in the
words of eight languages, flat and nested. What came out is compared with what was put in.
"""

import argparse
import random
import tempfile
from collections import Counter
from datetime import datetime
from html import escape
from pathlib import Path

from moderation.errors import InputError
from moderation.readers import read

SAID = [
    "The ferry has been late every single morning this month, and nobody tells us why.",
    "I walked past the bakery yesterday, it is open again.",
    "Das stimmt so nicht, die Schule wurde schon vor Jahren renoviert.",
    "Wer bezahlt das am Ende? Doch wieder wir alle.",
    "Je ne suis pas d'accord avec la fin de cet article, désolé.",
    "Muy buen artículo, lo comparto con mis vecinos.",
    "Ho provato la ricetta ieri sera e i bambini erano contenti.",
    "Dank je wel voor het duidelijke verhaal over de dijken.",
    "感謝分享，週末想帶家人一起去走走看看。",
    "請問停車方便嗎？假日會不會很多人呢？",
    "Zgadzam się z poprzednikiem, most jest potrzebny od dawna.",
    "No. 3 is plainly wrong, look at the table on page 12 again.",
    "Could you add a map next time?",
    "Thanks!",
]
PEOPLE = [
    "Ada",
    "Jens Peter",
    "chris_77",
    "María L.",
    "Old Salt",
    "Zofia",
    "林小姐",
    "Tom Baker",
    "nn",
]
TALK = {
    "en": (
        "Comments",
        "Posted by",
        "Reply",
        "{month} {day}, 20{year} {hour}:{minute:02} PM",
        "Like",
    ),
    "de": (
        "Kommentare",
        "Verfasst von",
        "Antworten",
        "{day:02}.0{m}.20{year} {hour24}:{minute:02}",
        "Gefällt mir",
    ),
    "fr": (
        "Commentaires",
        "Rédigé par",
        "Répondre",
        "{day:02}/0{m}/20{year} à {hour24}:{minute:02}",
        "J’aime",
    ),
    "es": (
        "Comentarios",
        "Publicado por",
        "Responder",
        "{day:02}/0{m}/20{year} {hour24}:{minute:02}",
        "Me gusta",
    ),
    "it": (
        "Commenti",
        "Scritto da",
        "Rispondi",
        "{day:02}/0{m}/20{year} {hour24}:{minute:02}",
        "Mi piace",
    ),
    "nl": (
        "Reacties",
        "Geplaatst door",
        "Beantwoorden",
        "{day:02}-0{m}-20{year} {hour24}:{minute:02}",
        "Vind ik leuk",
    ),
    "zh": ("留言列表", "發表者", "回覆", "20{year}/0{m}/{day:02} {hour24}:{minute:02}", "讚"),
    "pl": (
        "Komentarze",
        "Napisał",
        "Odpowiedz",
        "20{year}-0{m}-{day:02} {hour24}:{minute:02}",
        "Lubię to",
    ),
}
MONTHS = ["January", "February", "March", "April", "May", "June", "July", "August", "September"]


class Written:
    """A comment, what answers it, and its depth."""

    def __init__(self, number, author, said, parent, rng):
        self.number, self.author, self.parent, self.kids = number, author, parent, []
        self.paragraphs = said
        self.depth = parent.depth + 1 if parent else 1
        self.day, self.m, self.year = rng.randint(1, 28), rng.randint(1, 9), rng.randint(4, 23)
        self.hour, self.minute = rng.randint(1, 11), rng.randint(0, 59)

    def time(self, form):
        return form.format(
            month=MONTHS[self.m - 1],
            day=self.day,
            m=self.m,
            year=f"{self.year:02}",
            hour=self.hour,
            hour24=self.hour + 12,
            minute=self.minute,
        )

    def iso(self):
        return (
            f"20{self.year:02}-0{self.m}-{self.day:02}T{self.hour + 12}:{self.minute:02}:00+00:00"
        )

    def epoch(self):
        return int(datetime.fromisoformat(self.iso()).timestamp())

    def text(self):
        return "\n\n".join(self.paragraphs)

    def body(self, rng=None):
        if rng is not None and len(self.paragraphs) > 1:
            return "<br><br>\n".join(map(escape, self.paragraphs))
        return "".join(f"<p>{escape(one)}</p>" for one in self.paragraphs)


class Page:
    """One page: its language, its comments, and how its markup is called."""

    def __init__(self, rng, deepest):
        self.rng = rng
        self.language = rng.choice(list(TALK))
        self.title, self.by, self.reply, self.form, self.like = TALK[self.language]
        self.comments, number = [], rng.randint(40, 90_000)
        for _ in range(rng.randint(4, 14)):
            number += rng.randint(1, 900)
            open_to = [one for one in self.comments[-5:] if one.depth < deepest]
            parent = rng.choice(open_to) if open_to and rng.random() < 0.5 else None
            said = rng.sample(SAID, rng.choice([1, 1, 1, 2, 3]))
            said[0] = f"{said[0]} ({number})"
            one = Written(number, rng.choice(PEOPLE), said, parent, rng)
            (parent.kids if parent else []).append(one)
            self.comments.append(one)
        self.tops = [one for one in self.comments if one.parent is None]
        self.order = [one for top in self.tops for one in under(top)]

    def name(self, length=6):
        """A name of a class that means nothing."""
        return "_" + "".join(self.rng.choices("abcdefghkmnpqrstuvwxyz0123456789", k=length))


def under(one):
    return [one, *(below for kid in one.kids for below in under(kid))]


def nested(page, one, item, wrap):
    """The comment's element with those of its answers, which `wrap` puts around them."""
    inner = "".join(nested(page, kid, item, wrap) for kid in one.kids)
    return item(one, wrap(inner) if inner else "")


# --- bare anchors ---------------------------------------------------------------------------------


def anchors_then_byline(page):
    """Movable Type: an anchor, the text, and a line under it that says by whom and when."""
    rng = page.rng
    kind = rng.choice(["id", "name"])
    prefix = rng.choice(["c", "", "comment-", "c00", "kommentar"])
    tag, joint = rng.choice(["p", "span", "div"]), rng.choice([" | ", " at ", ", ", " – "])
    css = rng.choice(["comments-post", "posted", "comment-footer", page.name()])
    box = rng.choice(["", "comments-body", "kommentartext", page.name()])
    own = prefix if kind == "name" or prefix else "c"
    linked = rng.random() < 0.5
    br = rng if rng.random() < 0.4 else None
    rows = []
    for one in page.order:
        name = (
            f'<a href="http://{one.number}.example/">{escape(one.author)}</a>'
            if linked
            else escape(one.author)
        )
        line = f'<{tag} class="{css}">{page.by}: {name}{joint}{one.time(page.form)}</{tag}>'
        inside = one.body(br) + line
        inside = f'<div class="{box}">{inside}</div>' if box else inside
        rows.append(f'<a {kind}="{own}{one.number}"></a>\n{inside}\n')
    return "".join(rows), "flat"


def anchors_then_head(page):
    """A line that says by whom and when over the text, with an anchor in it or before."""
    rng = page.rng
    tag = rng.choice(["p", "h3", "h4", "div"])
    before, rule = rng.random() < 0.5, rng.choice(["", "<hr>", "<hr />"])
    rows = []
    for one in page.order:
        anchor = f'<a name="{one.number}"></a>'
        head = f"<b>{escape(one.author)}</b> – {one.time(page.form)}"
        inner = f"<{tag}>{'' if before else anchor}{head}</{tag}>{one.body()}"
        rows.append((anchor if before else "") + inner + rule)
    return "\n".join(rows), "flat"


def ruled(page):
    """A guest book: paragraphs with a line of author and time, and rules between."""
    rng = page.rng
    under_text = rng.random() < 0.5
    rows = []
    for one in page.order:
        line = f"<i>{page.by} {escape(one.author)}, {one.time(page.form)}</i>"
        body = "<br><br>".join(map(escape, one.paragraphs))
        rows.append(f"<p>{body}<br>{line}</p>" if under_text else f"<p>{line}<br>{body}</p>")
    return "<hr>\n".join(rows), "flat"


# --- plugins --------------------------------------------------------------------------------------


def plugin(page):
    """Facebook's plugin: names of classes that mean nothing, answers in an element below."""
    rng = page.rng
    row, box, name, text, foot, kids = (f"{page.name(4)} {page.name()}" for _ in range(6))
    clear = rng.choice(["clearfix", "", "_ohe lfloat"])
    stamp = rng.choice(["abbr", "title", "words"])
    inside, badges, badge = rng.random() < 0.5, rng.random() < 0.5, page.name()
    span = rng.choice(["span", "div"])

    def item(one, inner):
        time = one.time(page.form)
        when = {
            "abbr": f'<abbr class="{row}" title="{time}" data-utime="{one.epoch()}">{time}</abbr>',
            "title": f'<a class="{foot}" title="{time}" href="#">{time}</a>',
            "words": f"<span>{time}</span>",
        }[stamp]
        body = "<br>".join(map(escape, one.paragraphs))
        actor = f'<a class="{name}" href="/people/{one.number}">{escape(one.author)}</a>'
        if one.number % 3 == 0 and badges:
            actor += f' · <a class="{badge}">Works at Harbour &amp; Sons</a>'
        said = f'<{span} class="{text}"><span>{body}</span></{span}>'
        buttons = f'<a href="#">{page.like}</a> · <a href="#">{page.reply}</a> · {when}'
        main = (
            f'<div class="{box}"><div><span>{actor}</span></div>'
            f'<div>{said}</div><div class="{foot}">{buttons}</div></div>'
        )
        main = f'<div class="{clear}"><div><img alt=""></div>{main}</div>'
        return f'<div class="{row}">{main}{inner if inside else ""}</div>{"" if inside else inner}'

    def wrap(inner):
        return f'<div class="{kids}">{inner}</div>'

    body = "".join(nested(page, top, item, wrap) for top in page.tops)
    return f'<div id="{page.name()}">{body}</div>', "tree"


def hashed(page):
    """A site of components: each class with a hash, answers in a list inside."""
    rng = page.rng
    root, word = page.name(5), rng.choice(["Comment", "Kommentar", "Reaction", "Thread", "Beitrag"])
    tag = rng.choice(["div", "article", "section"])

    def item(one, inner):
        return (
            f'<{tag} class="{word}_root_{root}">'
            f'<header class="{word}_head_{root}">'
            f'<span class="{word}_user_{root}">{escape(one.author)}</span>'
            f'<time datetime="{one.iso()}">{one.time(page.form)}</time></header>'
            f'<div class="{word}_text_{root}">{one.body()}</div>'
            f"<button>{page.reply}</button>{inner}</{tag}>"
        )

    def wrap(inner):
        return f'<div class="{word}_replies_{root}">{inner}</div>'

    return "".join(nested(page, top, item, wrap) for top in page.tops), "tree"


def utilities(page):
    """A site whose classes say how a thing looks, and never what it is; margins for answers."""
    rng = page.rng
    unit = rng.choice(["px", "rem", "em", "%"])
    step = {"px": 24, "rem": 1.5, "em": 2, "%": 4}[unit]
    rows = []
    for one in page.order:
        margin = f' style="margin-left: {step * (one.depth - 1)}{unit}"'
        rows.append(
            f'<div class="flex flex-col p-4 border-b"{margin}>'
            f'<div class="flex gap-2 text-sm"><span class="font-bold">{escape(one.author)}</span>'
            f'<span class="text-gray-500">{one.time(page.form)}</span></div>'
            f'<div class="mt-2 leading-6">{one.body()}</div>'
            f'<div class="flex"><button class="text-xs">{page.reply}</button></div></div>'
        )
    return "".join(rows), "tree"


# --- lists whose items are the parts of a comment -------------------------------------------------


def parts(page):
    """Pixnet: a list for each comment, its items the author, the text and the owner's answer."""
    rng = page.rng
    single = rng.choice(["single-post", "msg-box", "entry", page.name()])
    info, text, answer = rng.choice(
        [
            ("post-info", "post-text", "reply-text"),
            ("who", "what", "owner"),
            (page.name(), page.name(), page.name()),
        ]
    )
    anchor, floor = rng.random() < 0.6, rng.random() < 0.6
    rows = []
    for at, top in enumerate(page.tops, 1):
        number = f'<span class="floor">#{at}</span> ' if floor else ""
        name = f'<a href="http://{top.number}.example/blog" class="user">{escape(top.author)}</a>'
        when = f' <span class="t">{top.time(page.form)}</span>'
        items = f'<li class="{info}">{number}{name}{when}</li><li class="{text}">{top.body()}</li>'
        for kid in top.kids:
            items += (
                f'<li class="{answer}">'
                f"<p>{escape(kid.author)} {kid.time(page.form)} {page.reply}</p>{kid.body()}</li>"
            )
        rows.append(
            (f'<a name="comment-{top.number}"></a>' if anchor else "")
            + f'<ul class="{single}">{items}</ul>'
        )
    return "".join(rows), "tree"


# --- magazines ------------------------------------------------------------------------------------


def magazine(page):
    """Drupal 8 and alike: articles, answers beside their parents in an element that indents."""
    rng = page.rng
    css = rng.choice(
        ["comment", "c-comment", "comments__comment", "kommentar", "lesermeinung", page.name()]
    )
    around = rng.choice(["indented", "comment__children", "answers", "antworten", page.name()])
    anchor = rng.random() < 0.5
    tag = rng.choice(["article", "div", "section"])

    def item(one, inner):
        key = f'<a id="comment-{one.number}"></a>' if anchor else ""
        return (
            f'{key}<{tag} class="{css}"><div class="{css}__meta">'
            f"<span>{escape(one.author)}</span> <span "
            f'class="{css}__when">{one.time(page.form)}</span>'
            f"</div>"
            f'<div class="{css}__copy">{one.body()}</div>'
            f'<a href="/reply/{one.number}">{page.reply}</a></{tag}>{inner}'
        )

    def wrap(inner):
        return f'<div class="{around}">{inner}</div>'

    return "".join(nested(page, top, item, wrap) for top in page.tops), "tree"


def plain_lists(page):
    """Lists without any class, answers in a list inside."""
    head = page.rng.choice(["strong", "b", "h4", "div"])
    tag = page.rng.choice(["ul", "ol"])

    def item(one, inner):
        return (
            f"<li><{head}>{escape(one.author)}</{head}>"
            f"<div>{one.time(page.form)}</div>{one.body()}{inner}</li>"
        )

    def wrap(inner):
        return f"<{tag}>{inner}</{tag}>"

    return wrap("".join(nested(page, top, item, wrap) for top in page.tops)), "tree"


def tables(page):
    """A row for each comment: who and when on the left, the text on the right."""
    split = page.rng.random() < 0.4
    rows = []
    for one in page.order:
        left = (
            f'<td width="20%"><b>{escape(one.author)}</b><br>'
            f"<small>{one.time(page.form)}</small></td>"
        )
        between = "</tr><tr>" if split else ""
        rows.append(f"<tr>{left}{between}<td>{one.body()}</td></tr>")
    return f"<table>{''.join(rows)}</table>", "flat"


def quoted(page):
    """Answers in block quotes under what they answer."""

    def item(one, inner):
        return (
            f'<div class="item"><p class="who">'
            f"<b>{escape(one.author)}</b> {one.time(page.form)}</p>"
            f'<div class="says">{one.body()}</div></div>{inner}'
        )

    def wrap(inner):
        return f"<blockquote>{inner}</blockquote>"

    return "".join(nested(page, top, item, wrap) for top in page.tops), "tree"


FAMILIES = {
    "anchors-byline": (anchors_then_byline, 1),
    "anchors-head": (anchors_then_head, 1),
    "ruled": (ruled, 1),
    "plugin": (plugin, 2),
    "hashed": (hashed, 4),
    "utilities": (utilities, 4),
    "parts": (parts, 2),
    "magazine": (magazine, 4),
    "plain-lists": (plain_lists, 4),
    "tables": (tables, 1),
    "quoted": (quoted, 3),
}


def generated(rng, family=None):
    """A page's source, its comments in reading order, and its family."""
    name = family or rng.choice(list(FAMILIES))
    make, deepest = FAMILIES[name]
    page = Page(rng, deepest)
    body, _ = make(page)
    heading = rng.choice(["h2", "h3", "h4"])
    count = f"{len(page.order)} " if rng.random() < 0.4 else ""
    named = rng.choice(
        [
            '<div id="comments">',
            '<section class="comments">',
            "<div>",
            '<div id="kommentare" class="box">',
            "",
        ]
    )
    closing = "</section>" if named.startswith("<section") else "</div>" if named else ""
    title = f"{count}{page.title}"
    heading = rng.choice(
        [f"<{heading}>{title}</{heading}>"] * 3
        + [
            f'<div class="comments-head">{title}</div>',
            f"<p><b>{title}</b></p>",
            f"<header><h2>{title}</h2></header>",
        ]
    )
    post, end_of_post = rng.choice(
        [('<div class="post">', "</div>"), ("<article>", "</article>"), ("", "")]
    )
    around, end_of_page = rng.choice(
        [("", ""), ('<div id="content">', "</div>"), ("<main>", "</main>")]
    )
    source = (
        f'<!DOCTYPE html><html lang="{page.language}"><head>'
        f'<meta charset="utf-8"><title>The harbour in March</title></head><body>'
        '<ul class="menu"><li><a href="/">Home</a></li><li><a href="/about">About</a></li></ul>'
        f'{around}{post}<h1>The harbour in March</h1><p class="date">March 3, 2004</p>'
        "<p>Nobody on the quay could say on Monday why all four boats came in "
        "after the tide, or who had told them to.</p>"
        f"<p>The council meets again in a week, and will not say a word before "
        f"that.</p>{end_of_post}"
        f"{named}{heading}\n{body}{closing}\n"
        f'<form action="/post"><p>Name</p><input name="n"><textarea></textarea></form>{end_of_page}'
        '<div class="sidebar"><h3>Archive</h3><ul><li>'
        '<a href="/a">April 2004</a></li><li><a href="/b">May 2004</a></li></ul></div>'
        "<p>Powered by nothing in particular</p></body></html>"
    )
    return source, page.order, name


def plainly(text):
    return " ".join(text.split())


def outcome(source, wanted):
    """`right`, `warned` or `wrong`, and in what."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "page.html"
        path.write_text(source, encoding="utf-8")
        try:
            dump = read(path)
        except InputError as error:
            return "asked", str(error)
    rows = dump.comment_table.to_pylist()
    texts = {row["id"]: plainly(row["text"]) for row in rows}
    found = {plainly(row["text"]): row for row in rows}
    faults = Counter()
    for one in wanted:
        row = found.get(plainly(one.text()))
        if row is None:
            faults["text"] += 1
            continue
        answered = texts.get(row["parent_id"])
        faults["parent"] += answered != (plainly(one.parent.text()) if one.parent else None)
        faults["author"] += row["author"] != one.author
        faults["time"] += row["created_at"] is None or row["created_at"].day not in (one.day, one.m)
    faults["extra"] += max(0, len(rows) - len(wanted))
    faults = +faults
    if not faults:
        return "right", ""
    what = f"{len(rows)} of {len(wanted)}: {dict(faults)}"
    told = dump.notes or len(dump.rejects) or any(row["warnings"] for row in rows)
    return ("warned" if told else "wrong"), f"{what}; {' '.join(dump.notes)[:200]}"


def results(pages, seed, family=None):
    """Number, family, source, outcome and reason of each page."""
    for number in range(pages):
        rng = random.Random(f"{seed} {number}")
        source, wanted, name = generated(rng, family)
        yield number, name, source, *outcome(source, wanted)


def counted(pages, seed):
    """How many pages have each outcome."""
    return Counter(result for *_, result, _ in results(pages, seed))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--family", choices=list(FAMILIES))
    parser.add_argument("--keep", type=Path)
    options = parser.parse_args()
    kinds = Counter()
    for number, name, source, result, why in results(options.pages, options.seed, options.family):
        kinds[name, result] += 1
        if result != "right":
            print(f"{number} {name} {result}: {why}")
        if result != "right" and options.keep:
            options.keep.mkdir(exist_ok=True)
            (options.keep / f"{number}-{name}.html").write_text(source, encoding="utf-8")
    for (name, result), count in sorted(kinds.items()):
        print(f"{name:16} {result:7} {count}")


if __name__ == "__main__":
    main()
