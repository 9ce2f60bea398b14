"""The made-up public sets, for every test of training."""

from described_sets import described  # noqa: F401  a fixture
