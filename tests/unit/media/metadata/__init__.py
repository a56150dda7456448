"""Metadata of photographs: read, taken away, and written anew."""
