"""Write a model's folder, and read one after checking everything that can be checked.

    model.json            format and version, labels, calibration, thresholds, sources, metrics,
                          self-test, digest of the weights, and of itself
    weights.safetensors   the arrays

Reading runs no code from the folder. Before any array is used: no other files, the version, both
digests, every entry of the card (`model.card`), names, types and shapes, finite numbers; last, the
self-test comments must score as when the model was saved.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from safetensors import SafetensorError
from safetensors import numpy as safetensors

from moderation.context.classifier import ContextClassifier
from moderation.errors import ModelError
from moderation.features.kernel import DENSE_FEATURES
from moderation.features.ngrams import NgramConfig, WeightTable
from moderation.features.phrases import SIZE as PHRASES
from moderation.features.phrases import Lexicon
from moderation.language.identify import ENGLISH
from moderation.model import card as model_card
from moderation.model.by_language import PartsOnDemand
from moderation.model.calibration import Calibration
from moderation.model.eight_bits import packed, packed_kinds, unpacked_arrays
from moderation.model.goals.stored_curve import StoredCurve
from moderation.model.held_out import HeldOutScores
from moderation.model.labels import Base, ContextLabel, TextLabel
from moderation.tables import replacing

if TYPE_CHECKING:
    from moderation.model.model import Model

FORMAT = "moderation model"
VERSION = 1
CARD, WEIGHTS = "model.json", "weights.safetensors"
MOST_BYTES = {CARD: 4 << 20, WEIGHTS: 256 << 20}  # far above the shipped model
MAY_BE_NAN = "held/logits"  # NaN: a label that was not decided on
SELF_TEST_ERROR = 1e-4  # another processor may round otherwise; an altered weight shows

SELF_TEST = (
    "Thank you for the recipe, the soup turned out wonderful.",
    "I made $4,000 last week from home!! Visit http://easy-cash.example now",
    "You are a pathetic idiot and nobody wants you here.",
    "Those people are vermin and should be thrown out of the country.",
    "Das Wetter in Köln war schön, 20 °C und kein Regen. 😀",
)
"""Written for this project; scored when a model is saved and again whenever it is loaded."""

SELF_TEST_OTHERS = (
    *SELF_TEST,
    "Du bist ein Idiot, halt doch endlich die Klappe! Seu idiota, cala a boca.",
    "Jesteś głupi. Ești un prost. Tais-toi, imbécile ! Du er en idiot.",
    "你是个白痴，滚出去。 바보 같은 놈아 꺼져라. أنت غبي جدا، اخرس يا حقير",
    "tum bewakoof ho. Situs 𝐒𝐋𝐎𝐓 gacor hari ini, daftar sekarang!",
)
"""The same for the parts for other languages."""


def save(model: Model, folder: str | Path) -> Model:
    """Write the model; returns it as `load` would. The same model gives the same bytes."""
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    arrays, parts = _arrays(model), sorted(model.by_language.items())
    for name, part in parts:
        arrays |= {_place(name) + key: array for key, array in packed(_arrays(part)).items()}
    content = safetensors.save(dict(sorted(arrays.items())))
    card: dict[str, Any] = {
        "format": FORMAT,
        "version": VERSION,
        "dense_features": list(DENSE_FEATURES),
        "weights": hashlib.sha256(content).hexdigest(),
        **_described(model, SELF_TEST),
    }
    if parts:
        card["by_language"] = {name: _described(part, SELF_TEST_OTHERS) for name, part in parts}
    card["digest"] = card_digest(card)
    with replacing(folder / WEIGHTS) as path:
        path.write_bytes(content)
    with replacing(folder / CARD) as path:
        written = json.dumps(card, sort_keys=True, indent=1, ensure_ascii=False, allow_nan=False)
        path.write_text(written + "\n", encoding="utf-8")
    return replace(model, name=folder.resolve().name, digest=card["digest"])


def _described(model: Model, self_test: tuple[str, ...]) -> dict[str, Any]:
    """What the card says of a model or of the part for one language."""
    card: dict[str, Any] = {
        "labels": [label_card(head) for head in model.heads],
        "ngrams": model.table.config.to_json(),
        "classes": list(model.lexicon.names),
        "sources": model.sources,
        "training": model.training,
        "self_test": [
            {"text": text, "scores": [round(float(score), 6) for score in scores]}
            for text, scores in zip(self_test, model.score_texts(self_test, 1), strict=True)
        ],
    }
    card |= {"carried_on": True} if model.base is not None else {}
    return card | ({"held_out": sorted(_helds(model))} if _helds(model) else {})


def _place(language: str) -> str:
    """Where the arrays of a language's part stand in the file."""
    return f"language/{language}/"


