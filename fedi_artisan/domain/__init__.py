"""Rules and values of the house; the standard library only."""
