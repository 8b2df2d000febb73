"""Word lists that are data, not code; each loaded once, as a constant."""
