"""What judges: pure functions from a history, a directory and a rulebook to obligations and findings."""
