"""Identification of the language of comments."""
