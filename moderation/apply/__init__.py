"""Decisions carried back to their site: planned, looked at, written, proved, undone."""
