"""Intents that no command or page shows by itself."""
