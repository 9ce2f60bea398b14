"""Comments in tables: CSV, JSON lines, Parquet, SQL."""
