"""How much it takes: connections, visitors, and both in floods."""
