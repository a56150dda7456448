"""One file per activity type: accepted, repeated, by a stranger, for someone else, malformed."""
