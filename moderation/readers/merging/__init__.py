"""Batches of files to one dump: cleaned, without repeats, as trees; what is large waits on disk."""
