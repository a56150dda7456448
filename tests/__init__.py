"""Everything that holds fedi-artisan to its word."""
