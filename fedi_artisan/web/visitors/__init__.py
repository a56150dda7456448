"""Visitors as a crowd: how much each may ask for, how many are served at once, and what the others are told."""
