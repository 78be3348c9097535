"""The engine on a real store, under test."""
