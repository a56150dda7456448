"""The commands that the pages of the project show, typed."""
