"""A work while it is written, and its photographs."""
