"""Comments in saved HTML pages."""
