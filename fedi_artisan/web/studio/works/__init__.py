"""What she has published."""
