"""What is read: incidents, obligations and findings as rows, folded from the log and thrown away at will."""
