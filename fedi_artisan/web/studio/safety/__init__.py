"""Who is kept out, what is held back, and what was decided."""
