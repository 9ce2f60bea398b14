"""Why a comment has its score: the words, and the conversation."""
