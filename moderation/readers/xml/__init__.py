"""Comments in XML exports."""
