"""HTTP coming in: every URL, every page, every answer."""
