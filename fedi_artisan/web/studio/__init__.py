"""The artisan's own pages, below /studio."""
