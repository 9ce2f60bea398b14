"""What only a whole dump knows of a comment: where else its text, links and author stand."""
