"""How often ordinary comments are flagged: `python -m benchmarks.everyday DATA [--dumps DIR]`.

DATA: the folder of the public sets. Below it, `blogs/everyday.parquet` holds comments that the
owners of blogs approved, and `blogs/blog_spam.parquet` comments with each site's own verdict on
spam; no model may be trained on either, so that each of their sites is one that was left out. DIR:
a folder of real dumps of other kinds of site (`DUMPS` says which files). Every site is read and
scored whole, as `moderation score` would, with its threads, titles and authors.

Prints Markdown: flags per 1,000 approved comments by label and kind of site, with 95 % intervals
(Wilson, as if comments were independent of each other); and how well the blogs' spam is told. `-o`
writes the flagged comments to a table for reading: only reading says how many flags are right.
"""

from __future__ import annotations

import argparse
import re
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from moderation.comments import REJECT_SCHEMA
from moderation.evaluation.metrics import roc_auc
from moderation.labels.public.threads import read_threads
from moderation.model.model import Model
from moderation.readers import Dump, read
from moderation.scoring import score

if TYPE_CHECKING:
    from collections.abc import Iterator

SOURCES = Path(__file__).parents[1] / "labels" / "sources.toml"
DUMPS = {
    "Reddit": ("reddit/flat-3hahrw.ndjson", "convokit/utterances.jsonl"),
    "forum": ("discourse/delving/topic-91.ndjson", "discourse/delving/topic-303.ndjson"),
    "link sites": ("lobsters/story.json", "devto/devtogo-comments.json"),
    "job adverts that were asked for": ("hn/firebase-hn_comments.json",),
    "news": ("html/californiaglobe.com.amazon.html", "html/drupal-aclu.html"),
    "blogs": (
        "wxr/real-timothyfitz.xml",
        "html/foxyfolksy.com.buttercream.html",
        "html/blogger-luxuryhaven.co.hyatt.html",
        "html/blog.wordpress.com.diverse.html",
        "html/businessjargons.com.leadership.html",
    ),
}  # fmt: skip
"""English dumps below DIR by kind of site."""

THREADS = {"Reddit, unread": ("reddit_2015", "reddit_2026"), "debates, unread": ("iac_4forums",)}
"""Sets without verdicts: who reads the flags must say how many are right."""

MOST = 3000  # comments of each of these, in whole threads
APPROVED = ("approved", "unknown")
FALSE_ALARMS = 0.01  # share of approved comments at which recall is read off
LINK = re.compile(r"https?://|www\.|<a ", re.IGNORECASE)
COLUMNS = ("id", "parent_id", "thread_id", "author", "author_url", "created_at", "text", "title")
KEPT = ("kind", "site", "thread_id", "id", "author", "title", "text", "verdict", "flags", "why")


def sites(data: Path, dumps: Path | None) -> Iterator[tuple[str, str, Dump, pd.Series | None]]:
    """Kind of site, its name, its dump, and the verdicts by comment id where the site has some."""
    with tempfile.TemporaryDirectory() as folder:
        for name in ("everyday", "blog_spam"):
            table = pd.read_parquet(data / "blogs" / f"{name}.parquet")
            for site, rows in table.groupby("site"):
                path = Path(folder) / "site.parquet"
                numbered = _numbered(rows)
                numbered[list(COLUMNS)].to_parquet(path)
                verdicts = numbered.set_index("id")["y"]
                yield "blogs", str(site), read(path), verdicts
    for kind, names in DUMPS.items():
        for name in names if dumps else ():
            yield kind, name, read(Path(dumps or ".") / name), None
    for kind, names in THREADS.items():
        for name in names:
            yield kind, name, _some_threads(name, data), None


def _numbered(rows: pd.DataFrame) -> pd.DataFrame:
    """With ids that no two comments of the site share, and the parents' ids changed alike."""
    ids = [str(k) for k in range(len(rows))]
    own = dict(zip(zip(rows["thread_id"], rows["id"], strict=True), ids, strict=True))
    parents = zip(rows["thread_id"], rows["parent_id"], strict=True)
    return rows.assign(id=ids, parent_id=[own.get(pair) for pair in parents])


def _some_threads(name: str, data: Path) -> Dump:
    """Whole threads of a set, MOST comments or a few more."""
    comments, threads, _ = read_threads(name, SOURCES, data)
    sizes = comments.groupby("thread_id", sort=False).size().sample(frac=1, random_state=0)
    chosen = sizes.index[: int(np.searchsorted(sizes.cumsum(), MOST)) + 1]
    kept = comments[comments["thread_id"].isin(chosen)].reset_index(drop=True)
    heads = threads[threads["thread_id"].isin(chosen)].reset_index(drop=True)
    return Dump(kept, heads, REJECT_SCHEMA.empty_table().to_pandas(), len(kept))


