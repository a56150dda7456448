"""Rules and values, in tables."""
