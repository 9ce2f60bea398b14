"""What decisions buy on a new site: `python -m benchmarks.loop --data DIR [--sources FILE]`.

A model is trained without some public sets and without a tenth of the other rows. Of each set that
was left out, decisions are drawn and learnt on top (`carry_on`); the rest of the set, without what
hangs together with a decision, says how much of what average precision missed is closed, and
the held-back tenth what it cost the old sets. Prints Markdown; the last run is in
docs/what-decisions-buy.md.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    import pandas as pd

    from moderation.model.model import Model

ROUNDS = (
    {"spam": "yt_savjee", "abuse": "convabuse", "slur": "stormfront"},
    {"spam": "janitr", "abuse": "hasoc2019", "slur": "hasoc2019"},
    {"spam": "sms_spam", "abuse": "cmv_adhominem", "slur": "hateval2019"},
    {"spam": "youtube_spam_extra", "abuse": "davidson", "slur": "edos"},
)
"""The set that is left out for each label; every label has a site of its own in every round."""
ALSO = {"youtube_spam_extra": ("youtube_spam",)}  # made from the same videos
OLD_SHARE = 0.1  # of the other groups that are held back, to see what old sets lose
LEAST = 20  # rows of each answer in an old set's share
MOST = 6000  # rows of the site that are judged


class Run(NamedTuple):
    """One label, site and draw: average precision before and after, and cost to old sets."""

    label: str
    site: str
    before: float
    after: float
    cost: float
    stated: float
    seconds: float

    @property
    def closed(self) -> float:
        """Share of what was missing to an average precision of 1."""
        return (self.after - self.before) / (1 - self.before)


def table(sources: Path, data: Path) -> pd.DataFrame:
    """All sets that the rounds need, and the project's own tables."""
    from moderation.labels.read import read_labels, read_sources, stack
    from moderation.training.build import patterns_in
    from moderation.training.recipe import Recipe
    from moderation.training.templates import expand

    recipe = Recipe.read(sources.parent / "recipe.toml")
    named = [*recipe.named, "youtube_spam_extra", "hateval2019"]
    frames = [read_sources(sources, data)[0], read_sources(sources, data, names=named)[0]]
    frames += [read_labels(path) for path in sorted(sources.parent.glob("seed_*.csv"))]
    frames += [expand(path, 40, 0) for path in patterns_in(sources.parent)]
    frame = stack(frames).drop(columns="off_topic")
    frame["source"] = frame["source"].replace(recipe.same)
    return frame


def base_model(frame: pd.DataFrame, sources: Path, data: Path) -> Model:
    """The shipped recipe on these rows, text labels only."""
    from moderation.training.lexicon import read_lexicon
    from moderation.training.recipe import Recipe
    from moderation.training.train import train

    lexicon, _ = read_lexicon(sources.parent / "lexicon.toml", data)
    return train(frame, recipe=Recipe.read(sources.parent / "recipe.toml"), lexicon=lexicon)


def runs(
    frame: pd.DataFrame, groups: np.ndarray, site: dict[str, str], chosen: argparse.Namespace
) -> list[Run]:
    """One round: a base model without the sites, and every draw of every site on top of it."""
    rng = np.random.default_rng(chosen.seed)
    out = {other for name in site.values() for other in (name, *ALSO.get(name, ()))}
    out |= {"youtube_spam_extra", "hateval2019"}  # evaluation only
    source = frame["source"].astype("str").to_numpy()
    known = ~np.isin(source, sorted(out))
    known &= ~np.isin(groups, groups[np.isin(source, sorted(site.values()))])
    back = rng.random(groups.max() + 1)[groups] < OLD_SHARE
    model = base_model(frame[known & ~back].reset_index(drop=True), chosen.sources, chosen.data)
    old = frame[known & back].reset_index(drop=True)
    raw = model.logits(old["text"])
    found = []
    for column, head in enumerate(model.text_heads):
        mine = np.flatnonzero((source == site[head.name]) & frame[head.name].notna().to_numpy(bool))
        for draw in range(chosen.draws):
            found.append(
                _run(
                    model,
                    column,
                    frame.iloc[mine],
                    groups[mine],
                    old,
                    raw[:, column],
                    (site[head.name], chosen.decisions, draw),
                )
            )
            sys.stderr.write(f"{found[-1]}\n")
    return found