def scored_sites(data: Path, dumps: Path | None, model: Model) -> pd.DataFrame:
    """All comments that somebody let stand or judged, with scores and flags: a row each.

    `verdict` is 1 for what a site called spam, 0 for what it approved, empty where nobody looked.
    """
    found = []
    for kind, site, dump, verdicts in sites(data, dumps):
        scored = score(dump, model)
        scored = scored[(scored["kind"] == "comment") & scored["status"].isin(APPROVED)]
        scored = scored[scored["text"].str.strip() != ""]
        answers = np.nan if verdicts is None else scored["id"].map(verdicts).to_numpy(float)
        found.append(pd.DataFrame(scored).assign(site=site, verdict=answers, kind=kind))
    return pd.concat(found, ignore_index=True)


def wilson(hits: int, n: int) -> tuple[float, float]:
    """95 % interval of a share (Wilson 1927)."""
    z, share = 1.96, hits / n
    middle = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * np.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    return max(0.0, middle - half), min(1.0, middle + half)


def per_thousand(flagged: np.ndarray) -> str:
    """Flags per 1,000 with their interval."""
    if not len(flagged):
        return "–"
    low, high = wilson(int(flagged.sum()), len(flagged))
    return f"{1000 * flagged.mean():.1f} ({1000 * low:.1f} to {1000 * high:.1f})"


def flag_rates(table: pd.DataFrame, labels: list[str]) -> None:
    """Print the table of flags per 1,000 approved comments."""
    print(f"| kind of site | sites | comments | {' | '.join(labels)} |")
    print("|---" * (3 + len(labels)) + "|")
    linked = table["text"].str.contains(LINK)
    own = table["verdict"].notna() | table["kind"].str.contains("unread|adverts")
    groups = {kind: table["kind"] == kind for kind in dict.fromkeys(table["kind"])}
    groups |= {
        "blogs, comments with a link": (table["kind"] == "blogs") & linked,
        "blogs, comments without": (table["kind"] == "blogs") & ~linked,
        "dumps of DIR without the adverts": ~own,
    }
    for name, chosen in groups.items():
        some = table[chosen]
        rates = [per_thousand(has(some, label)) for label in labels]
        print(f"| {name} | {some['site'].nunique()} | {len(some):,} | {' | '.join(rates)} |")


def has(table: pd.DataFrame, label: str) -> np.ndarray:
    """Whether each comment has the flag: (n,) bool."""
    return np.array([label in flags.split(";") for flags in table["flags"].fillna("")], bool)


def verdicts_told(table: pd.DataFrame) -> None:
    """Print how well each site's own spam is told from what was approved on all blogs."""
    judged = table[table["verdict"].notna() & table["spam"].notna()]
    scores, spam = judged["spam"].to_numpy(float), judged["verdict"].to_numpy() == 1
    flagged = has(judged, "spam")
    alarm = np.quantile(scores[~spam], 1 - FALSE_ALARMS)
    print("\n| site | approved | spam | area | recall at 10 per 1,000 | recall at the threshold |")
    print("|---|---|---|---|---|---|")
    rated = judged["site"].isin(judged["site"][spam]).to_numpy()
    groups = {site: (judged["site"] == site).to_numpy() for site in judged["site"][spam].unique()}
    groups |= {"these sites": rated, "all blogs": np.ones(len(spam), bool)}
    for name, rows in groups.items():
        found = [np.mean(scores[rows & spam] > alarm), np.mean(flagged[rows & spam])]
        area = roc_auc(spam[rows], scores[rows])
        shares = " | ".join(f"{share:.0%}" for share in found)
        print(
            f"| {name} | {np.sum(rows & ~spam)} | {np.sum(rows & spam)} | {area:.3f} | {shares} |"
        )
    own = np.quantile(scores[rated & ~spam], 1 - FALSE_ALARMS)
    print(f"\nAt 10 per 1,000 of these sites alone: {np.mean(scores[spam] > own):.0%} of the spam.")


def main() -> None:
    """Print both tables, and write the flagged comments."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("--dumps", type=Path)
    parser.add_argument("-m", "--model", default="default")
    parser.add_argument("-o", "--output", type=Path, help="the flagged comments, as CSV")
    chosen = parser.parse_args()
    model = Model.load(chosen.model)
    table = scored_sites(chosen.data, chosen.dumps, model)
    approved = table[table["verdict"] != 1]
    flag_rates(approved, model.labels)
    verdicts_told(table)
    if chosen.output:
        columns = [name for name in (*KEPT, *model.labels) if name in table]
        flagged = approved[approved["flags"].fillna("") != ""][columns]
        flagged.sort_values(["flags", "site"]).to_csv(chosen.output, index=False)


if __name__ == "__main__":
    main()
