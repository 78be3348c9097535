"""Families of commands over the ledger, each behind one property of the engine."""
