"""Every event type as it is written down, under test."""
