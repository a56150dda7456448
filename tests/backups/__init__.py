"""Backups of a furnished home, and what comes back of them."""
