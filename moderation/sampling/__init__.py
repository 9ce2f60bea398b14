"""What to review next, and whether comments have changed."""
