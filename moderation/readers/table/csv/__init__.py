"""CSV and TSV: the style of a file, the places of its rows, and the columns that they give."""
