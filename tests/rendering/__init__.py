"""How documents are put on paper."""
