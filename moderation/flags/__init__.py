"""Scores and thresholds become flags with their reasons."""
