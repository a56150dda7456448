"""How often she is seen and answered."""
