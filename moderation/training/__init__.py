"""From label tables to a model, and the checks of labels before."""
