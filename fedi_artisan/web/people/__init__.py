"""Pages for people: what stands on them, around them and in their addresses."""
