"""The model card's figures are those of the notebook behind it."""

import re
from statistics import median

import pytest
from places import ROOT

CARD = (ROOT / "models/README.md").read_text(encoding="utf-8")
NOTEBOOK = (ROOT / "docs/model-notebook.md").read_text(encoding="utf-8")
AREA = r"0\.\d{3} \(0\.\d{3} to 0\.\d{3}\)"


@pytest.mark.parametrize("label", ["spam", "slur", "abuse"])
def test_the_card_has_the_worst_the_median_and_the_best_set(label):
    sets = re.findall(rf"^\| {label} \| (\w+) \| .* \| ({AREA}) \|$", NOTEBOOK, re.MULTILINE)
    ranked = sorted(sets, key=lambda row: row[1])
    worst, best = (" ".join(row) for row in (ranked[0], ranked[-1]))
    middle = median(float(area[:5]) for _, area in sets)
    assert f"| {label} | {worst} | {middle:.3f} of {len(sets)} | {best} |" in CARD


def test_the_card_fits_on_one_screen():
    assert len(CARD.splitlines()) <= 95
