"""Pages, static files and error answers."""
