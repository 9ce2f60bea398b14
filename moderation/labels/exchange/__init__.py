"""Label tables of other tools, read and written."""