def load(folder: str | Path, model_class: type[Model]) -> Model:
    """Read and check a model; model_class: the class to build.

    Raises ModelError with what is wrong and the way out.
    """
    folder = Path(folder)
    _check_files(folder)
    card = _read_card(folder / CARD)
    content = _read(folder / WEIGHTS)
    if hashlib.sha256(content).hexdigest() != card["weights"]:
        raise ModelError(
            f"{folder / WEIGHTS}: not the weights that {CARD} describes (digests differ); "
            "copy both files again, or retrain"
        )
    arrays = _checked(content, card, folder / WEIGHTS)
    try:
        model = _built(card, arrays, model_class)
    except (ModelError, ValueError) as error:  # entries that do not belong together
        raise ModelError(f"{folder / CARD}: {error}") from error
    _check_scores(model, card["self_test"], str(folder))
    return replace(model, name=folder.resolve().name, digest=card["digest"])


def as_stored(part: Model) -> Model:
    """A language's part with its numbers rounded to what is kept of them."""
    card = _described(part, ())
    return _built(card, unpacked_arrays(packed(_arrays(part)), _shapes(card)), type(part))


def digest_of(folder: str | Path) -> str:
    """The digest of a model, by its card alone. Raises ModelError if the folder is not a model."""
    return str(_read_card(Path(folder) / CARD)["digest"])


def _check_files(folder: Path) -> None:
    if not folder.is_dir():
        raise ModelError(f"{folder}: no such model folder; expected {CARD} and {WEIGHTS} in it")
    try:
        names = {path.name for path in folder.iterdir()}
    except OSError as error:
        raise ModelError(f"{folder}: {error.strerror}") from error
    missing, extra = sorted({CARD, WEIGHTS} - names), sorted(names - {CARD, WEIGHTS})
    if missing:
        there = ", ".join(sorted(names)) or "nothing in it"
        raise ModelError(f"{folder}: {missing[0]} is missing; there is {there}")
    if extra:
        raise ModelError(
            f"{folder}: {extra[0]} is not part of a model; a model is {CARD} and {WEIGHTS} "
            "and nothing else: remove it if it is yours, and do not trust the folder if not"
        )


def _read(path: Path) -> bytes:
    try:
        if path.is_symlink() or not path.is_file():
            raise ModelError(f"{path}: not a plain file")
        if path.stat().st_size > MOST_BYTES[path.name]:
            raise ModelError(f"{path}: larger than {MOST_BYTES[path.name] >> 20} MB; not a model")
        return path.read_bytes()
    except OSError as error:
        raise ModelError(f"{path}: {error.strerror}") from error


