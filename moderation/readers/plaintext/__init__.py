"""Comments in pages saved as plain text."""
