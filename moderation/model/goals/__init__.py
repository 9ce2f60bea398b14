"""Thresholds: goals, how they are chosen, and what they promise."""
