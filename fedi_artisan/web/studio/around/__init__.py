"""Around her: what those whom she follows publish, and the conversations it stands in."""
