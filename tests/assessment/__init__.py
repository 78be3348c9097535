"""Tests of what judges: cases on both sides of every limit, readings, and hostile records."""
