"""Timeline files, under test."""
