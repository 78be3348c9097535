"""Documentation that contains commands is executed."""
