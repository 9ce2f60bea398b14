"""What sites print around a comment: names, dates, links to reply."""
