"""Rules of one room at a time."""
