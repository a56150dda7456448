"""All that is tried, a file for each kind of thing that comes from outside."""