def _run(
    model: Model,
    column: int,
    rows: pd.DataFrame,
    groups: np.ndarray,
    old: pd.DataFrame,
    raw: np.ndarray,
    what: tuple[str, int, int],
) -> Run:
    from moderation.evaluation.metrics import measures
    from moderation.model.calibration import sigmoid
    from moderation.training.decisions.carry_on import carry_on

    site, decisions, draw = what
    name = model.text_heads[column].name
    order = np.random.default_rng(draw).permutation(len(rows))
    seen = order[:decisions]
    rest = order[decisions:][~np.isin(groups[order[decisions:]], groups[seen])][:MOST]
    others = [one.name for one in model.text_heads if one.name != name]
    start = time.process_time()
    carried = carry_on(model, rows.iloc[seen].drop(columns=others), seed=draw)
    seconds = time.process_time() - start
    answers = rows[name].to_numpy(np.float64)[rest] == 1
    points = [
        measures(answers, sigmoid(one.logits(rows["text"].iloc[rest])[:, column]))[
            "average_precision"
        ]
        for one in (model, carried)
    ]
    cost = _cost(old, name, raw, carried.logits(old["text"])[:, column])
    stated = carried.text_heads[column].metrics["decisions"]["held_out"]["closed"][0]
    return Run(name, site, points[0], points[1], cost, float(stated or np.nan), seconds)


def _cost(old: pd.DataFrame, name: str, before: np.ndarray, after: np.ndarray) -> float:
    """Area under the ROC curve that old sets lose, mean over sets."""
    from moderation.evaluation.metrics import roc_auc

    answers = old[name].to_numpy(np.float64, na_value=np.nan)
    source = old["source"].astype("str").to_numpy()
    lost = []
    for one in np.unique(source):
        rows = (source == one) & ~np.isnan(answers)
        yes = answers[rows] == 1
        if min(yes.sum(), (~yes).sum()) >= LEAST:
            lost.append(roc_auc(yes, before[rows]) - roc_auc(yes, after[rows]))
    return float(np.mean(lost))


def markdown(found: list[Run]) -> str:
    """A row per label and site, and the mean of each label's sites."""
    lines = ["| label | site | AP before | after | closed | stated | cost, ROC AUC | CPU s |"]
    lines.append("|---|---|---|---|---|---|---|---|")
    for label in dict.fromkeys(one.label for one in found):
        own = [one for one in found if one.label == label]
        sites = list(dict.fromkeys(one.site for one in own))
        for site in [*sites, "**mean**"]:
            rows = [one for one in own if site in (one.site, "**mean**")]
            mean = np.nanmean(
                [(r.before, r.after, r.closed, r.stated, r.cost, r.seconds) for r in rows], axis=0
            )
            lines.append(
                f"| {label} | {site} | {mean[0]:.3f} | {mean[1]:.3f} | {mean[2]:.0%} "
                f"| {mean[3]:.0%} | {mean[4]:+.4f} | {mean[5]:.1f} |"
            )
    return "\n".join(lines)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sources", type=Path, default=Path("labels/sources.toml"))
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--decisions", type=int, default=500)
    parser.add_argument("--draws", type=int, default=3)
    parser.add_argument("--rounds", type=int, default=len(ROUNDS))
    parser.add_argument("--seed", type=int, default=0)
    chosen = parser.parse_args()
    from moderation.labels.splits import split_groups

    frame = table(chosen.sources, chosen.data)
    groups = split_groups(frame)
    found = []
    for site in ROUNDS[: chosen.rounds]:
        found += runs(frame, groups, site, chosen)
    print(markdown(found))


if __name__ == "__main__":
    main()
