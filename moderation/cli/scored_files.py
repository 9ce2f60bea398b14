"""Scored tables for `queue` and `drift`: read, or scored first; held-out scores where known."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from moderation.cli.app import say, tell
from moderation.cli.progress import portioned
from moderation.cli.reading import read_dump
from moderation.model.names import model_path
from moderation.translation import tr

if TYPE_CHECKING:
    import pandas as pd

    from moderation.model.held_out import UnseenScores
    from moderation.model.model import Model
    from moderation.sampling.strata import Scores


def load_scored(dumps: list[str], model: str) -> tuple[pd.DataFrame, dict[str, Any]]:
    """A scored table and its passport, read or made."""
    from moderation.model.model import Model
    from moderation.readers.written import read_table
    from moderation.tables import to_frame

    if len(dumps) == 1 and _is_scored(dumps[0]):
        table, passport = read_table(dumps[0])
        if not passport.get("thresholds"):  # only Parquet keeps it
            passport = Model.load(model_path(model)).passport()
        return to_frame(table), passport
    from moderation.scoring import scored_parts
    from moderation.tables import concatenated

    folder = model_path(model)
    dump = read_dump(dumps)
    chosen = Model.load(folder)
    parts = portioned(tr("scoring"), scored_parts(dump, chosen), len(dump.comments))
    return concatenated(parts), chosen.passport()


def held_out_of(
    scored: pd.DataFrame, passport: dict[str, Any], name: str, near: pd.Series
) -> UnseenScores | None:
    """The scored table with held-out scores where its model learnt from a comment.

    near: see `not_trained_on`. None where the model cannot be asked what it learnt from.
    """
    import numpy as np

    from moderation.model.held_out import UnseenScores, not_trained_on

    if passport.get("learnt") == 0:
        none = np.zeros(len(scored), bool)
        return UnseenScores(scored, none, none)
    model = _model_of(passport, name)
    if model is None:
        return None
    return not_trained_on(model, scored["text"].fillna("").astype("str"), scored, near)


def as_unseen(scored: pd.DataFrame, passport: dict[str, Any], name: str) -> pd.DataFrame:
    """The table for `drift`: a model is surer of what it learnt from than of newer comments."""
    unseen = held_out_of(scored, passport, name, scored["text"].iloc[:0])
    if unseen is None:
        say(tr("note: {what}", what=unknown_training(passport)))
        return scored
    for sentence in unseen.notes(str(passport.get("model")), "comment"):
        tell(sentence)
    return unseen.scores


def unknown_training(passport: dict[str, Any]) -> str:
    """A sentence for a model that is not at hand, so that its training rows are unknown."""
    model = passport.get("model") or tr("the model")
    return tr(
        "{model}, which scored this, was not found: comments that it learnt by heart cannot be "
        "told from others. Name its folder with -m, or score again",
        model=f"{model} ({str(passport.get('digest'))[:12]})",
    )


def _model_of(passport: dict[str, Any], name: str) -> Model | None:
    """The model with the passport's digest: the one that was named, else of those under models/."""
    from moderation.errors import InputError, ModelError
    from moderation.model.folder import digest_of
    from moderation.model.model import Model

    places = sorted(Path("models").glob("*/model.json"))
    for one in (name, "default"):
        with suppress(InputError):
            places.insert(0, model_path(one) / "model.json")
    for place in places:
        with suppress(ModelError):
            if digest_of(place.parent) == passport.get("digest"):
                return Model.load(place.parent)
    return None


def _is_scored(path: str) -> bool:
    """Whether a file is a scored table, by its columns."""
    from moderation.errors import ModerationError
    from moderation.tables import kind_of

    place = Path(path)
    if not place.is_file():
        return False
    try:
        kind = kind_of(place)
    except ModerationError:
        return False
    if kind == ".parquet":
        import pyarrow as pa
        import pyarrow.parquet as pq

        try:
            return {"flags", "why"} <= set(pq.read_schema(place).names)
        except pa.ArrowException:
            return False
    from moderation.readers import Source

    with Source(place).utf8() as stream:
        first = bytes(stream.readline(1 << 20))
    return b'"flags":' in first or b'"flags","why"' in first


def scores_of(scored: pd.DataFrame, passport: dict[str, Any]) -> Scores:
    """The scores in a scored table, with the thresholds of the model that gave them."""
    import numpy as np

    from moderation.errors import InputError
    from moderation.sampling.strata import Scores

    labels = passport.get("labels") or list(passport["thresholds"])
    names = [name for name in labels if name in scored.columns]
    if not names:
        raise InputError(
            "the scored table has no column for any of the model's labels "
            f"({', '.join(labels)}): name the model that scored it with -m"
        )
    limits = np.array([float(passport["thresholds"][name]) for name in names])
    columns = [scored[name].to_numpy(np.float64, na_value=np.nan) for name in names]
    return Scores(names, np.column_stack(columns), limits)
