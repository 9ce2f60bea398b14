"""SQL dumps of forums and comment systems other than WordPress."""
