"""Public labelled sets: where they are, what their columns mean."""
