"""Evidence that only a whole dump has: where a comment's text, links and author recur."""
