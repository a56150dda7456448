"""Messages: what others write to her alone, and what she answers."""
