"""A busy day, made shorter, and whether anything grows by it."""
