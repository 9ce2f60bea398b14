"""Score dumps that never fit into memory: partitioned on the thread, on one machine or on many."""
