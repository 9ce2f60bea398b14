"""A trained model: scores, evidence, thresholds, its folder, its scikit-learn twin."""
