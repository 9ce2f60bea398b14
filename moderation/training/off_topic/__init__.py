"""Training of the label that needs the conversation."""
