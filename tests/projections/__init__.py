"""The read models, under test."""
