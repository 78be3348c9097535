"""The steps; Alembic loads them by file, in the order of their numbers."""
