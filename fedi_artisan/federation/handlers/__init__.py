"""One file per activity type that is acted upon."""
