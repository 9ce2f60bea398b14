"""What the fields of an unknown dump are, told by their names and by their values."""
