"""Moving here, and away."""
