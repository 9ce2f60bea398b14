"""How good a model is, where it is worst, and whether another is better."""
