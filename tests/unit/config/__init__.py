"""Settings: every problem is told in one clear line, and the example file says what holds."""
