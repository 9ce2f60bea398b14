"""Comments in JSON documents, of known systems and of none."""
