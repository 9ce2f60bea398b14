"""Where things are: the repository, its samples, and public material that may lie beside it."""

from pathlib import Path

TESTS = Path(__file__).resolve().parents[1]
ROOT = TESTS.parent
HELPERS = TESTS / "helpers"
SEEDS = ROOT / "seeds"
SAMPLES = TESTS / "samples"
MODEL = ROOT / "models" / "default"
SHARED = ROOT.parent / "shared"
