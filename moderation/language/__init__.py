"""Which language a comment is in."""
