"""Bad luck: what happens when the server dies."""
