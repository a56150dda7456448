"""Answers of the running server."""