def _read_card(path: Path) -> dict[str, Any]:
    try:
        card = json.loads(_read(path), parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:  # a number of 5,000 digits is a ValueError too
        raise ModelError(f"{path}: not JSON: {error}; copy the file again") from error
    if not isinstance(card, dict) or card.get("format") != FORMAT:
        raise ModelError(f"{path}: not a model of this program (no format {FORMAT!r})")
    version = card.get("version")
    if version not in range(1, VERSION + 1):
        raise ModelError(
            f"{path}: format version {str(version)[:20]}; this program reads up to {VERSION}: "
            "update it, or retrain the model"
        )
    try:
        model_card.plain(card, "")
        if card.get("digest") != card_digest({k: v for k, v in card.items() if k != "digest"}):
            raise ModelError("altered since it was saved (its digest differs); restore it")
        model_card.check(card)
    except ModelError as error:
        raise ModelError(f"{path}: {error}") from error
    return card


def _no_constant(name: str) -> float:
    raise ValueError(f"{name} is not a JSON number")


def card_digest(card: dict[str, Any]) -> str:
    """SHA-256 of the card's canonical JSON."""
    written = json.dumps(card, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(written.encode("utf-8", "surrogatepass")).hexdigest()


def _arrays(model: Model) -> dict[str, np.ndarray]:
    arrays = {
        "ngrams/idf": model.table.idf.astype(np.float16),
        "ngrams/weights": model.table.weights.astype(np.float16),
        "dense/weights": model.table.dense.astype(np.float32),
        "intercept": model.table.intercept.astype(np.float32),
        "phrases/weights": model.phrase_weights.astype(np.float16),
        "lexicon/hashes": model.lexicon.hashes,
        "lexicon/codes": model.lexicon.codes,
    }
    for head in model.heads:
        if isinstance(head, ContextLabel):
            arrays |= {f"{head.name}/{key}": tensor for key, tensor in head.head.tensors().items()}
    if model.base is not None:
        arrays |= {
            "base/ngrams/weights": model.base.weights.astype(np.float16),
            "base/dense/weights": model.base.dense.astype(np.float32),
            "base/intercept": model.base.intercept.astype(np.float32),
            "base/phrases/weights": model.base.phrase_weights.astype(np.float16),
        }
    for place, held in _helds(model).items():
        arrays |= {f"{place}/keys": held.keys, f"{place}/logits": held.logits}
    return {name: np.ascontiguousarray(array) for name, array in sorted(arrays.items())}


def _helds(model: Model) -> dict[str, HeldOutScores]:
    """Held-out scores by where their arrays stand in the file."""
    stores = {
        "held": model.held,
        "base/held": model.base.held if model.base else None,
        "tables/held": model.tables,
    }
    return {place: held for place, held in stores.items() if held is not None}


def _shapes(card: dict[str, Any]) -> dict[str, tuple[np.dtype, tuple[int, ...]]]:
    """Type and shape of every array that the card calls for; -1 = any."""
    buckets = NgramConfig.from_json(card["ngrams"]).buckets
    columns = sum(label["kind"] == "text" for label in card["labels"])
    half, single = np.dtype(np.float16), np.dtype(np.float32)
    shapes: dict[str, tuple[np.dtype, tuple[int, ...]]] = {
        "ngrams/idf": (half, (buckets,)),
        "ngrams/weights": (half, (buckets, columns)),
        "dense/weights": (single, (len(DENSE_FEATURES), columns)),
        "intercept": (single, (columns,)),
        "phrases/weights": (half, (PHRASES, columns)),
        "lexicon/hashes": (np.dtype(np.uint64), (-1,)),
        "lexicon/codes": (np.dtype(np.uint8), (-1,)),
    }
    if card.get("carried_on"):
        for name in ("ngrams/weights", "dense/weights", "intercept", "phrases/weights"):
            shapes[f"base/{name}"] = shapes[name]
    for place in card.get("held_out", []):
        shapes[f"{place}/keys"] = np.dtype(np.uint64), (-1,)
        shapes[f"{place}/logits"] = single, (-1, columns)
    for label in card["labels"]:
        if label["kind"] == "context":
            shapes[f"{label['name']}/context/idf"] = (np.dtype(np.uint8), (-1,))
            shapes[f"{label['name']}/context/weights"] = (single, (-1,))
            if label["context"].get("vectors"):
                shapes[f"{label['name']}/context/words"] = (np.dtype(np.uint32), (-1,))
                shapes[f"{label['name']}/context/vectors"] = (np.dtype(np.int8), (-1, -1))
    return shapes


def _checked(content: bytes, card: dict[str, Any], path: Path) -> dict[str, np.ndarray]:
    """The arrays, after checking that names, types, shapes and numbers are as the card says."""
    if card["dense_features"] != list(DENSE_FEATURES):
        raise ModelError(f"{path}: made for other dense features than this version has; retrain")
    wanted = _shapes(card)
    for language, described in card.get("by_language", {}).items():
        kinds = packed_kinds(_shapes(described))
        wanted |= {_place(language) + key: kind for key, kind in kinds.items()}
    try:
        arrays = safetensors.load(content)
    except (SafetensorError, ValueError, KeyError) as error:
        raise ModelError(f"{path}: not readable as safetensors: {error}") from error
    if set(arrays) != set(wanted):
        odd = sorted(set(arrays) ^ set(wanted))
        raise ModelError(f"{path}: array {odd[0]!r} is missing or not expected")
    for name, array in arrays.items():
        dtype, shape = wanted[name]
        right = len(shape) == array.ndim and all(
            want in (-1, have) for want, have in zip(shape, array.shape, strict=True)
        )
        if array.dtype != dtype or not right:
            raise ModelError(
                f"{path}: {name} is {array.dtype} {array.shape}; expected {dtype} {shape}"
            )
        if dtype.kind == "f":
            _check_numbers(array, name, path)
    return arrays


def _check_numbers(array: np.ndarray, name: str, path: Path) -> None:
    known = array[~np.isnan(array)] if name.endswith(MAY_BE_NAN) else array
    # without their sign, numbers are in the order of their bits, infinity and NaN behind all others
    bits = np.abs(known).view(f"u{known.itemsize}")
    largest = bits.max(initial=0).astype(bits.dtype).view(known.dtype)
    if not np.isfinite(largest):
        raise ModelError(f"{path}: {name} holds numbers that are not finite")
    if float(largest) > model_card.LARGE:
        raise ModelError(f"{path}: {name} holds numbers beyond {model_card.LARGE:,.0f}")


def _parts(
    card: dict[str, Any], arrays: dict[str, np.ndarray], model_class: type[Model]
) -> PartsOnDemand:
    """The parts for languages of their own, unpacked when they are asked for."""
    described: dict[str, dict[str, Any]] = card.get("by_language", {})
    packed_ones: dict[str, dict[str, np.ndarray]] = {language: {} for language in described}
    for key, array in arrays.items():
        if key.startswith("language/"):
            _, language, name = key.split("/", 2)
            packed_ones[language][name] = array
    labels = {
        language: [label["name"] for label in part["labels"]]
        for language, part in described.items()
    }
    return PartsOnDemand(labels, partial(_part, described, packed_ones, model_class))


def _part(
    described: dict[str, dict[str, Any]],
    arrays: dict[str, dict[str, np.ndarray]],
    model_class: type[Model],
    language: str,
) -> Model:
    """One part, tested. Raises ModelError for entries that do not belong together."""
    card, place = described[language], f"the model's part for {language}"
    try:
        part = _built(card, unpacked_arrays(arrays[language], _shapes(card)), model_class)
    except ValueError as error:
        raise ModelError(f"{place}: {error}") from error
    _check_scores(part, card["self_test"], place)
    return part


def _built(card: dict[str, Any], arrays: dict[str, np.ndarray], model_class: type[Model]) -> Model:
    table = WeightTable(
        NgramConfig.from_json(card["ngrams"]),
        arrays["ngrams/idf"].astype(np.float32),
        arrays["ngrams/weights"].astype(np.float32),
        arrays["dense/weights"],
        arrays["intercept"],
    )
    hashes, codes, names = arrays["lexicon/hashes"], arrays["lexicon/codes"], card["classes"]
    if len(hashes) != len(codes) or (codes > len(names)).any() or (hashes[1:] <= hashes[:-1]).any():
        raise ValueError("the lexicon's hashes and classes do not belong together")
    return model_class(
        heads=tuple(label_of(label, arrays) for label in card["labels"]),
        table=table,
        lexicon=Lexicon(tuple(names), hashes, codes),
        phrase_weights=arrays["phrases/weights"].astype(np.float32),
        sources=card["sources"],
        training=card["training"],
        base=_base(arrays) if card.get("carried_on") else None,
        held=_held(arrays, "held"),
        tables=_held(arrays, "tables/held"),
        by_language=_parts(card, arrays, model_class),
    )


def _base(arrays: dict[str, np.ndarray]) -> Base:
    return Base(
        arrays["base/ngrams/weights"].astype(np.float32),
        arrays["base/dense/weights"],
        arrays["base/intercept"],
        arrays["base/phrases/weights"].astype(np.float32),
        _held(arrays, "base/held"),
    )


def _held(arrays: dict[str, np.ndarray], place: str) -> HeldOutScores | None:
    keys = arrays.get(f"{place}/keys")
    return None if keys is None else HeldOutScores(keys, arrays[f"{place}/logits"])


def label_card(head: TextLabel | ContextLabel) -> dict[str, Any]:
    """A label's entry in the card."""
    described: dict[str, Any] = {
        "name": head.name,
        "kind": "text" if isinstance(head, TextLabel) else "context",
        "calibration": asdict(head.calibration),
        "threshold": head.threshold,
        "operating": head.operating,
        "metrics": head.metrics,
    }
    if head.curve is not None:
        described["curve"] = head.curve.to_dict()
    if isinstance(head, TextLabel):
        described["languages"] = list(head.languages)
        described |= {} if head.elsewhere is None else {"elsewhere": head.elsewhere}
        described |= {} if head.stands_at is None else {"stands_at": head.stands_at}
    if isinstance(head, ContextLabel):
        described["context"] = head.head.parameters()
    return described


def label_of(label: dict[str, Any], arrays: dict[str, np.ndarray]) -> TextLabel | ContextLabel:
    """Inverse of `label_card`, with the arrays that a context label has beside it."""
    name, threshold = label["name"], float(label["threshold"])
    calibration = Calibration.from_dict(label["calibration"])
    curve = StoredCurve.from_dict(label["curve"]) if "curve" in label else None
    stated = (threshold, label["operating"], label["metrics"], curve)
    if label["kind"] == "text":
        learnt = tuple(label.get("languages", [ENGLISH]))  # before it was kept, none but English
        others = label.get("elsewhere"), label.get("stands_at")
        return TextLabel(name, calibration, *stated, learnt, *others)
    place = f"{name}/context/"
    own = {
        key.removeprefix(f"{name}/"): one for key, one in arrays.items() if key.startswith(place)
    }
    return ContextLabel(name, ContextClassifier.load(own, label["context"]), calibration, *stated)


def _check_scores(model: Model, expected: list[dict[str, Any]], place: str) -> None:
    """Run the self-test: the saved comments must score as they did."""
    columns = len(model.text_heads)
    if any(len(case["scores"]) != columns for case in expected):
        raise ModelError(f"{place}: a self-test needs {columns} scores, one per text label")
    wanted = np.array([case["scores"] for case in expected], np.float64).reshape(-1, columns)
    scores = model.score_texts([case["text"] for case in expected], 1)
    worst = float(np.abs(scores - wanted).max(initial=0))
    if not worst <= SELF_TEST_ERROR:
        raise ModelError(
            f"{place}: the self-test comments score differently by up to {worst:.2g}; "
            "the model was made by another version of this program: retrain it"
        )
