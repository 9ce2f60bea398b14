"""How a comment fits its conversation, and the texts that are posted again and again."""
