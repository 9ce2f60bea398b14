"""A short run of the fuzzer; the long one is `python tests/fuzz/mutate.py --seconds 600`."""

import importlib.util
from pathlib import Path


def test_damaged_dumps_break_no_promise():
    place = Path(__file__).with_name("mutate.py")
    spec = importlib.util.spec_from_file_location("mutate", place)
    mutate = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(mutate)
    seen = mutate.run(seconds=15, seed=20)
    assert seen["clean"] + seen["rejects"] > 0
    assert set(seen) <= {"clean", "rejects", "error"}
