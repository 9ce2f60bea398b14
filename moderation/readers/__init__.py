"""Dumps to comments: the registry of readers, and detection by content."""
