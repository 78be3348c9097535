"""The domain, under test."""
