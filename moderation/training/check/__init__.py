"""Check labels before training: which are probably wrong, and what is lacking."""
