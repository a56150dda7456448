"""Backups: one consistent file with everything, made beside the running server, and restored when it has to be."""
