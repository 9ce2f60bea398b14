"""A model carried on from decisions: what it learns, what it keeps, and that it can be undone."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import minimize
from scipy.sparse import csr_array
from small_model import recipe, rows, trained

from moderation.context.classifier import ContextClassifier, Frequencies
from moderation.context.features import CONTEXT_FEATURES
from moderation.context.terms import BITS
from moderation.errors import LabelError
from moderation.features import ngrams
from moderation.features.kernel import DENSE_FEATURES, LINKS
from moderation.features.phrases import SIZE, phrase_rows
from moderation.labels.ledger import Decision, append, entries, retract
from moderation.labels.read import read_labels
from moderation.labels.table import label_frame
from moderation.model.calibration import Calibration
from moderation.model.held_out import not_trained_on
from moderation.model.labels import ContextLabel
from moderation.model.model import Model
from moderation.training.decisions import correction
from moderation.training.decisions.carry_on import below_decisions, carry_on
from moderation.training.decisions.correction import ANCHOR, Decided
from moderation.training.decisions.gain import bought, gain
from moderation.training.features import DISGUISES

FILES = ("model.json", "weights.safetensors")
DRINKS = ("tonic", "elixir", "potion", "brew", "draught", "syrup")
WISHES = ("strength", "sleep", "youth", "calm", "luck")


def site():
    """A site that sells by other words than the model knows, and talks of the same things."""
    adverts = [
        f"our {drink} brings {wish}, order the {drink}" for drink in DRINKS for wish in WISHES
    ]
    calm = [
        f"the {drink} in that tale gave no {wish} at all" for drink in DRINKS for wish in WISHES
    ]
    return [(text, 1) for text in adverts] + [(text, 0) for text in calm]


def decisions(**columns):
    frame = pd.DataFrame(site(), columns=["text", "spam"]).assign(**columns)
    return label_frame(frame, "decisions")


def saved(model, folder):
    model.save(folder)
    return [(folder / name).read_bytes() for name in FILES]


@pytest.fixture(scope="module")
def old(tmp_path_factory):
    folder = tmp_path_factory.mktemp("models") / "old"
    trained().save(folder)
    return Model.load(folder)


@pytest.fixture(scope="module")
def new(old):
    return carry_on(old, decisions())


def test_learns_the_site_and_keeps_what_it_knew(old, new):
    unseen = ["order our tonic, it brings hope", "a tale of a tonic, and no hope"]
    before, after = old.logits(unseen)[:, 0], new.logits(unseen)[:, 0]
    assert after[0] - after[1] > before[0] - before[1] + 0.1
    known = [text for text, *_ in rows()]
    spam = np.array([one[1] for one in rows()]) == 1
    scores = new.score_texts(known)[:, 0]
    assert scores[spam].min() > scores[~spam].max()


def test_labels_without_decisions_stay_as_they_were(old, new):
    texts = ["You are a clown", "What a lovely map", "our tonic brings luck"]
    assert np.array_equal(old.score_texts(texts)[:, 1], new.score_texts(texts)[:, 1])
    assert new.heads[1] == old.heads[1]
    assert (new.heads[0].threshold, new.heads[0].calibration) == (
        old.heads[0].threshold,
        old.heads[0].calibration,
    )


def test_the_weights_are_those_of_a_naive_fit(old, monkeypatch):
    """The old logit and the constant are free, the rest pays for how common it is."""
    monkeypatch.setattr(correction, "COSTS", (2.0,))
    monkeypatch.setattr(correction, "EPOCHS", 400)
    model = carry_on(old, decisions())
    texts = [text for text, _ in site()]
    answers = np.array([answer for _, answer in site()]) * 2.0 - 1
    table, config = old.table, old.table.config
    frequent = np.exp(1 - np.maximum(table.idf.astype(float), 1)) * (table.idf > 0)
    indptr, indices, values = ngrams.tfidf(texts, table.idf, config)
    dense = np.zeros((len(texts), config.buckets))
    for row in range(len(texts)):
        for k in range(indptr[row], indptr[row + 1]):
            dense[row, indices[k]] = values[k]
    indptr, indices, values = phrase_rows(texts, old.lexicon, config)
    phrases = np.zeros((len(texts), SIZE), np.float32)
    for row in range(len(texts)):
        for k in range(indptr[row], indptr[row + 1]):
            phrases[row, indices[k]] = values[k]
    chosen = recipe()
    scales = np.array([chosen.disguise_scale if name in DISGUISES else chosen.link_scale
                       if name in LINKS else chosen.dense_scale
                       for name in DENSE_FEATURES])  # fmt: skip
    whole = np.hstack([dense, phrases, ngrams.dense(texts, config) * scales])
    share = np.concatenate([frequent, np.full(SIZE, 0.05), np.full(len(scales), 0.3)])
    used = np.flatnonzero(np.abs(whole).sum(axis=0))
    whole, share = whole[:, used], share[used]
    scaled = whole / np.sqrt(1 + 50 * share)
    stretch = np.sqrt((whole**2).sum() / (scaled**2).sum())
    raw = old.logits(texts)[:, 0].astype(float)
    anchors = np.column_stack([(raw - raw.mean()) / raw.std(), np.ones(len(raw))])
    x = np.hstack([scaled * stretch, anchors])

    def loss(w):
        margin = answers * (x @ w)
        slope = -answers / (1 + np.exp(margin))
        return w @ w / 2 + 2 * np.logaddexp(0, -margin).sum(), w + 2 * (x.T @ slope)

    w = minimize(loss, np.zeros(x.shape[1]), jac=True, options={"maxiter": 2000}).x
    factor = max(w[-2] / raw.std(), 0.5)
    expected = raw + scaled * stretch @ w[:-2] / factor
    moved = model.logits(texts)[:, 0].astype(float)
    apart = (moved - expected) - np.mean(moved - expected)  # the shift is chosen otherwise
    assert np.abs(apart).max() < 0.02 * np.abs(expected - raw).max()


def test_order_and_threads_change_no_byte(old, new, tmp_path):
    shuffled = decisions().sample(frac=1, random_state=5)
    assert saved(carry_on(old, shuffled, threads=2), tmp_path / "b") == saved(new, tmp_path / "a")


def test_carried_on_twice_is_carried_on_once(old, new, tmp_path):
    new.save(tmp_path / "first")
    again = carry_on(Model.load(tmp_path / "first"), decisions())
    assert saved(again, tmp_path / "b") == saved(new, tmp_path / "a")


def test_below_the_decisions_is_the_model_as_it_was(old, new, tmp_path):
    new.save(tmp_path / "new")
    below = below_decisions(Model.load(tmp_path / "new"))
    texts = [text for text, _ in site()]
    assert np.array_equal(below.logits(texts), old.logits(texts))
    assert below.sources == old.sources


def ledger(path, without=(), annotators=("ann", "bob")):
    noon = datetime(2026, 3, 1, 12, tzinfo=UTC)
    append(
        path,
        [
            Decision(
                label="spam",
                value=bool(value),
                text=text,
                annotator=annotators[number % 2],
                at=noon + timedelta(seconds=number),
                thread_id="t",
                id=str(number),
            )
            for number, (text, value) in enumerate(site())
            if number not in without
        ],
    )
    return path


def test_a_retracted_decision_leaves_no_trace(old, tmp_path):
    path = ledger(tmp_path / "a" / "ledger.jsonl", without=(7,))
    never = saved(carry_on(old, read_labels(path)), tmp_path / "never")
    whole = ledger(tmp_path / "b" / "ledger.jsonl")
    (key,) = append(
        whole,
        [Decision(label="abuse", value=True, text="x y", annotator="ann", at=datetime.now(UTC))],
    )
    seventh = next(one["key"] for one in entries(whole) if one.get("id") == "7")
    with_it = saved(carry_on(old, read_labels(whole)), tmp_path / "with")
    for one in (key, seventh):
        retract(whole, key=one, by="ann", at=datetime.now(UTC))
    assert saved(carry_on(old, read_labels(whole)), tmp_path / "after") == never != with_it


def test_a_retracted_annotator_leaves_no_trace(old, tmp_path):
    odd = range(1, len(site()), 2)
    never = ledger(tmp_path / "a" / "ledger.jsonl", without=odd)
    whole = ledger(tmp_path / "b" / "ledger.jsonl")
    retract(whole, annotator="bob", by="ann", at=datetime.now(UTC))
    models = [
        saved(carry_on(old, read_labels(path)), path.parent / "model") for path in (never, whole)
    ]
    assert models[0] == models[1]


def test_too_few_decisions_are_refused_with_their_number(old):
    few = decisions().iloc[[*range(7), *range(30, 60)]]
    with pytest.raises(LabelError, match=r"8 positive and 8 negative .*\(spam: 7 and 30\): decide"):
        carry_on(old, few)


def test_a_label_with_too_few_decisions_waits_for_more(old):
    abuse = [1.0] * 5 + [0.0] * 55
    model = carry_on(old, decisions(abuse=abuse))
    assert model.heads[1] == old.heads[1]
    assert bought(model)[1] == (
        "abuse: 60 decisions (5 yes, 55 no), not learnt: too few new ones of either answer"
    )


def test_an_unknown_label_is_refused(old):
    with pytest.raises(LabelError, match="label 'rude' is not in the model, which has spam, abuse"):
        carry_on(old, decisions(rude=1))


def test_a_label_of_the_conversation_is_counted_and_told(old):
    frequencies = Frequencies(np.zeros(1 << BITS, np.uint8), 1.0)
    weights = np.zeros(len(CONTEXT_FEATURES), np.float32)
    stray = ContextLabel("stray", ContextClassifier(frequencies, weights, 0.0), Calibration(), 0.5)
    model = Model(
        (*old.heads, stray), old.table, old.lexicon, old.phrase_weights, training=old.training
    )
    carried = carry_on(model, decisions(stray=[1.0] * 20 + [0.0] * 40))
    assert carried.heads[2] is stray
    assert bought(carried)[1] == (
        "stray: 60 decisions (20 yes, 40 no), not learnt: read from the conversation, "
        "which only a full training with --sources learns"
    )


def test_one_line_says_what_was_bought(new):
    (line,) = bought(new)
    stated = new.heads[0].metrics["decisions"]["held_out"]
    assert stated["after"] > stated["before"]
    assert line.startswith("spam: 60 decisions closed ")
    assert f"{stated['before']:.3f} -> {stated['after']:.3f}, held out" in line


def test_gain_is_the_share_of_what_was_missing():
    answers = np.array([1, 0, 1, 0] * 25) == 1
    before = np.tile([2.0, 3.0, 1.0, 0.0], 25)
    after = np.tile([2.0, 0.5, 1.0, 0.0], 25)
    found = gain(answers, before, after, np.arange(100), 0)
    assert found["after"] == 1.0
    assert found["closed"] == [1.0, 1.0, 1.0]
    assert found["before"] == pytest.approx((25 / 50 + 50 / 75) / 2, abs=1e-5)
    worse = gain(answers, after, before, np.arange(100), 0)
    assert worse["closed"] == [None, None, None]


def test_nothing_is_tested_on_what_it_learnt(new):
    texts = pd.Series([text for text, _ in site()] + ["something else altogether"])
    scores = pd.DataFrame(new.score_texts(texts), columns=["spam", "abuse"])
    found = not_trained_on(new, texts, scores)
    honest = found.scores
    assert found.held_out.sum() == 60
    assert honest["abuse"].tolist() == scores["abuse"].tolist()
    assert honest["spam"].iloc[60] == scores["spam"].iloc[60]
    answers = np.array([answer for _, answer in site()])
    spread = scores["spam"][:60][answers == 1].mean() - scores["spam"][:60][answers == 0].mean()
    held = honest["spam"][:60][answers == 1].mean() - honest["spam"][:60][answers == 0].mean()
    assert held < spread


def test_the_old_logit_is_hardly_penalised():
    labels = decisions()
    matrix = csr_array(np.eye(60, dtype=np.float32))
    raw = np.linspace(-2, 2, 60)
    made = Decided.of(labels, "spam", matrix, np.zeros(60), raw, np.arange(60), 0)
    assert made.columns == 60
    last = made.rows.grams[2][-2:]
    assert last.tolist() == pytest.approx([ANCHOR * 2 / raw.std(), ANCHOR], rel=1e-5)
    assert made.fold.max() == 4
