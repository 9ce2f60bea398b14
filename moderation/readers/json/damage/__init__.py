"""What damage does to a JSON document: whole objects amid broken ones, words out of place."""
