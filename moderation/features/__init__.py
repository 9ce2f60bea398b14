"""What a comment's words say: folding, n-grams, TF-IDF, dense and phrase features."""
